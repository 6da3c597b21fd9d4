"""Which parameters an operator sets while the pipeline runs, and what may be put into each.

`AllowedPattern` refuses garbage when it is typed, in the console as well as in the API. It is the only
check that Parameter Store offers, so each pattern by itself refuses everything out of range. The
patterns keep to what Java (Parameter Store), JavaScript (JSONata) and Python read alike.
"""

from dataclasses import dataclass
from typing import Literal

_TRUE_OR_FALSE = "^(true|false)$"
_ONE_TO_A_MILLION = "^([1-9][0-9]{0,5}|1000000)$"
_ONE_TO_A_THOUSAND = "^([1-9][0-9]{0,2}|1000)$"
_ONE_TO_ONE_HUNDRED = "^([1-9][0-9]?|100)$"
_MINUTES_OF_31_DAYS = "^([1-9][0-9]{0,3}|[1-3][0-9]{4}|4[0-3][0-9]{3}|44[0-5][0-9]{2}|446[0-3][0-9]|44640)$"
_ZERO_TO_ONE = r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$"
_ZERO_TO_ONE_HUNDRED = r"^([1-9]?[0-9](\.[0-9]{1,6})?|100(\.0{1,6})?)$"
_ZERO_TO_ONE_HUNDRED_WHOLE = "^([1-9]?[0-9]|100)$"

_BOOLEAN_WORDS = "true or false, in lower case"
_MINUTES_WORDS = "a whole number of minutes from 1 to 44640 (31 days)"
_MILLION_WORDS = "a whole number from 1 to 1000000"


@dataclass(frozen=True, kw_only=True)
class ParameterSpec:
    """What an operator may put into one parameter, for machines (`pattern`) and for people (`allowed`)."""

    name: str
    default: str
    pattern: str
    allowed: str
    description: str
    kind: Literal["boolean", "integer", "number"]
    minimum: float | None = None
    maximum: float | None = None


OPERATOR_PARAMETERS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        name="Enable-Automatic-Training",
        default="true",
        pattern=_TRUE_OR_FALSE,
        allowed=_BOOLEAN_WORDS,
        description="true: look for new labelled pictures on a schedule and train a model from them. "
        "false: train nothing, whoever starts the workflow.",
        kind="boolean",
    ),
    ParameterSpec(
        name="Automatic-Training-Poll-Frequency",
        default="600",
        pattern=_MINUTES_OF_31_DAYS,
        allowed=_MINUTES_WORDS,
        description="How often to look for new labelled pictures, in minutes (1 to 44640, which is 31 days).",
        kind="integer",
        minimum=1,
        maximum=44640,
    ),
    ParameterSpec(
        name="Minimum-Untrained-Images",
        default="10",
        pattern=_ONE_TO_A_MILLION,
        allowed=_MILLION_WORDS,
        description="How many pictures must be new, replaced, relabelled or removed since the last training "
        "before a model is trained again (1 to 1000000).",
        kind="integer",
        minimum=1,
        maximum=1_000_000,
    ),
    ParameterSpec(
        name="Minimum-Images-Per-Label",
        default="1",
        pattern=_ONE_TO_A_THOUSAND,
        allowed="a whole number from 1 to 1000",
        description="How many different pictures each label must have for a model to be trained (1 to 1000). "
        "Copies count once.",
        kind="integer",
        minimum=1,
        maximum=1000,
    ),
    ParameterSpec(
        name="Minimum-F1-Score",
        default="0.8",
        pattern=_ZERO_TO_ONE,
        allowed="a number from 0 to 1, such as 0.85, with at most 6 decimals",
        description="The F1 score that a trained model must reach on the test pictures to be deployed "
        "(0 to 1). Below it the model is rejected and the old one keeps serving.",
        kind="number",
        minimum=0,
        maximum=1,
    ),
    ParameterSpec(
        name="Minimum-Label-F1-Score",
        default="0",
        pattern=_ZERO_TO_ONE,
        allowed="a number from 0 to 1, such as 0.7, with at most 6 decimals",
        description="The F1 score that each label with enough test pictures must reach for a trained model "
        "to be deployed (0 to 1). 0: labels are not judged one by one.",
        kind="number",
        minimum=0,
        maximum=1,
    ),
    ParameterSpec(
        name="Champion-Tolerance",
        default="0.02",
        pattern=_ZERO_TO_ONE,
        allowed="a number from 0 to 1, such as 0.02, with at most 6 decimals",
        description="How much lower the F1 score of a trained model may be than that of the live one, on the "
        "same pictures, for it to be deployed all the same (0 to 1).",
        kind="number",
        minimum=0,
        maximum=1,
    ),
    ParameterSpec(
        name="Require-Approval",
        default="false",
        pattern=_TRUE_OR_FALSE,
        allowed=_BOOLEAN_WORDS,
        description="true: a model that passed is deployed only after a person has approved it, and a "
        "borderline one is a person's to decide. false: what passed is deployed at once.",
        kind="boolean",
    ),
    ParameterSpec(
        name="Minimum-Inference-Units",
        default="1",
        pattern=_ONE_TO_ONE_HUNDRED,
        allowed="a whole number from 1 to 100",
        description="How many inference units a deployed model gets (1 to 100). Each is billed by the hour "
        "while the model runs; the account's own quota, 5 a model unless raised, applies as well.",
        kind="integer",
        minimum=1,
        maximum=100,
    ),
    ParameterSpec(
        name="Maximum-Inference-Units",
        default="0",
        pattern=_ZERO_TO_ONE_HUNDRED_WHOLE,
        allowed="a whole number from 0 to 100",
        description="Up to how many inference units Rekognition may scale a deployed model when it is busy "
        "(0 to 100). 0, or less than Minimum-Inference-Units: it is not scaled.",
        kind="integer",
        minimum=0,
        maximum=100,
    ),
    ParameterSpec(
        name="Minimum-Label-Detection-Confidence",
        default="70",
        pattern=_ZERO_TO_ONE_HUNDRED,
        allowed="a number from 0 to 100, such as 72.5, with at most 6 decimals",
        description="How sure the model must be, in percent, for a label to count as detected (0 to 100).",
        kind="number",
        minimum=0,
        maximum=100,
    ),
    ParameterSpec(
        name="Enable-A2I-Workflow",
        default="true",
        pattern=_TRUE_OR_FALSE,
        allowed=_BOOLEAN_WORDS,
        description="true: send pictures that the model is not sure about to human reviewers. "
        "false: send none.",
        kind="boolean",
    ),
    ParameterSpec(
        name="Enable-Automatic-Human-Sampling",
        default="true",
        pattern=_TRUE_OR_FALSE,
        allowed=_BOOLEAN_WORDS,
        description="true: also send a sample of confident results to human reviewers, on a schedule. "
        "false: no sampling.",
        kind="boolean",
    ),
    ParameterSpec(
        name="Automatic-Human-Sampling-Frequency",
        default="600",
        pattern=_MINUTES_OF_31_DAYS,
        allowed=_MINUTES_WORDS,
        description="How often to draw a sample for human reviewers, in minutes "
        "(1 to 44640, which is 31 days).",
        kind="integer",
        minimum=1,
        maximum=44640,
    ),
    ParameterSpec(
        name="Human-Sampling-Interval",
        default="1000",
        pattern=_ONE_TO_A_MILLION,
        allowed=_MILLION_WORDS,
        description="One picture out of this many goes into the sample for human reviewers (1 to 1000000).",
        kind="integer",
        minimum=1,
        maximum=1_000_000,
    ),
)
