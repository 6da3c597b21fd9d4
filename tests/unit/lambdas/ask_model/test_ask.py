import pytest

from lambdas.ask_model.ask import Asked, Asking
from lambdas.ask_model.model import Why
from lambdas.ask_model.sample import parse_sample

from .pictures import SAMPLE, Clock, ToldModel, entry, sample


def ask(
    model: ToldModel, clock: Clock, *keys: str, per_second: float = 2, patience: int | None = 5
) -> list[Asked]:
    pictures = parse_sample(sample(*(entry(key, "cat") for key in keys)), SAMPLE)
    asking = Asking(
        model=model,
        per_second=per_second,
        seconds_left=clock.seconds_left,
        patience=patience,
        sleep=clock.sleep,
        clock=clock,
    )
    return list(asking.about(pictures))


def test_pictures_are_asked_about_at_the_rate_that_is_allowed() -> None:
    clock = Clock()
    asked = ask(ToldModel(a=("cat",), b=("dog",)), clock, "a", "b", "c")

    assert [one.agrees for one in asked] == [True, False, False]
    assert [one.milliseconds for one in asked] == [100, 100, 100]
    assert clock.slept == [0.5, 0.5]


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_a_model_with_too_much_to_do_is_asked_again_with_growing_pauses(code: str) -> None:
    clock = Clock()
    [asked] = ask(ToldModel(a=[code, code, code, ("cat",)]), clock, "a")

    assert (asked.agrees, asked.error) == (True, None)
    assert clock.slept == [1.0, 2.0, 4.0]


def test_a_model_that_goes_on_having_too_much_to_do_is_given_up_in_the_end() -> None:
    clock = Clock()
    model = ToldModel(a="ThrottlingException", b=("cat",))
    asked = ask(model, clock, "a", "b", patience=2)

    assert [(one.error, one.why) for one in asked] == [("ThrottlingException", Why.BUSY), (None, None)]
    assert model.asked == ["a", "a", "a", "b"]


def test_with_all_patience_only_the_time_ends_it() -> None:
    clock = Clock(left=300)
    model = ToldModel(a="ThrottlingException")

    assert ask(model, clock, "a", patience=None) == []
    assert max(clock.slept) == 30
    assert 235 < clock.now <= 265


@pytest.mark.parametrize("code", ["InternalServerError", "ReadTimeoutError", "SomethingNew"])
def test_a_fault_is_tried_again_twice_and_then_is_one(code: str) -> None:
    model = ToldModel(a=[code, ("cat",)], b=code)
    asked = ask(model, Clock(), "a", "b")

    assert [(one.error, one.why) for one in asked] == [(None, None), (code, Why.FAULT)]
    assert model.asked == ["a", "a", "b", "b", "b"]


def test_a_picture_that_cannot_be_read_is_its_own_fault_and_asked_about_once() -> None:
    model = ToldModel(a="InvalidS3ObjectException", b=("cat",))
    asked = ask(model, Clock(), "a", "b")

    assert [one.why for one in asked] == [Why.UNREADABLE, None]
    assert model.asked == ["a", "b"]


@pytest.mark.parametrize("code", ["ResourceNotReadyException", "ResourceNotFoundException"])
def test_a_model_that_does_not_run_is_asked_nothing_more(code: str) -> None:
    model = ToldModel(a=code)
    [asked] = ask(model, Clock(), "a", "b")

    assert asked.why is Why.NOT_READY
    assert model.asked == ["a"]


def test_what_there_is_no_time_for_stays_unasked() -> None:
    assert [one.picture.place.key for one in ask(ToldModel(), Clock(left=41), "a", "b", "c", "d")] == list(
        "abc"
    )
