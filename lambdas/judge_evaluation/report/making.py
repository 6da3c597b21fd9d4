"""Makes the report of a judged version: collects, renders, writes.

The verdict is worth more than its report: if there is none, the verdict gets a warning. Nothing here fails a
run, nor runs it out of time.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import JudgeEvaluationError
from ..observability import logger
from .collecting import Means, collected
from .model import Report
from .pictures import Fetch, embedded
from .subject import Subject


@dataclass(frozen=True, kw_only=True)
class Made:
    """`page` is the S3 URI of the page; None if there is none, and the warnings say why."""

    page: str | None
    warnings: list[str] = field(default_factory=list)


def make_report(find: Callable[[], Subject], means: Means) -> Made:
    """Write `report.json` and `report.html` of what `find` brings. Never raises."""
    try:
        report = collected(find(), means)
        shown = embedded((wrong["picture"] for wrong in report["most_wrong"]), _fetch(means))
        from .page import page_of  # noqa: PLC0415 - a broken chart library must cost no verdict

        means.storage.write(
            report["files"]["document"], as_json(report), content_type="application/json; charset=utf-8"
        )
        means.storage.write(
            report["files"]["page"],
            page_of(report, pictures=shown, region=means.region),
            content_type="text/html; charset=utf-8",
        )
    except Exception as error:
        # Whatever it is: a training was paid, and its verdict is there.
        logger.exception("No report")
        said = str(error) if isinstance(error, JudgeEvaluationError) else type(error).__name__
        return Made(
            page=None, warnings=[f"The evaluation report could not be made ({said}); the verdict stands."]
        )
    return Made(page=report["files"]["page"])


def as_json(report: Report) -> bytes:
    """Raises ValueError for a figure that is no number: JSON has none for it."""
    return json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False).encode(errors="replace")


def _fetch(means: Means) -> Fetch:
    def fetch(uri: str, most: int) -> bytes | None:
        if not means.enough_time():
            return None
        try:
            return means.storage.picture(uri, most)
        except JudgeEvaluationError:
            return None

    return fetch
