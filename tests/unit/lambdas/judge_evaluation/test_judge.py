import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.judge_evaluation.errors import (
    EvaluationMissing,
    EvaluationUnreadable,
    StorageDenied,
    StorageRefused,
    StorageUnavailable,
)
from lambdas.judge_evaluation.figures import shortened
from lambdas.judge_evaluation.judge import judge
from lambdas.judge_evaluation.request import Champion, Location, Request
from lambdas.judge_evaluation.sample_file import Sample, written
from lambdas.judge_evaluation.snapshot import Prediction, TestedPicture
from lambdas.judge_evaluation.verdict import Verdict

from .summaries import label_result, summary

PLACE = Location(bucket="b", key="evaluation/summary.json")


class FakeSummaries:
    def __init__(self, content: bytes | None) -> None:
        self.content = content

    def read(self, location: Location) -> bytes | None:
        assert location == PLACE
        return self.content

    def place(self, version: str, name: str) -> Location:
        raise NotImplementedError


def verdict(
    *,
    f1: float | None = 0.9,
    minimum: float = 0.8,
    document: dict[str, Any] | None = None,
) -> Verdict:
    content = json.dumps(document or summary(label_result("cat"), f1=f1)).encode()
    request = Request(version="set-1", f1=f1, summary=PLACE, minimum_f1=minimum)
    return judge(request, store=FakeSummaries(content))


