import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.ask_model.ask import Asking
from lambdas.ask_model.errors import SampleMissing
from lambdas.ask_model.request import Place, Request
from lambdas.ask_model.run import run
from lambdas.ask_model.tally import Tally
from lambdas.ask_model.unchanged import Written

from .pictures import BUCKET, SAMPLE, Clock, Reply, ToldModel, entry, sample

ANSWERS = Place(bucket=BUCKET, key="evaluation/set-1/answers-live.json")


class Files:
    def __init__(self, *entries: dict[str, Any]) -> None:
        self.kept = {SAMPLE: sample(*entries)} if entries else {}
        self.writes = 0

    def read(self, place: Place) -> bytes | None:
        return self.kept.get(place)

    def write(self, place: Place, content: bytes) -> None:
        self.kept[place] = content
        self.writes += 1


TRAINED = datetime(2026, 3, 10, 4, 5, 6, 789000, tzinfo=UTC)


def ask(
    files: Files,
    model: ToldModel,
    *,
    left: float = 900,
    written: dict[str, Written] | None = None,
    **changed: Any,
) -> Tally:
    event = {
        "purpose": "compare",
        "version": "live",
        "arn": "arn:live",
        "sample": {"bucket": SAMPLE.bucket, "key": SAMPLE.key},
        "per_second": 2,
        "answers_key": ANSWERS.key,
        "execution_id": "arn:run",
        **changed,
    }
    clock = Clock(left=left)
    return run(
        Request.from_event(event),
        files=files,
        model=model,
        look_up=lambda place: (written or {}).get(place.key),
        seconds_left=clock.seconds_left,
        asking=lambda **given: Asking(sleep=clock.sleep, clock=clock, **given),
    )


def test_what_came_of_it_is_counted() -> None:
    files = Files(*(entry(key, "cat", found=["cat"]) for key in ("a", "b", "c", "d")))
    model = ToldModel(a=("cat",), b=("dog",), c="InvalidS3ObjectException", d="InternalServerError")

    assert ask(files, model, purpose="smoke", answers_key=None) == {
        "complete": True,
        "asked": 4,
        "answered": 2,
        "agreeing": 1,
        "agreement": pytest.approx(1 / 3),
        "errors": {"InvalidS3ObjectException": 1, "InternalServerError": 1},
        "unreadable": 1,
        "failed": 1,
        "median_ms": 100,
        "slowest_ms": 100,
        "not_ready": False,
    }
    assert files.writes == 0


def after(seconds: float, etag: str) -> Written:
    return Written(at=(TRAINED + timedelta(seconds=seconds)).replace(microsecond=0), etag=etag)


def test_a_picture_that_was_changed_since_the_training_is_not_asked_about() -> None:
    etags = {"changed": "1", "copied": "1", "before": "1", "untold": "1", "unknown": None}
    entries = [entry(key, "cat", found=["cat"], etag=etag) for key, etag in etags.items()]
    files = Files(*entries)
    model = ToldModel(**dict.fromkeys(etags, ("cat",)))
    written = {
        "changed": after(1, "2"),
        "copied": after(1, "1"),
        "before": after(0, "2"),
        "unknown": after(1, "1"),
    }

    found = ask(files, model, written=written, trained_at=TRAINED.isoformat())

    assert model.asked == ["copied", "before", "untold"]
    assert (found["agreement"], found["unreadable"], found["failed"]) == (1.0, 2, 0)
    assert found["errors"] == {"PictureChanged": 2}
    assert json.loads(files.kept[ANSWERS])["pictures"][0]["error"] == "PictureChanged"


@pytest.mark.parametrize(
    ("trained_at", "asked"),
    [
        (None, ["a"]),
        ("yesterday", ["a"]),
        ("2026-03-10T04:05:06", ["a"]),
        (TRAINED.isoformat(), []),
        ("2026-03-10T04:05:06.789Z", []),
        (TRAINED.timestamp(), []),
        (1e30, ["a"]),
        (True, ["a"]),
    ],
)
def test_a_time_is_understood_in_each_form_that_aws_may_give_it(trained_at: object, asked: list[str]) -> None:
    model = ToldModel()

    ask(Files(entry("a", "cat")), model, written={"a": after(1, "2")}, trained_at=trained_at)

    assert model.asked == asked


