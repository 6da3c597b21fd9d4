# ruff: noqa: N818 - they say what happened, so the suffix "Error" would add nothing.
"""Everything that `take_down` raises on purpose. CloudFormation shows the message of all but the last.

TakeDownError
├── SettingsMissing     an environment variable is not set
├── StillThere          something could not be removed in time
└── AnswerNotDelivered  CloudFormation could not be answered; Lambda invokes the function again
"""


class TakeDownError(Exception):
    """Base of all."""


class SettingsMissing(TakeDownError):
    """The function was not set up as the stack does it."""


class StillThere(TakeDownError):
    """The message names what is left, why, and what to do."""


class AnswerNotDelivered(TakeDownError):
    """The place that CloudFormation reads its answers from took none."""
