"""The verdict on a model version: is it good enough to serve?"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from . import answers, sample_file
from .champion_labels import Results, known_labels
from .comparison import HeadToHead, compare
from .errors import EvaluationMissing, EvaluationUnreadable
from .figures import DECIMALS, label_verdicts, rounded, warnings_about
from .request import Champion, Location, Request
from .rules import against_champion, label_floor, minimum_f1, without_comparison
from .summary import Evaluation, read_summary
from .verdict import Decision, Rule, Verdict
from .words import counted


class Files(Protocol):
    """Where evaluations are; `evaluation_store` provides it."""

    def read(self, location: Location) -> bytes | None:
        """A whole file; None if there is no such object."""


def judge(request: Request, *, store: Results) -> Verdict:
    """Hold the version against every rule, and collect the figures of its labels.

    The F1 that counts is the one in the version's description; the summary explains it.

    Raises:
        EvaluationMissing: the version has no F1 or no summary, or the answers to its sample are not there.
        EvaluationUnreadable: the F1 is no score, or one of the files is not what it should be.
        StorageDenied, StorageUnavailable, StorageRefused: a file could not be fetched. Without the live
            model's own evaluation the comparison goes on, unless S3 may hand it out a moment later.
    """
    f1, evaluation = evaluated(request, store=store)
    warnings = warnings_about(f1, evaluation)
    rules = own_rules(request, f1, evaluation)
    comparison = None
    if request.champion is None:
        rules += without_comparison("off", "No model is live to compare it with.")
    elif request.champion.state != "answered":
        rules += _not_compared(request.champion)
        if request.champion.state == "absent":
            warnings.append(rules[-1]["words"])
    else:
        found = _head_to_head(request, request.champion, evaluation, store)
        warnings += found.notes
        comparison = found.comparison
        rules += against_champion(
            found, champion=request.champion.version, tolerance=request.tolerance, support=request.support
        )
    decision = _decision(rules)
    return Verdict(
        verdict=decision,
        reason=_reason(decision, rules),
        rules=rules,
        f1=f1,
        minimum_f1=round(request.minimum_f1, DECIMALS),
        precision=rounded(evaluation.precision),
        recall=rounded(evaluation.recall),
        labels=label_verdicts(evaluation.labels, support=request.support),
        comparison=comparison,
        warnings=warnings,
        report=None,
    )


def evaluated(request: Request, *, store: Files) -> tuple[float, Evaluation]:
    """What Rekognition found in the version's test. Raises as `judge` does."""
    return _f1_of(request), _evaluation_of(request, store)


def own_rules(request: Request, f1: float, evaluation: Evaluation) -> list[Rule]:
    """The rules that the version meets or not, whatever is live."""
    return [
        minimum_f1(f1, round(request.minimum_f1, DECIMALS)),
        label_floor(evaluation.labels, floor=request.label_floor, support=request.support),
    ]


def _f1_of(request: Request) -> float:
    if request.f1 is None:
        raise EvaluationMissing(
            f"Model version {request.version} has no F1 score, though it was trained, and cannot be judged. "
            "Look at its evaluation in the Custom Labels console; train it anew by starting the workflow "
            'Training with {"force": true}.'
        )
    f1 = round(request.f1, DECIMALS)
    if not 0 <= f1 <= 1:
        raise EvaluationUnreadable(
            f"The F1 score of model version {request.version} is {request.f1}, and a score is from 0 to 1."
        )
    return f1


def _evaluation_of(request: Request, store: Files) -> Evaluation:
    if request.summary is None:
        raise EvaluationMissing(f"Model version {request.version} names no evaluation summary.")
    content = store.read(request.summary)
    if content is None:
        raise EvaluationMissing(
            f"The evaluation summary of model version {request.version} is not at {request.summary}, where "
            "Rekognition says it put it. If it was deleted, restore it: the bucket keeps earlier versions."
        )
    return read_summary(content, where=str(request.summary))


def _not_compared(champion: Champion) -> list[Rule]:
    if champion.state == "itself":
        return without_comparison("off", "It is live already, so that there is no other to compare it with.")
    if champion.state == "needless":
        words = f"It was not compared with the live model {champion.version}: it is rejected without."
        return without_comparison("not_judged", words)
    words = (
        f"The live pointer names the model {champion.version}, which Rekognition does not know any more, "
        "so that there was nothing to compare with."
    )
    return without_comparison("not_judged", words)


def _head_to_head(request: Request, champion: Champion, evaluation: Evaluation, store: Results) -> HeadToHead:
    content, where = _needed(request.sample, "The sample of the test pictures", store)
    sample = sample_file.read(content, where=where)
    content, where = _needed(champion.answers, f"What the live model {champion.version} said", store)
    said = answers.read(content, where=where)
    labels, unknown = known_labels(champion, store)
    found = compare(
        sample,
        said,
        champion=champion.version,
        challenger_labels=evaluation.known,
        champion_labels=labels,
        tolerance=round(request.tolerance, DECIMALS),
        support=request.support,
    )
    changed = answers.changed(content)
    notes = unknown + _left_out(changed, request.version) + found.notes
    return replace(found, notes=notes, of=found.of - changed)


def _left_out(changed: int, version: str) -> list[str]:
    if not changed:
        return []
    were = "was" if changed == 1 else "were"
    return [
        f"{counted(changed, 'picture')} of the sample {were} changed since {version} was trained, and {were} "
        "not compared."
    ]


def _needed(location: Location | None, what: str, store: Files) -> tuple[bytes, str]:
    content = None if location is None else store.read(location)
    if content is None:
        raise EvaluationMissing(f"{what} is not at {location or 'any place'}. The next run makes it again.")
    return content, str(location)


def _decision(rules: Iterable[Rule]) -> Decision:
    results = {rule["result"] for rule in rules}
    return "rejected" if "failed" in results else "borderline" if "borderline" in results else "accepted"


def _reason(decision: Decision, rules: Sequence[Rule]) -> str:
    deciding = {"rejected": "failed", "borderline": "borderline"}.get(decision)
    if deciding:
        words = [rule["words"] for rule in rules if rule["result"] == deciding]
        # Both rules of the comparison may say the same.
        return " ".join(dict.fromkeys(words))
    return " ".join(
        rule["words"]
        for rule in rules
        if rule["rule"] in ("minimum_f1", "champion") and rule["result"] == "passed"
    )