def test_answers_are_kept_in_the_samples_order() -> None:
    files = Files(entry("a", "cat"), entry("b", "dog"))
    assert ask(files, ToldModel(a=("cat",), b="InvalidImageFormatException"))["complete"] is True

    assert json.loads(files.kept[ANSWERS]) == {
        "schema_version": 1,
        "asked": "live",
        "asked_by": "arn:run",
        "pictures": [
            {
                "bucket": "pictures",
                "key": "a",
                "answer": [{"label": "cat", "confidence": 0.9}],
                "error": None,
            },
            {"bucket": "pictures", "key": "b", "answer": None, "error": "InvalidImageFormatException"},
        ],
    }


def test_the_next_invocation_goes_on_where_time_ended_the_last() -> None:
    files = Files(*(entry(str(number), "cat") for number in range(120)))
    first, second = ToldModel(), ToldModel()

    began = ask(files, first, left=80)
    done = ask(files, second)

    assert (began["complete"], done["complete"]) == (False, True)
    assert (began["asked"], done["asked"]) == (len(first.asked), 120)
    assert first.asked + second.asked == [str(number) for number in range(120)]


def test_answers_are_kept_on_the_way_for_an_invocation_that_does_not_come_to_its_end() -> None:
    files = Files(*(entry(str(number), "cat") for number in range(120)))
    ask(files, ToldModel())

    assert files.writes == 3


@pytest.mark.parametrize(
    ("reply", "asked_again"),
    [
        (("cat",), False),
        ("InvalidS3ObjectException", False),
        ("InternalServerError", True),
        ("ResourceNotReadyException", True),
    ],
)
def test_only_what_lasts_is_not_asked_again(reply: Reply, asked_again: bool) -> None:
    files = Files(entry("a", "cat"))
    ask(files, ToldModel(a=reply))
    again = ToldModel()
    ask(files, again)

    assert again.asked == (["a"] if asked_again else [])


@pytest.mark.parametrize("other", ["arn:later-run", None])
def test_a_later_run_asks_again_what_could_not_be_read(other: str | None) -> None:
    files = Files(entry("a", "cat"), entry("b", "cat"))
    ask(files, ToldModel(a=("cat",), b="InvalidS3ObjectException"), execution_id=other and "arn:run")
    again = ToldModel(b=("cat",))

    result = ask(files, again, execution_id=other)

    assert again.asked == ["b"]
    assert (result["answered"], result["errors"], result["complete"]) == (2, {}, True)


@pytest.mark.parametrize(
    "kept",
    [
        b"{",
        b"[]",
        b"{}",
        json.dumps({"schema_version": 1, "asked": "another", "pictures": []}).encode(),
        json.dumps({"schema_version": 2, "asked": "live", "pictures": []}).encode(),
        json.dumps({"schema_version": 1, "asked": "live", "pictures": [{"bucket": "b"}]}).encode(),
        json.dumps(
            {
                "schema_version": 1,
                "asked": "live",
                "pictures": [{"bucket": "b", "key": "gone", "answer": [], "error": None}],
            }
        ).encode(),
    ],
)
def test_answers_of_another_model_or_sample_are_none(kept: bytes) -> None:
    files = Files(entry("a", "cat"))
    files.kept[ANSWERS] = kept
    model = ToldModel(a=("cat",))

    assert ask(files, model)["agreeing"] == 1
    assert model.asked == ["a"]


def test_a_model_that_does_not_run_is_said_not_to() -> None:
    result = ask(Files(entry("a", "cat"), entry("b", "cat")), ToldModel(a="ResourceNotReadyException"))

    assert (result["not_ready"], result["complete"], result["answered"]) == (True, False, 0)
    assert (result["median_ms"], result["slowest_ms"]) == (None, None)


def test_nothing_readable_agrees_with_nothing() -> None:
    result = ask(Files(entry("a", "cat")), ToldModel(a="InvalidS3ObjectException"))

    assert (result["agreement"], result["asked"], result["unreadable"]) == (0.0, 1, 1)


def test_a_model_without_the_time_to_answer_does_not_disagree() -> None:
    files = Files(entry("a", "cat"), entry("b", "cat"))
    result = ask(files, ToldModel(a=("cat",), b="ThrottlingException"), purpose="canary", answers_key=None)

    assert (result["agreement"], result["failed"], result["asked"]) == (1.0, 0, 2)


def test_without_a_sample_there_is_nothing_to_ask() -> None:
    with pytest.raises(SampleMissing, match=SAMPLE.key):
        ask(Files(), ToldModel())
