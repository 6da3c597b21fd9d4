"""From datasets that hold less than was written for them to an explanation."""

from collections.abc import Callable, Sequence

from .catalogue import Whose
from .dataset_request import DatasetRequest
from .dropped import Comparison, Entries
from .explain import Explanation, ResultFiles, store
from .findings import Findings, OfLines, by_code
from .report import About
from .words import in_words

UNCERTAIN = (
    "Rekognition's list could not be compared in full: of the lines that are missing, only those that tell "
    "the reason themselves are named."
)


def explain_datasets(
    request: DatasetRequest,
    *,
    files: ResultFiles,
    entries: Entries,
    seconds_left: Callable[[], float],
) -> Explanation:
    """Name the lines that Rekognition left out or found fault with, why, and how to mend them.

    Raises:
        StorageDenied, StorageUnavailable, StorageRefused: entries or a manifest could not be read.
        StorageUnavailable: nor could the report be stored, for now.
    """
    comparison = Comparison(entries=entries, manifests=files, seconds_left=seconds_left)
    lines = by_code(comparison.lines(request.datasets))
    whose = _whose(lines) if comparison.is_certain else "service"
    findings = Findings(sets=[], lines=lines, whose=whose)
    about = About(
        version=request.version,
        said=request.said,
        title=f"What Rekognition left out of {request.version}",
        opening=request.said if comparison.is_certain else f"{request.said} {UNCERTAIN}",
    )
    figures: dict[str, object] = {dataset.side: dataset.figures for dataset in request.datasets}
    report = store("dataset-report", about, findings, figures, files)
    words = in_words(findings, report=report, note="" if comparison.is_certain else UNCERTAIN)
    return Explanation(
        words=words,
        codes=[group.code for group in lines],
        data_is_the_reason=findings.whose == "data",
        report=report,
    )


def _whose(lines: Sequence[OfLines]) -> Whose:
    """Whether other pictures would help: only if each line that is missing or in error tells so."""
    if not lines:
        return "service"
    return next((group.meaning.whose for group in lines if group.meaning.whose != "data"), "data")
