"""From what Rekognition left behind to an explanation."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypedDict

from .findings import gather
from .report import as_json, as_page
from .request import Place, Request
from .training_files import LineError, line_errors, read_summary
from .words import in_words


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
    if the same pictures would fail again; `report` is the page's S3 URI, None if no picture is to blame."""

    words: str
    codes: list[str]
    data_is_the_reason: bool
    report: str | None


def explain(request: Request, *, files: ResultFiles) -> Explanation:
    """Translate every code that Rekognition gave into why, which pictures, and how to fix it.

    Raises:
        StorageDenied, StorageUnavailable, StorageRefused: a file could not be fetched or stored.
    """
    content = files.read(request.summary) if request.summary else None
    errors, figures = read_summary(content) if content is not None else ([], {})
    findings = gather(request.said, errors, _lines(request, files))
    report = None
    if findings.lines:
        files.write(
            "failure-report.json", as_json(request, findings, figures), content_type="application/json"
        )
        page = as_page(request, findings)
        report = str(files.write("failure-report.html", page, content_type="text/html; charset=utf-8"))
    codes = [found.code for found in findings.sets] + [group.code for group in findings.lines]
    return Explanation(
        words=in_words(findings, report=report),
        codes=[code for code in codes if code],
        data_is_the_reason=findings.whose == "data",
        report=report,
    )


def _lines(request: Request, files: ResultFiles) -> Iterator[LineError]:
    for side, place in request.validation.items():
        lines = files.read_lines(place)
        if lines is not None:
            yield from line_errors(lines, side)
