"""What `report.json` holds; docs/evaluation-report.schema.json is its schema, and a test keeps the two equal.

Scores, shares, thresholds and confidences are from 0 to 1, times are UTC in ISO 8601. `NotRequired` and null
differ: null is a figure that there is not, an absent one has no meaning here.
"""

from typing import Literal, NotRequired, TypedDict

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..verdict import Comparison, Rule

SCHEMA_VERSION = 1
"""Goes up with a change that could break a reader; fields may be added without."""


class VerdictReport(TypedDict):
    verdict: str
    reason: str
    rules: list[Rule]
    comparison: Comparison | None
    warnings: list[str]


class Scores(TypedDict):
    f1: float
    precision: float | None
    recall: float | None
    minimum_f1: float


class Champion(TypedDict):
    """The live version. `f1` is from its own test, and so of other pictures than the comparison's."""

    version: str
    f1: float | None
    comparison: Comparison | None


class Judgement(TypedDict):
    version: str
    judged_at: str
    f1: float
    outcome: str


class LabelReport(TypedDict):
    """`judged` is false where a label has too few test pictures for a verdict of its own."""

    label: str
    f1: float | None
    precision: float | None
    recall: float | None
    threshold: float | None
    test_pictures: int
    champion_f1: float | None
    judged: bool


class Cell(TypedDict):
    truth: str
    predicted: str
    share: float


class Confusion(TypedDict):
    """`share` is of the pictures that show `truth`; cells that are left out are 0."""

    labels: list[str]
    cells: list[Cell]


class Said(TypedDict):
    label: str
    confidence: float


class BoxReport(TypedDict):
    """Ratios of the picture's width and height. `whose`: what is there, or what the model found."""

    label: str
    whose: Literal["truth", "model"]
    left: float
    top: float
    width: float
    height: float


class WrongPicture(TypedDict):
    picture: str
    labels: list[str]
    found: list[Said]
    why: str
    boxes: NotRequired[list[BoxReport]]


class Changes(TypedDict):
    """Pictures, since the version `since` was trained."""

    since: str
    added: int
    replaced: int
    relabelled: int
    removed: int


class DataSet(TypedDict):
    train: int | None
    test: int | None
    changes: Changes | None


class Training(TypedDict):
    """`usd` is an estimate."""

    billed_seconds: int | None
    usd: float | None
    ended_at: str | None


class Files(TypedDict):
    """S3 URIs."""

    page: str
    document: str
    summary: str | None


class Report(TypedDict):
    schema_version: int
    pipeline: str
    version: str
    judged_at: str
    execution: str
    model_type: str
    verdict: VerdictReport
    scores: Scores
    champion: Champion | None
    history: list[Judgement]
    labels: list[LabelReport]
    confusion: Confusion | None
    most_wrong: list[WrongPicture]
    data_set: DataSet
    training: Training
    files: Files
    notes: list[str]
    """What could not be told, and why."""
