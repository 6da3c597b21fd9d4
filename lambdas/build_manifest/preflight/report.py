"""The verdict as JSON, for programs and for the page.

`VERSION` is raised when a field changes its meaning or goes; new fields may come at any time.
At most `findings.EXAMPLES` troubles of a kind are listed, and `rest` says how many are not.
"""

import json
from typing import TypedDict

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.trouble import Trouble, counted
from .findings import Findings
from .tally import Tally
from .verdict import Verdict

VERSION = 1


class PlaceReport(TypedDict):
    source: str
    unit: str
    number: int


class TroubleReport(TypedDict):
    key: str | None
    place: PlaceReport | None
    found: str
    allowed: str
    fix: str
    left_out: str


class KindReport(TypedDict):
    code: str
    count: int
    rest: int
    troubles: list[TroubleReport]


class SideReport(TypedDict):
    """See `Tally`; `before` counts what the sources have, `after` what is kept."""

    before: int
    after: int
    bad: int
    missing: int
    ignored: int
    boxes: int
    manifest_bytes: int


class Sides(TypedDict):
    train: int
    test: int


class LabelReport(TypedDict):
    label: str
    before: Sides
    after: Sides


class Report(TypedDict):
    version: int
    passed: bool
    summary: str
    model_type: str
    quarantine: bool
    train: SideReport
    test: SideReport | None
    labels: list[LabelReport]
    errors: list[KindReport]
    warnings: list[KindReport]
    quarantined: list[KindReport]


def report_of(verdict: Verdict) -> Report:
    return Report(
        version=VERSION,
        passed=verdict.passed,
        summary=summary_of(verdict),
        model_type=str(verdict.purpose.model),
        quarantine=verdict.quarantine,
        train=_side(verdict.train_tally),
        test=_side(verdict.test_tally) if verdict.test_tally else None,
        labels=_labels(verdict.train_tally, verdict.test_tally),
        errors=_kinds(verdict.errors),
        warnings=_kinds(verdict.warnings),
        quarantined=_kinds(verdict.quarantined),
    )


def as_json(report: Report) -> bytes:
    text = json.dumps(report, ensure_ascii=False, indent=1)
    # Half a surrogate pair, as a broken label may hold, is no UTF-8.
    return text.encode(errors="replace")


def summary_of(verdict: Verdict) -> str:
    """One or two sentences: how it came out, and how much was left out."""
    if verdict.passed:
        sentence = "The set can be trained on."
    else:
        sentence = f"The set cannot be trained on: {counted(verdict.errors.total, 'error')}."
    tallies = [tally for tally in (verdict.train_tally, verdict.test_tally) if tally is not None]
    kept, lines = sum(tally.kept for tally in tallies), sum(tally.lines for tally in tallies)
    return f"{sentence} {kept:,} of {counted(lines, 'picture')} can be used."


def _side(tally: Tally) -> SideReport:
    return SideReport(
        before=tally.lines,
        after=tally.kept,
        bad=tally.bad,
        missing=tally.missing,
        ignored=tally.ignored,
        boxes=tally.boxes,
        manifest_bytes=tally.manifest_bytes,
    )


def _labels(train: Tally, test: Tally | None) -> list[LabelReport]:
    tested = test or Tally(name="")
    return [
        LabelReport(
            label=label,
            before=Sides(train=train.declared[label], test=tested.declared[label]),
            after=Sides(train=train.usable[label], test=tested.usable[label]),
        )
        for label in sorted(train.declared.keys() | tested.declared.keys())
    ]


def _kinds(findings: Findings) -> list[KindReport]:
    return [
        KindReport(
            code=kind.code,
            count=kind.count,
            rest=kind.rest,
            troubles=[_trouble(one) for one in kind.examples],
        )
        for kind in findings
    ]


def _trouble(trouble: Trouble) -> TroubleReport:
    place = trouble.place
    return TroubleReport(
        key=trouble.key,
        place=PlaceReport(source=place.source, unit=place.unit, number=place.number) if place else None,
        found=trouble.found,
        allowed=trouble.allowed,
        fix=trouble.fix,
        left_out=str(trouble.left_out),
    )
