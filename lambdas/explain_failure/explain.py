"""From what Rekognition left behind to an explanation."""

import logging
from collections.abc import Iterable, Iterator
from typing import Protocol, TypedDict

from .dropped import bad_lines
from .errors import StorageDenied, StorageRefused
from .findings import Findings, gather
from .report import About, as_json, as_page
from .request import Place, Request
from .training_files import LineError, line_errors, read_summary
from .words import in_words

logger = logging.getLogger(__name__)


class ResultFiles(Protocol):
    """Where Rekognition writes its results; `results_bucket` provides it."""

    def read(self, place: Place) -> bytes | None:
        """The whole file; None if there is no such object."""

    def read_lines(self, place: Place) -> Iterable[bytes] | None:
        """The file's lines as a stream; None if there is no such object."""

    def write(self, name: str, content: bytes, *, content_type: str) -> Place:
        """Store a file beside the version's results."""


class Explanation(TypedDict):
    """`words` for the message, empty if there is nothing to add to Rekognition's own; `data_is_the_reason`
    if the same pictures would fail again; `report` is the page's S3 URI, None if no picture is to blame, or
    if it could not be stored."""

    words: str
    codes: list[str]
    data_is_the_reason: bool
    report: str | None


def explain(request: Request, *, files: ResultFiles) -> Explanation:
    """Translate every code that Rekognition gave into why, which pictures, and how to fix it.

    Raises:
        StorageDenied, StorageUnavailable, StorageRefused: a file could not be fetched.
        StorageUnavailable: nor stored, for now.
    """
    content = files.read(request.summary) if request.summary else None
    errors, figures = read_summary(content) if content is not None else ([], {})
    findings = gather(request.said, errors, _lines(request, files))
    about = About(
        version=request.version,
        said=request.said,
        title=f"Why {request.version} could not be trained",
        opening=f"Rekognition said: {request.said}",
    )
    report = store("failure-report", about, findings, figures, files) if findings.lines else None
    codes = [found.code for found in findings.sets] + [group.code for group in findings.lines]
    return Explanation(
        words=in_words(findings, report=report),
        codes=[code for code in codes if code],
        data_is_the_reason=findings.whose == "data",
        report=report,
    )


def store(
    name: str, about: About, findings: Findings, figures: dict[str, object], files: ResultFiles
) -> str | None:
    """The page's URI; None if it may not be stored, which must not cost what was found out."""
    page = as_page(about, findings)
    try:
        files.write(f"{name}.json", as_json(about, findings, figures), content_type="application/json")
        return str(files.write(f"{name}.html", page, content_type="text/html; charset=utf-8"))
    except (StorageDenied, StorageRefused):
        logger.exception("The report could not be stored")
        return None


def _lines(request: Request, files: ResultFiles) -> Iterator[LineError]:
    for side, place in request.validation.items():
        lines = files.read_lines(place)
        if lines is not None:
            yield from line_errors(lines, side)
    for side, place in request.manifests.items():
        try:
            yield from bad_lines(files.read_lines(place) or (), side)
        except (StorageDenied, StorageRefused):
            # What Rekognition could not read, this function may not read either; its words say so.
            logger.exception("A manifest could not be read")
