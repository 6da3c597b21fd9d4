"""A model is tried out on held-out pictures before it goes live, and what becomes of one that fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local_aws.launcher import LocalAws
from pipeline_stack.layout import IMAGES_PREFIX
from tests.workflows.conftest import deployed
from tests.workflows.held_out import GONE, RIGHT, WRONG, give_sample, trained, with_otherwise
from tests.workflows.operator import Json, Operator
from tests.workflows.pictures import fruit

BROKEN: Json = {
    "service": "rekognition",
    "operation": "DetectCustomLabels",
    "error": "InternalServerError",
    "times": 1000,
}


@pytest.fixture
def quick_answers(assembly: Path, tmp_path: Path) -> Path:
    """A release that allows the slowest answer of a smoke test two seconds."""
    return with_otherwise(assembly, tmp_path, {"$smoke.slowest_ms > 5000": "$smoke.slowest_ms > 2000"})


def disagree(operator: Operator, version: str) -> None:
    give_sample(operator, version, WRONG)


def fail(operator: Operator, version: str) -> None:
    operator.aws.faults([BROKEN])


def be_busy(operator: Operator, version: str) -> None:
    operator.aws.faults([{**BROKEN, "error": "ThrottlingException"}])


def be_slow(operator: Operator, version: str) -> None:
    operator.aws.rekognition(answer_seconds=2.5)


@pytest.mark.parametrize(
    ("make_it", "words"),
    [
        (disagree, "0 of 2 held-out pictures as in its own test"),
        (fail, "2 without an answer (InternalServerError)"),
        (be_busy, "0 of 0 held-out pictures as in its own test, 0 without an answer (ThrottlingException)"),
        (be_slow, "the slowest answer after "),
    ],
)
def test_a_model_that_fails_its_smoke_test_never_goes_live(
    shared_aws: LocalAws, quick_answers: Path, make_it: Callable[[Operator, str], None], words: str
) -> None:
    shared_aws.reset()
    operator = deployed(shared_aws, quick_answers)
    operator.upload_fruits()
    first = operator.run()["version"]
    give_sample(operator, first)
    second = trained(operator, first=10)
    before, told = operator.item("pointer", "live"), len(operator.messages())
    make_it(operator, first)

    found = operator.run_red("Deployment", version=first)

    assert found["error"] == "SmokeTestFailed"
    assert words in found["cause"]
    assert operator.item("pointer", "live") == before
    assert operator.versions() == {first: "STOPPED", second: "RUNNING"}
    assert (operator.item("version", first) or {})["outcome"] == "rolled_back"
    (message,) = operator.messages()[told:]
    assert words in message["message"]
    # The live model is left alone by the next check, and nothing is tried again.
    operator.aws.faults([])
    assert operator.run()["outcome"] == "nothing_to_train"
    assert operator.versions() == {first: "STOPPED", second: "RUNNING"}


def test_a_training_whose_model_fails_its_smoke_test_is_told_once_and_not_tried_again(
    stocked: Operator,
) -> None:
    first = stocked.run()["version"]
    # Long enough for the sample to be there before it is asked about.
    stocked.aws.rekognition(start_seconds=3000)
    stocked.upload_fruits(count=5, first=10)
    training, told = stocked.start(), len(stocked.messages())
    stocked.until_in(training, "Deploy the version")
    (second,) = stocked.versions().keys() - {first}
    give_sample(stocked, second, WRONG)

    found = stocked.finished(training)

    assert (found["status"], found["error"]) == ("FAILED", "SmokeTestFailed")
    (message,) = stocked.messages()[told:]
    assert f"The live model is {first}." in message["message"]
    assert (stocked.item("version", second) or {})["outcome"] == "rolled_back"
    assert stocked.run()["outcome"] == "already_tried"
    assert stocked.versions() == {first: "RUNNING", second: "STOPPED"}
    assert stocked.item("pointer", "unfinished") is None


def test_a_model_is_tried_out_before_it_goes_live(stocked: Operator) -> None:
    version = stocked.run()["version"]
    trained(stocked, first=10)
    give_sample(stocked, version, RIGHT)
    report = stocked.run("Deployment", version=version)
    states = stocked.states(stocked.executions("Deployment")[0]["executionArn"])

    assert report["warnings"] == []
    assert states.index("Try the model out") < states.index("Move the live pointer")
    assert report["canaries"] == {"made": 2, "failed": 0}


@pytest.mark.parametrize(
    ("sample", "words"),
    [(None, "sample of held-out pictures"), (GONE, "(InvalidS3ObjectException)")],
)
def test_a_version_that_cannot_be_tried_out_goes_live_with_a_warning(
    stocked: Operator, sample: dict[str, str] | None, words: str
) -> None:
    version = stocked.run()["version"]
    trained(stocked, first=10)
    if sample is None:
        stocked.aws.client("s3").put_object(
            Bucket=stocked.outputs["BucketName"], Key=f"evaluation/{version}/sample.json", Body=b"no sample"
        )
        stocked.aws.faults([{"service": "s3", "operation": "PutObject", "error": "AccessDenied", "times": 9}])
    else:
        give_sample(stocked, version, sample)

    report = stocked.run("Deployment", version=version)

    warning, *others = report["warnings"]
    # Canaries have no other pictures.
    assert ["could not be made" in other for other in others] == ([] if sample is None else [True])
    assert f"The model {version} went live without having been tried out: " in warning
    assert words in warning
    assert warning in stocked.messages()[-1]["message"]


def test_pictures_that_were_replaced_since_the_training_are_not_held_against_the_model(
    stocked: Operator,
) -> None:
    first = stocked.run()["version"]
    held_out = stocked.aws.client("s3").get_object(
        Bucket=stocked.outputs["BucketName"], Key=f"evaluation/{first}/sample.json"
    )
    keys = [each["key"] for each in json.loads(held_out["Body"].read())["pictures"]]
    trained(stocked, first=10)
    # What is under these keys now shows the other fruit.
    others = {"apple": fruit("pear", 7000), "pear": fruit("apple", 7000)}
    names = [key.removeprefix(IMAGES_PREFIX) for key in keys]
    stocked.upload((name, others[name.partition("/")[0]]) for name in names)

    report = stocked.run("Deployment", version=first)

    assert report["outcome"] == "deployed"
    assert "PictureChanged" in report["warnings"][0]


def test_pictures_that_are_written_once_more_as_they_were_are_asked_about(stocked: Operator) -> None:
    first = stocked.run()["version"]
    trained(stocked, first=10)
    # As a nightly export does.
    stocked.upload_fruits()
    asked = len(stocked.calls("DetectCustomLabels"))

    report = stocked.run("Deployment", version=first)

    assert (report["outcome"], report["warnings"]) == ("deployed", [])
    assert len(stocked.calls("DetectCustomLabels")) > asked


def test_an_operator_may_deploy_a_model_untested(stocked: Operator) -> None:
    version = stocked.run()["version"]
    trained(stocked, first=10)
    give_sample(stocked, version, WRONG)
    asked = len(stocked.calls("DetectCustomLabels"))

    assert stocked.run("Deployment", version=version, untested=True)["outcome"] == "deployed"
    assert len(stocked.calls("DetectCustomLabels")) == asked
