"""One throttled call must not end a run: each call of a clean run is throttled in turn, and all at once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.workflows.operator import Json, Operator

# What each service says when it is asked too often.
THROTTLE = {
    "rekognition": "ThrottlingException",
    "dynamodb": "ThrottlingException",
    "ssm": "ThrottlingException",
    "sns": "ThrottledException",
    "lambda": "TooManyRequestsException",
    "stepfunctions": "ThrottlingException",
    "s3": "SlowDown",
}

# Whose calls: a part of each role's name. S3 calls of the Training role are Rekognition's own, made with
# its caller's rights; how it takes a throttle is its own affair.
ROLES = ("TrainingRole", "DeploymentRole", "ManifestBuilder", "EvaluationJudge")

A_RUN = 4
"""How many calls are throttled in one run of those in turn."""
Call = tuple[str, str, str]
"""Role, service, operation."""


def calls_of_roles(operator: Operator, *, since: int) -> Counter[Call]:
    """How often each role of the pipeline made each call."""
    return Counter(
        (role, call["service"], call["operation"])
        for call in operator.aws.calls()[since:]
        for role in ROLES
        if role in call["caller"] and call["service"] in THROTTLE
        if (role, call["service"]) != ("TrainingRole", "s3")
    )


def throttle(call: Call, *, after: int = 0) -> Json:
    role, service, operation = call
    return {
        "service": service,
        "operation": operation,
        "error": THROTTLE[service],
        "after": after,
        "times": 1,
        "caller": role,
    }


def clean_run(operator: Operator) -> Counter[Call]:
    before = len(operator.aws.calls())
    assert operator.run()["outcome"] == "deployed"
    return calls_of_roles(operator, since=before)


def test_a_throttle_on_every_single_call_in_turn_still_ends_deployed(operator: Operator) -> None:
    """The operations come from a clean run's call log; the first call of each is throttled, a few a run.

    The runs share one local AWS: each trains a set of its own, so that each goes all the way.
    """
    operator.set("Minimum-Untrained-Images", "1")
    operator.upload_fruits()
    operations = clean_run(operator)
    assert len(operations) > 15, operations
    batches = [sorted(operations)[first : first + A_RUN] for first in range(0, len(operations), A_RUN)]
    for number, batch in enumerate(batches, start=10):
        operator.upload_fruits(count=1, first=number)
        # Out of date, as on a fresh stack, so that the run writes it at its start too.
        operator.set("For-System-Use-Only", '{"previous_trained_images": 0}')
        operator.aws.faults([throttle(call) for call in batch])
        before = len(operator.aws.calls())
        report = operator.run()
        assert report["outcome"] == "deployed", (batch, report)
        hit = [made for made in operator.aws.calls()[before:] if made["error"] in THROTTLE.values()]
        assert len(hit) == len(batch), (batch, hit)
    operator.aws.faults([])
    assert list(operator.versions().values()).count("RUNNING") == 1
    assert len(operator.calls("CreateProjectVersion")) == len(batches) + 1


def test_a_throttle_on_every_call_of_one_run_still_ends_deployed(operator: Operator) -> None:
    """Each call of the whole run is refused once and goes through the second time."""
    operator.upload_fruits()
    operations = clean_run(operator)
    operator.upload_fruits(count=5, first=10)
    operator.aws.faults(
        [throttle(call, after=2 * turn) for call, count in operations.items() for turn in range(count)]
    )
    assert operator.run()["outcome"] == "deployed"
    assert sorted(operator.versions().values()) == ["RUNNING", "STOPPED"]
    assert len(operator.calls("CreateProjectVersion")) == 2
    assert operator.system_parameter()["previous_trained_images"] == 30
    assert operator.item("pointer", "unfinished") is None


@pytest.mark.parametrize("operation", ["CreateProjectVersion", "StartProjectVersion", "Publish"])
def test_throttling_past_the_retries_ends_red_and_the_next_run_repairs(
    stocked: Operator, operation: str
) -> None:
    service = "sns" if operation == "Publish" else "rekognition"
    stocked.aws.faults(
        [
            {
                "service": service,
                "operation": operation,
                "error": THROTTLE[service],
                "after": 0,
                "times": 1000,
            }
        ]
    )
    stocked.run_red()
    stocked.aws.faults([])
    report = stocked.run()
    assert report["outcome"] in ("deployed", "nothing_to_train")
    assert len(stocked.calls("CreateProjectVersion")) == 1
    assert list(stocked.versions().values()) == ["RUNNING"]