def single(number: float) -> float:
    """The number as Rekognition has it: in single precision."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


@pytest.mark.parametrize(
    ("f1", "minimum", "accepted"),
    [
        (0.9, 0.8, True),
        (0.8, 0.8, True),
        (0.79, 0.8, False),
        (0.799999, 0.8, False),
        (0.0, 0.0, True),
        (1.0, 1.0, True),
        (0.99999, 1.0, False),
        # Single precision: a little above, and one step below, what is 0.8 by arithmetic.
        (0.800000011920929, 0.8, True),
        (0.7999999523162842, 0.8, True),
        (0.79999995, 0.8, True),
    ],
)
def test_a_version_is_accepted_from_the_minimum_on(f1: float, minimum: float, accepted: bool) -> None:
    result = verdict(f1=f1, minimum=minimum)

    assert result["verdict"] == ("accepted" if accepted else "rejected")
    assert (result["f1"] >= result["minimum_f1"]) is accepted


@given(st.integers(0, 100), st.integers(0, 100))
def test_single_precision_never_changes_a_verdict_on_percents(score: int, minimum: int) -> None:
    result = verdict(f1=single(score / 100), minimum=minimum / 100)

    assert (result["verdict"] == "accepted") is (score >= minimum)
    assert (result["f1"], result["minimum_f1"]) == (score / 100, minimum / 100)


def test_the_figures_of_the_model_and_its_labels_are_told() -> None:
    document = summary(label_result("cat", 0.95, Precision=0.800000011920929), f1=0.9)

    result = verdict(document=document)

    assert (result["precision"], result["recall"], result["warnings"]) == (0.85, 0.95, [])
    assert result["labels"] == [
        {
            "label": "cat",
            "f1": 0.95,
            "precision": 0.8,
            "recall": 1.0,
            "threshold": 0.6,
            "test_pictures": 4,
            "judged": True,
        }
    ]


def test_the_worst_labels_come_first_and_those_without_a_score_before_them() -> None:
    document = summary(
        label_result("good", 1.0), label_result("bad", 0.0), label_result("untested", pictures=0)
    )

    assert [found["label"] for found in verdict(document=document)["labels"]] == ["untested", "bad", "good"]


def test_labels_without_test_pictures_are_named() -> None:
    untested = [label_result(f"label {number}", pictures=0) for number in range(7)]

    (warning,) = verdict(document=summary(*untested, label_result("cat")))["warnings"]

    assert warning.startswith(
        "Labels label 0, label 1, label 2, label 3, label 4 and 2 more had no test picture"
    )


def test_a_summary_that_disagrees_with_the_description_is_told_and_the_description_counts() -> None:
    result = verdict(f1=0.7, document=summary(label_result("cat"), f1=0.9))

    assert (result["f1"], result["verdict"]) == (0.7, "rejected")
    assert "0.9" in result["warnings"][0]
    assert "0.7" in result["warnings"][0]


@pytest.mark.parametrize("score", [math.nan, math.inf, None, "NaN"])
def test_a_label_whose_score_is_none_is_below_every_floor(score: object) -> None:
    content = json.dumps(summary(label_result("cat", score), label_result("dog"))).encode()
    request = Request(version="set-1", f1=0.9, summary=PLACE, minimum_f1=0.8, label_floor=0.1, support=4)

    result = judge(request, store=FakeSummaries(content))

    assert result["verdict"] == "rejected"
    assert "cat without an F1 score" in result["reason"]
    assert [(each["label"], each["f1"], each["judged"]) for each in result["labels"]] == [
        ("cat", None, True),
        ("dog", 0.9, True),
    ]
    json.dumps(result, allow_nan=False)


def test_a_version_without_a_score_cannot_be_judged() -> None:
    with pytest.raises(EvaluationMissing, match="set-1 has no F1"):
        verdict(f1=None)


@pytest.mark.parametrize("f1", [1.5, -0.1, math.inf])
def test_a_score_out_of_range_is_no_score(f1: float) -> None:
    with pytest.raises(EvaluationUnreadable, match="from 0 to 1"):
        verdict(f1=f1, document=summary())


def test_a_version_without_a_summary_cannot_be_judged() -> None:
    request = Request(version="set-1", f1=0.9, summary=None, minimum_f1=0.8)

    with pytest.raises(EvaluationMissing, match="summary"):
        judge(request, store=FakeSummaries(None))


def test_a_summary_that_is_not_there_is_missing_at_its_place() -> None:
    request = Request(version="set-1", f1=0.9, summary=PLACE, minimum_f1=0.8)

    with pytest.raises(EvaluationMissing, match=r"s3://b/evaluation/summary\.json"):
        judge(request, store=FakeSummaries(None))


@pytest.mark.parametrize("character", ["x", "é", "猫", "😀"])
def test_250_labels_of_the_longest_names_stay_well_below_what_a_state_takes(character: str) -> None:
    labels = [label_result(character * 252 + f"{number:03}", pictures=number % 2) for number in range(250)]

    result = shortened(verdict(document=summary(*labels)))

    assert len(json.dumps(result, ensure_ascii=False).encode()) < 80 * 1024
    if len(result["labels"]) < 250:
        assert result["warnings"][-1] == f"Only the {len(result['labels'])} worst of 250 labels are listed."


SAMPLE = Location(bucket="b", key="sample.json")
ANSWERS = Location(bucket="b", key="answers.json")
THEIRS = Location(bucket="theirs", key="summary.json")
REPORT = Location(bucket="results", key="set-0/report.json")


class FakeFiles:
    """What is there, or what comes of asking for it."""

    def __init__(
        self,
        theirs: bytes | Exception | None,
        *,
        report: bytes | Exception | None = None,
        pictures: int = 4,
        changed: int = 0,
    ) -> None:
        tested = [
            TestedPicture(
                bucket="b",
                key=str(number),
                labels=("cat",),
                boxes=(),
                predictions=(Prediction(label="cat", confidence=0.9, found=True),),
            )
            for number in range(pictures)
        ]
        said: list[dict[str, Any]] = [
            {"bucket": "b", "key": each.key, "answer": [{"label": "cat", "confidence": 0.9}]}
            for each in tested[changed:]
        ]
        said += [
            {"bucket": "b", "key": each.key, "answer": None, "error": "PictureChanged"}
            for each in tested[:changed]
        ]
        self.files: dict[Location, bytes | Exception | None] = {
            PLACE: json.dumps(summary(label_result("cat"))).encode(),
            SAMPLE: written(Sample(version="set-1", test_pictures=pictures, pictures=tested)),
            ANSWERS: json.dumps({"schema_version": 1, "pictures": said}).encode(),
            THEIRS: theirs,
            REPORT: report,
        }

    def read(self, location: Location) -> bytes | None:
        content = self.files[location]
        if isinstance(content, Exception):
            raise content
        return content

    def place(self, version: str, name: str) -> Location:
        return Location(bucket="results", key=f"{version}/{name}")


def compared(files: FakeFiles) -> Verdict:
    champion = Champion(version="set-0", state="answered", summary=THEIRS, answers=ANSWERS)
    request = Request(
        version="set-1",
        f1=0.9,
        summary=PLACE,
        minimum_f1=0.8,
        sample=SAMPLE,
        champion=champion,
        tolerance=0.02,
    )
    return judge(request, store=files)


@pytest.mark.parametrize(
    "theirs", [StorageDenied("no"), StorageRefused("no such bucket"), b"{}", b"no JSON", b"[]"]
)
def test_a_live_model_whose_results_are_out_of_reach_is_compared_without_them(
    theirs: bytes | Exception,
) -> None:
    result = compared(FakeFiles(theirs))

    assert result["verdict"] == "accepted"
    assert result["comparison"] is not None
    unread, unknown = result["warnings"]
    assert "the live model set-0, s3://theirs/summary.json, could not be read (" in unread
    assert unknown == "Which labels set-0 knows is not to be found out; all were compared."


def test_a_live_model_whose_results_are_gone_is_compared_without_them() -> None:
    (warning,) = compared(FakeFiles(None))["warnings"]

    assert warning == "Which labels set-0 knows is not to be found out; all were compared."


@pytest.mark.parametrize("theirs", [StorageDenied("no"), None])
def test_the_report_of_the_live_model_tells_its_labels_where_its_results_are_out_of_reach(
    theirs: Exception | None,
) -> None:
    report = json.dumps({"schema_version": 1, "labels": [{"label": "cat"}, {"label": "eel"}]}).encode()

    result = compared(FakeFiles(theirs, report=report))

    assert result["comparison"] is not None
    assert result["warnings"][0] == "Label eel is known to the live model only, and was not compared."


@pytest.mark.parametrize(
    "report",
    [
        StorageDenied("no"),
        b"no JSON",
        b"[]",
        b"{}",
        b'{"schema_version": 1, "labels": []}',
        b'{"schema_version": 2, "labels": [{"label": "eel"}]}',
    ],
)
def test_a_report_that_tells_nothing_is_none(report: bytes | Exception) -> None:
    unread, unknown = compared(FakeFiles(StorageDenied("no"), report=report))["warnings"]

    assert "(StorageDenied)" in unread
    assert "all were compared" in unknown


def test_storage_that_does_not_answer_now_is_asked_again() -> None:
    with pytest.raises(StorageUnavailable):
        compared(FakeFiles(StorageUnavailable("later")))


@pytest.mark.parametrize(
    ("changed", "warnings"),
    [
        (0, []),
        (1, ["1 picture of the sample was changed since set-1 was trained, and was not compared."]),
        (2, ["2 pictures of the sample were changed since set-1 was trained, and were not compared."]),
    ],
)
def test_pictures_that_were_changed_since_the_training_are_not_compared(
    changed: int, warnings: list[str]
) -> None:
    theirs = json.dumps(summary(label_result("cat"))).encode()
    found = compared(FakeFiles(theirs, pictures=20, changed=changed))

    assert found["warnings"] == warnings
    assert found["comparison"] is not None
    assert (found["comparison"]["pictures"], found["comparison"]["of"]) == (20 - changed, 20)


def test_most_may_be_changed_as_long_as_the_live_model_answered_the_others() -> None:
    theirs = json.dumps(summary(label_result("cat"))).encode()
    found = compared(FakeFiles(theirs, pictures=20, changed=15))

    assert found["comparison"] is not None
    assert found["comparison"]["pictures"] == 5


def test_where_all_are_changed_nobody_knows_which_model_is_better() -> None:
    theirs = json.dumps(summary(label_result("cat"))).encode()
    found = compared(FakeFiles(theirs, pictures=4, changed=4))

    assert (found["verdict"], found["comparison"]) == ("borderline", None)
    assert "There is no test picture, as it was in the training" in found["reason"]
