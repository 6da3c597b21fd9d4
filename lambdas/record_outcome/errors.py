# ruff: noqa: N818 - they say what happened, so the suffix "Error" would add nothing.
"""Everything that `record_outcome` raises on purpose; both reach people by the alarm FunctionFailed.

Errors of the AWS SDK escape as they are: nobody matches on their names, their texts name the call and the
permission, and Lambda tries the event again.

    RecordOutcomeError
    ├── SettingsMissing   an environment variable is not set
    └── OutcomeInvalid    the event is not an outcome event
"""


class RecordOutcomeError(Exception):
    """Base of all."""


class SettingsMissing(RecordOutcomeError):
    """The function was not set up as the stack does it."""


class OutcomeInvalid(RecordOutcomeError):
    """The event is not one that this pipeline's workflows publish."""
