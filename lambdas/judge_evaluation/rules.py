"""The rules that a version is judged by, each with its result in words."""

from collections.abc import Sequence

from .comparison import HeadToHead
from .summary import LabelEvaluation
from .verdict import Comparison, LabelComparison, Rule, RuleResult
from .words import apart, counted, figure, listed, name, signed

FEWEST_ANSWERED = 0.5
"""More than this share of the sample must the live model have answered for the comparison to mean anything.
With less the workflow waits for a better time and does not come here."""


def minimum_f1(f1: float, minimum: float) -> Rule:
    """The F1 over all labels, as Rekognition found it in the test."""
    has, needs = apart(f1, minimum)
    passed = f1 >= minimum
    verb = "reaches" if passed else "is below"
    return Rule(
        rule="minimum_f1",
        result="passed" if passed else "failed",
        words=f"Its F1 of {has} {verb} the minimum of {needs} (Minimum-F1-Score).",
    )


def label_floor(labels: Sequence[LabelEvaluation], *, floor: float, support: int) -> Rule:
    """The F1 of each label that has test pictures enough. None counts as 0: where nothing is found rightly,
    precision and recall leave no F1 to compute."""
    if floor == 0:
        return Rule(rule="label_floor", result="off", words="No floor is set for single labels.")
    judged = [label for label in labels if is_judged(label, support=support)]
    below = [label for label in judged if _f1(label) < floor]
    bar = f"the floor of {figure(floor)} (Minimum-Label-F1-Score)"
    rest = _too_few(labels, support=support)
    if below:
        below.sort(key=lambda each: (_f1(each), each.label))
        noun = "label is" if len(below) == 1 else "labels are"
        named = listed([_below(label, floor) for label in below])
        words = f"{len(below)} {noun} below {bar}: {named}.{rest}"
        return Rule(rule="label_floor", result="failed", words=words)
    if not judged:
        words = f"No label has enough test pictures to be held against {bar}.{rest}"
        return Rule(rule="label_floor", result="not_judged", words=words)
    reach = "The only label judged reaches" if len(judged) == 1 else f"All {len(judged)} labels judged reach"
    return Rule(rule="label_floor", result="passed", words=f"{reach} {bar}.{rest}")


def _too_few(labels: Sequence[LabelEvaluation], *, support: int) -> str:
    """Those without any test picture are named by a warning, whether there is a floor or not."""
    few = [label for label in labels if 0 < label.test_pictures < support]
    if not few:
        return ""
    named = listed(sorted(f"{name(label.label)} ({label.test_pictures})" for label in few))
    return f" Not judged, having fewer than {counted(support, 'test picture')}: {named}."


def _below(label: LabelEvaluation, floor: float) -> str:
    pictures = counted(label.test_pictures, "test picture")
    if label.f1 is None:
        return f"{name(label.label)} without an F1 score, which counts as 0 ({pictures})"
    score, _ = apart(_f1(label), floor)
    return f"{name(label.label)} {score} ({pictures})"


def is_judged(label: LabelEvaluation, *, support: int) -> bool:
    """Whether a label has test pictures enough to be judged by itself."""
    return label.test_pictures >= support


def _f1(label: LabelEvaluation) -> float:
    return round(label.f1 or 0.0, 6)


def without_comparison(result: RuleResult, words: str) -> list[Rule]:
    """Both rules of the comparison, where there is none."""
    return [
        Rule(rule="champion", result=result, words=words),
        Rule(rule="champion_label", result=result, words=words),
    ]


def against_champion(found: HeadToHead, *, champion: str, tolerance: float, support: int) -> list[Rule]:
    """The difference to the live model, overall and of each label."""
    if found.of == 0:
        return without_comparison(
            "borderline",
            "There is no test picture, as it was in the training, to compare it with the live model "
            f"{champion}.",
        )
    if found.answered <= FEWEST_ANSWERED * found.of:
        return without_comparison(
            "borderline",
            f"The live model {champion} answered {found.answered} of {counted(found.of, 'picture')}: "
            "too few to compare.",
        )
    comparison = found.comparison
    if comparison is None:
        return without_comparison(
            "not_judged", f"No test picture shows a label that the live model {champion} knows."
        )
    return [
        _overall(comparison, tolerance=tolerance),
        _by_label(comparison, tolerance=tolerance, support=support),
    ]


def _overall(comparison: Comparison, *, tolerance: float) -> Rule:
    result: RuleResult = "borderline"
    ending = "so that it may be worse than tolerated, or not"
    if comparison["low"] >= -tolerance:
        result, ending = "passed", "so that it is no worse than tolerated"
    elif comparison["high"] < -tolerance:
        result, ending = "failed", "so that it is worse than tolerated"
    ours, theirs = apart(comparison["challenger_f1"], comparison["champion_f1"])
    return Rule(
        rule="champion",
        result=result,
        words=f"On the same {counted(comparison['pictures'], 'picture')} its F1 is {ours}, that of the live "
        f"model {comparison['champion']} {theirs}: a difference of {signed(comparison['difference'])}, with "
        f"95 % confidence from {signed(comparison['low'])} to {signed(comparison['high'])}, where "
        f"{signed(-tolerance)} is tolerated (Champion-Tolerance), {ending}.",
    )


def _by_label(comparison: Comparison, *, tolerance: float, support: int) -> Rule:
    labels = comparison["labels"]
    if not labels:
        words = f"No label has {counted(support, 'picture')} in the sample to be compared by itself."
        return Rule(rule="champion_label", result="not_judged", words=words)
    worse = [label for label in labels if label["high"] < -tolerance]
    if not worse:
        noun = "the only label" if len(labels) == 1 else f"none of {len(labels)} labels"
        is_worse = "is not surely" if len(labels) == 1 else "is surely"
        words = (
            f"{noun[0].upper()}{noun[1:]} compared {is_worse} worse than with the live model by more than "
            f"{figure(tolerance)} (Champion-Tolerance)."
        )
        return Rule(rule="champion_label", result="passed", words=words)
    noun = "label is" if len(worse) == 1 else "labels are"
    return Rule(
        rule="champion_label",
        result="failed",
        words=f"{len(worse)} {noun} surely worse than with the live model {comparison['champion']} by more "
        f"than {figure(tolerance)} (Champion-Tolerance): {listed([_compared(label) for label in worse])}.",
    )


def _compared(label: LabelComparison) -> str:
    ours, theirs = apart(label["challenger_f1"], label["champion_f1"])
    return (
        f"{name(label['label'])} {ours} instead of {theirs} ({counted(label['pictures'], 'picture')}, a "
        f"difference of at least {signed(label['high'])})"
    )
