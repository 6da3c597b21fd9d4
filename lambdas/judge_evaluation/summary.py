"""Reads the evaluation summary that Rekognition writes to S3.

The guide's example has `AggregatedEvaluationResults.F1Score`; its reference page has
`AggregatedEvaluationResults.Metrics.F1Score` ("Accessing the summary file", "Summary file
reference"). Both are read, the former first, and for the labels likewise.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .errors import EvaluationUnreadable


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelEvaluation:
    """How the model does on one label; None where the summary gives no number.

    `threshold` (0 to 1) is the confidence from which Rekognition assumed the label to be present.
    """

    label: str
    f1: float | None
    precision: float | None
    recall: float | None
    threshold: float | None
    test_pictures: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """`known`: all labels of the model, sorted. `untested`: those without a test picture, whether listed with
    none or not listed at all."""

    f1: float | None
    precision: float | None
    recall: float | None
    labels: list[LabelEvaluation]
    known: list[str]
    untested: list[str]


def read_summary(content: bytes, *, where: str) -> Evaluation:
    """Parse a summary; `where` names it in messages.

    Raises:
        EvaluationUnreadable: it is not JSON, or lacks the documented parts.
    """
    try:
        document = json.loads(content)
    except ValueError as error:  # a broken encoding is one, too
        raise EvaluationUnreadable(f"The evaluation summary {where} is not JSON ({error}).") from error
    aggregated = _object(document, "AggregatedEvaluationResults", where)
    labels = list(_labels(document, where))
    known = {evaluation.label for evaluation in labels} | _trained_labels(document)
    tested = {evaluation.label for evaluation in labels if evaluation.test_pictures > 0}
    return Evaluation(
        f1=_figure(aggregated, "F1Score"),
        precision=_figure(aggregated, "Precision"),
        recall=_figure(aggregated, "Recall"),
        labels=labels,
        known=sorted(known),
        untested=sorted(known - tested),
    )


def _labels(document: Mapping[str, object], where: str) -> Iterator[LabelEvaluation]:
    results = document.get("LabelEvaluationResults")
    if not isinstance(results, list):
        raise EvaluationUnreadable(
            f"The evaluation summary {where} lacks the list LabelEvaluationResults; it has "
            f"{_names(document)}."
        )
    for result in results:
        label = result.get("Label") if isinstance(result, Mapping) else None
        if not isinstance(label, str):
            raise EvaluationUnreadable(
                f"The evaluation summary {where} has an entry without Label in LabelEvaluationResults: "
                f"{str(result)[:200]}."
            )
        pictures = _finite(result.get("NumberOfTestingImages")) or 0
        # Without test pictures whatever figures there are mean nothing.
        figures = result if pictures > 0 else {}
        yield LabelEvaluation(
            label=label,
            f1=_figure(figures, "F1Score"),
            precision=_figure(figures, "Precision"),
            recall=_figure(figures, "Recall"),
            threshold=_figure(figures, "Threshold"),
            test_pictures=int(pictures),
        )


def _trained_labels(document: Mapping[str, object]) -> set[str]:
    details = document.get("EvaluationDetails")
    labels = details.get("Labels") if isinstance(details, Mapping) else None
    return {label for label in labels if isinstance(label, str)} if isinstance(labels, list) else set()


def _object(document: object, name: str, where: str) -> Mapping[str, object]:
    value = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(value, Mapping):
        raise EvaluationUnreadable(
            f"The evaluation summary {where} lacks the object {name}; it has {_names(document)}."
        )
    return value


def _figure(results: Mapping[str, object], name: str) -> float | None:
    """The figure, directly or under `Metrics`."""
    direct = _finite(results.get(name))
    metrics = results.get("Metrics")
    if direct is not None or not isinstance(metrics, Mapping):
        return direct
    return _finite(metrics.get(name))


def _finite(value: object) -> float | None:
    """The number; None for anything else, NaN and infinity included, which Python reads from JSON."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _names(document: object) -> str:
    if not isinstance(document, Mapping):
        return f"no fields, being a {type(document).__name__}"
    return ", ".join(sorted(document)[:10])[:200] or "no fields"
