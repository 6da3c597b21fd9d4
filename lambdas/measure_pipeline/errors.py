# ruff: noqa: N818 - they say what happened, so the suffix "Error" would add nothing.
"""Everything that `measure_pipeline` raises on purpose; they reach people by the alarm FunctionFailed.

Errors of the AWS SDK escape as they are: nobody matches on their names, their texts name the call and the
permission, and the next turn is a few minutes away.

    MeasurePipelineError
    ├── SettingsMissing   an environment variable is not set, or holds no number
    └── ScheduleUnknown   the training rule's schedule is not a rate
"""


class MeasurePipelineError(Exception):
    """Base of all."""


class SettingsMissing(MeasurePipelineError):
    """The function was not set up as the stack does it."""


class ScheduleUnknown(MeasurePipelineError):
    """Somebody gave the training rule a schedule that has no period."""
