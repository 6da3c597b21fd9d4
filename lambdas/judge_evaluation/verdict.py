"""The form of a verdict: what the workflow goes by, and what the report and the registry keep."""

from typing import Literal, TypedDict

Decision = Literal["accepted", "rejected", "borderline"]
RuleName = Literal["minimum_f1", "label_floor", "champion", "champion_label"]
RuleResult = Literal["passed", "failed", "borderline", "off", "not_judged"]


class Rule(TypedDict):
    """`words`: a sentence or two for people, with the numbers and the parameter that decided."""

    rule: RuleName
    result: RuleResult
    words: str


class LabelVerdict(TypedDict):
    """How the version does on a label in its own test; `judged`: it has pictures enough to be."""

    label: str
    f1: float | None
    precision: float | None
    recall: float | None
    threshold: float | None
    test_pictures: int
    judged: bool


class LabelComparison(TypedDict):
    """Both models on one label. `pictures` show it; low and high enclose the difference, all labels' such
    intervals together with 95 % confidence."""

    label: str
    pictures: int
    challenger_f1: float
    champion_f1: float
    difference: float
    low: float
    high: float


class Comparison(TypedDict):
    """Both models on the same `pictures`, which are those `of` the sample that the champion answered.

    The F1 scores are averages over the labels that both know; `low` and `high` enclose the difference
    (challenger less champion) with 95 % confidence. `labels` are those with enough pictures, worst first.
    """

    champion: str
    pictures: int
    of: int
    challenger_f1: float
    champion_f1: float
    difference: float
    low: float
    high: float
    tolerance: float
    labels: list[LabelComparison]


class Verdict(TypedDict):
    """`labels` come worst first, so that a cut list keeps those that need better pictures. `reason` is of
    the rule that decided; `report` is the page's S3 URI."""

    verdict: Decision
    reason: str
    rules: list[Rule]
    f1: float
    minimum_f1: float
    precision: float | None
    recall: float | None
    labels: list[LabelVerdict]
    comparison: Comparison | None
    warnings: list[str]
    report: str | None
