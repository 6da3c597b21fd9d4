"""A report is collected and written, as far as it can be, and never costs a verdict."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from lambdas.judge_evaluation.errors import StorageDenied, StorageUnavailable
from lambdas.judge_evaluation.report import making
from lambdas.judge_evaluation.report.collecting import Means
from lambdas.judge_evaluation.report.history import Row
from lambdas.judge_evaluation.report.making import make_report
from lambdas.judge_evaluation.report.subject import Subject
from lambdas.judge_evaluation.snapshot import Prediction, TestedPicture
from lambdas.judge_evaluation.summary import read_summary
from lambdas.judge_evaluation.verdict import Verdict
from tests.report_schema import violations
from tests.unit.lambdas.judge_evaluation.summaries import label_result, summary

from . import samples

LIVE: dict[str, object] = {
    "name": "set-0",
    "f1": "0.8",
    "judged_at": "2026-01-01T00:00:00Z",
    "outcome": "deployed",
    "digest": "before",
    "labels": json.dumps([{"label": "cat", "f1": 0.7}]),
}


@dataclass
class FakeStorage:
    """`fails`: what raises when it is asked for."""

    written: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    fails: dict[str, Exception] = field(default_factory=dict)

    def place(self, version: str, name: str) -> str:
        return f"s3://results/evaluation/{version}/{name}"

    def write(self, uri: str, content: bytes, *, content_type: str) -> None:
        self._perhaps_fail("write")
        self.written[uri.rpartition("/")[2]] = (content, content_type)

    def inventory(self, digest: str) -> Iterator[bytes] | None:
        self._perhaps_fail("inventory")
        keys = {"before": ("a", "b"), "now": ("b", "c", "d")}.get(digest)
        if keys is None:
            return None
        return (json.dumps({"key": key, "etag": key}).encode() for key in keys)

    def picture(self, uri: str, most: int) -> bytes | None:
        self._perhaps_fail("picture")
        return samples.drawing()

    def _perhaps_fail(self, what: str) -> None:
        if what in self.fails:
            raise self.fails[what]


@dataclass
class FakeRegistry:
    rows: list[dict[str, object]] = field(default_factory=lambda: [LIVE])
    fails: Exception | None = None

    def version(self, name: str) -> Row | None:
        if self.fails:
            raise self.fails
        return next((row for row in self.rows if row["name"] == name), None)

    def versions(self) -> Iterator[Row]:
        if self.fails:
            raise self.fails
        return iter(self.rows)


def subject(**changed: Any) -> Subject:
    content = json.dumps(summary(label_result("cat", 0.9), label_result("dog", 0.5, pictures=2))).encode()
    verdict = Verdict(
        verdict="accepted",
        reason="F1 0.9 reaches the minimum of 0.8.",
        rules=[{"rule": "minimum_f1", "result": "passed", "words": "F1 0.9 reaches the minimum of 0.8."}],
        f1=0.9,
        minimum_f1=0.8,
        precision=0.85,
        recall=0.95,
        labels=[
            {
                "label": "cat",
                "f1": 0.9,
                "precision": 0.8,
                "recall": 1.0,
                "threshold": 0.6,
                "test_pictures": 4,
                "judged": True,
            }
        ],
        comparison=None,
        warnings=[],
        report=None,
    )
    usual: dict[str, Any] = {
        "version": "set-1",
        "judged_at": "2026-02-01T00:00:00Z",
        "execution": samples.EXECUTION,
        "verdict": verdict,
        "evaluation": read_summary(content, where="here"),
        "pictures": [
            TestedPicture(
                bucket="pictures",
                key="a.png",
                labels=("cat",),
                predictions=(Prediction(label="dog", confidence=0.9, found=True),),
            )
        ],
        "digest": "now",
        "champion": "set-0",
        "summary": "s3://results/summary.json",
        "billed_seconds": 1800,
        "ended_at": "2026-01-31T23:00:00Z",
    }
    return Subject(**{**usual, **changed})


@pytest.fixture
def storage() -> FakeStorage:
    return FakeStorage()


def made(
    storage: FakeStorage, registry: FakeRegistry | None = None, *, left: float = 300, **changed: Any
) -> tuple[making.Made, Any]:
    means = Means(
        storage=storage,
        registry=registry or FakeRegistry(),
        pipeline="TrainingPipeline-test",
        region="eu-west-1",
        seconds_left=lambda: left,
    )
    found = make_report(lambda: subject(**changed), means)
    report = json.loads(storage.written["report.json"][0]) if "report.json" in storage.written else None
    return found, report


def test_both_files_are_written_and_agree(storage: FakeStorage) -> None:
    found, report = made(storage)

    assert (found.page, found.warnings) == ("s3://results/evaluation/set-1/report.html", [])
    assert violations(report) == []
    assert report["files"] == {
        "page": found.page,
        "document": "s3://results/evaluation/set-1/report.json",
        "summary": "s3://results/summary.json",
    }
    page, content_type = storage.written["report.html"]
    assert content_type == "text/html; charset=utf-8"
    assert b"data:image/png;base64," in page


def test_everything_is_collected(storage: FakeStorage) -> None:
    _, report = made(storage)

    assert report["champion"] == {"version": "set-0", "f1": 0.8, "comparison": None}
    assert [each["version"] for each in report["history"]] == ["set-0", "set-1"]
    assert [(each["label"], each["champion_f1"], each["judged"]) for each in report["labels"]] == [
        ("dog", None, False),
        ("cat", 0.7, True),
    ]
    assert report["confusion"]["cells"] == [{"truth": "cat", "predicted": "cat", "share": 1.0}]
    assert report["most_wrong"][0]["picture"] == "s3://pictures/a.png"
    assert report["data_set"] == {
        "train": 16,
        "test": 4,
        "changes": {"since": "set-0", "added": 2, "replaced": 0, "relabelled": 0, "removed": 1},
    }
    assert report["training"] == {"billed_seconds": 1800, "usd": 0.5, "ended_at": "2026-01-31T23:00:00Z"}
    assert report["notes"] == []


def test_without_a_live_model_nothing_is_compared(storage: FakeStorage) -> None:
    _, report = made(storage, FakeRegistry(rows=[]), champion=None)

    assert report["champion"] is None
    assert report["data_set"]["changes"] is None
    assert violations(report) == []


def test_an_inventory_that_is_not_kept_is_no_fault(storage: FakeStorage) -> None:
    _, report = made(storage, digest="of old")

    assert report["data_set"]["changes"] is None
    assert report["notes"] == []


UNAVAILABLE = StorageUnavailable("AWS could not serve the call.")


@pytest.mark.parametrize(
    ("fail", "note"),
    [
        (lambda storage, registry: setattr(registry, "fails", UNAVAILABLE), "the earlier versions"),
        (
            lambda storage, registry: storage.fails.update(inventory=UNAVAILABLE),
            "the changes of the data set",
        ),
    ],
)
def test_a_part_that_cannot_be_found_out_is_left_out_and_said(
    storage: FakeStorage, fail: Callable[[FakeStorage, FakeRegistry], None], note: str
) -> None:
    registry = FakeRegistry()
    fail(storage, registry)

    found, report = made(storage, registry)

    assert found.warnings == []
    assert [each for each in report["notes"] if note in each]
    assert violations(report) == []


def test_pictures_that_cannot_be_had_are_named_all_the_same(storage: FakeStorage) -> None:
    storage.fails["picture"] = StorageDenied("Denied.")

    _, report = made(storage)

    assert report["most_wrong"]
    assert b"a.png" in storage.written["report.html"][0]
    assert b"data:image" not in storage.written["report.html"][0]


def test_with_little_time_left_there_is_a_report_without_pictures(storage: FakeStorage) -> None:
    found, report = made(storage, left=1)

    assert found.page
    assert violations(report) == []
    assert b"data:image" not in storage.written["report.html"][0]


@pytest.mark.parametrize(
    ("error", "words"),
    [(StorageDenied("AWS denied access."), "AWS denied access."), (KeyError("odd"), "KeyError")],
)
def test_a_report_that_cannot_be_written_costs_no_verdict(
    storage: FakeStorage, error: Exception, words: str
) -> None:
    storage.fails["write"] = error

    found, _ = made(storage)

    assert found.page is None
    (warning,) = found.warnings
    assert words in warning
    assert "the verdict stands" in warning


def test_a_chart_library_that_is_broken_costs_no_verdict(
    storage: FakeStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "lambdas.judge_evaluation.report.page", None)

    found, report = made(storage)

    assert found.page is None
    assert found.warnings
    assert report is None


def test_a_figure_that_is_no_number_never_reaches_the_document(storage: FakeStorage) -> None:
    verdict = subject().verdict
    verdict["precision"] = float("nan")

    found, report = made(storage, verdict=verdict)

    assert found.page is None
    assert "could not be made (ValueError)" in found.warnings[0]
    assert report is None
