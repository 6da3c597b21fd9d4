import pytest

from lambdas.build_manifest.errors import RequestInvalid
from lambdas.build_manifest.request import Request

DIGEST = "0123456789abcdef" * 4


def test_a_measurement_before_the_first_training_has_no_digests() -> None:
    request = Request.from_event(
        {"mode": "measure", "digest": None, "previous_digest": None, "execution_id": "run"}
    )

    assert request == Request(mode="measure", digest=None, previous_digest=None)


def test_writing_names_the_set_that_was_measured_and_the_one_trained_before() -> None:
    request = Request.from_event({"mode": "write", "digest": DIGEST, "previous_digest": "f" * 64})

    assert request == Request(mode="write", digest=DIGEST, previous_digest="f" * 64)


def test_a_check_goes_by_the_rules_of_the_environment() -> None:
    request = Request.from_event(
        {"mode": "check", "digest": DIGEST, "minimum_images_per_label": 5, "quarantine": True}
    )

    assert request == Request(
        mode="check", digest=DIGEST, previous_digest=None, minimum_images_per_label=5, quarantine=True
    )


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({}, "mode"),
        ({"mode": "erase"}, "mode"),
        ({"mode": ["write"]}, "mode"),
        ({"mode": "write"}, "digest"),
        ({"mode": "check"}, "digest"),
        ({"mode": "write", "digest": DIGEST[:-1]}, "digest"),
        ({"mode": "check", "digest": DIGEST, "minimum_images_per_label": 0}, "minimum_images_per_label"),
        ({"mode": "check", "digest": DIGEST, "minimum_images_per_label": True}, "minimum_images_per_label"),
        ({"mode": "check", "digest": DIGEST, "quarantine": "yes"}, "quarantine"),
        ({"mode": "measure", "previous_digest": "../secret"}, "previous_digest"),
        ({"mode": "measure", "previous_digest": 7}, "previous_digest"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_by_field(event: dict[str, object], named: str) -> None:
    with pytest.raises(RequestInvalid, match=f'^"{named}" is'):
        Request.from_event(event)
