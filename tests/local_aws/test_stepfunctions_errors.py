"""Retry, Catch, time-outs and limits. Needs stepfunctions-retry, -error-matching, -tasks and -walk."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.conftest import TIME_SCALE
from tests.local_aws.stepfunctions_lab import Lab, task

OVER_256_KIB = "{% $pad('', 262143, 'x') %}"
"""As JSON, with its quotes, one byte more than a state may give."""
EXACTLY_256_KIB = "{% $pad('', 262142, 'x') %}"


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


@pytest.fixture
def no_faults(lab: Lab) -> Iterator[None]:
    yield
    lab.aws.faults([])


def missing_parameter(**fields: Any) -> dict[str, Any]:
    """A task that always fails with Ssm.ParameterNotFoundException."""
    return task("aws-sdk:ssm:getParameter", {"Name": "/no/such"}, **fields)


def delays(lab: Lab, retry: list[dict[str, Any]]) -> list[float]:
    """Real seconds from each failed attempt to the next one."""
    execution = lab.start(lab.machine({"Call": missing_parameter(Retry=retry)}))
    lab.end(execution)
    times: dict[str, list[float]] = {"TaskScheduled": [], "TaskFailed": []}
    for event in lab.history(execution):
        times.setdefault(event["type"], []).append(event["timestamp"].timestamp())
    pairs = zip(times["TaskFailed"], times["TaskScheduled"][1:], strict=False)
    return [scheduled - failed for failed, scheduled in pairs]


@pytest.mark.parametrize(
    ("retrier", "expected"),
    [({}, 3), ({"MaxAttempts": 0}, 0), ({"MaxAttempts": 2}, 2), ({"ErrorEquals": ["Other.Error"]}, 0)],
)
def test_tries_as_often_as_the_retrier_says(lab: Lab, retrier: dict[str, Any], expected: int) -> None:
    assert len(delays(lab, [{"ErrorEquals": ["States.ALL"], **retrier}])) == expected


def test_caps_each_delay_at_max_delay_seconds(lab: Lab) -> None:
    retrier = {"IntervalSeconds": 10_000, "BackoffRate": 10, "MaxAttempts": 5, "MaxDelaySeconds": 20}

    waited = delays(lab, [{"ErrorEquals": ["States.ALL"], **retrier}])

    assert len(waited) == 5
    assert all(delay < 10_000 * TIME_SCALE for delay in waited)


@pytest.mark.mend("stepfunctions-retry")
def test_waits_the_whole_of_a_long_delay(lab: Lab) -> None:
    retrier = {"IntervalSeconds": 2000, "MaxAttempts": 1}

    waited = delays(lab, [{"ErrorEquals": ["States.ALL"], **retrier}])

    assert waited[0] >= 2000 * TIME_SCALE


def test_spreads_delays_with_full_jitter(lab: Lab) -> None:
    retrier = {"IntervalSeconds": 1000, "BackoffRate": 1, "MaxAttempts": 8, "JitterStrategy": "FULL"}

    waited = delays(lab, [{"ErrorEquals": ["States.ALL"], **retrier}])

    assert len(waited) == 8
    assert min(waited) < 900 * TIME_SCALE


def test_counts_attempts_of_each_retrier_apart(lab: Lab) -> None:
    retry = [
        {"ErrorEquals": ["Other.Error"], "MaxAttempts": 5},
        {"ErrorEquals": ["Ssm.ParameterNotFoundException"], "MaxAttempts": 1},
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": 5},
    ]

    assert len(delays(lab, retry)) == 1


@pytest.mark.mend("stepfunctions-error-matching")
@pytest.mark.parametrize(
    ("caught", "status"),
    [("States.ALL", "FAILED"), ("States.TaskFailed", "FAILED"), ("States.DataLimitExceeded", "SUCCEEDED")],
)
def test_catches_too_much_data_only_by_its_name(lab: Lab, caught: str, status: str) -> None:
    catch = [{"ErrorEquals": [caught], "Output": {}, "Next": "Told"}]
    call = task("aws-sdk:ssm:getParameter", {"Name": OVER_256_KIB}, Catch=catch)

    ended = lab.run({"Call": call, "Told": {"Type": "Succeed"}})

    assert ended["status"] == status, ended
    if status == "FAILED":
        assert ended["error"] == "States.DataLimitExceeded"


@pytest.mark.parametrize("caught", ["States.ALL", "States.TaskFailed", "States.Runtime"])
def test_catches_a_runtime_error_by_no_name(lab: Lab, caught: str) -> None:
    catch = [{"ErrorEquals": [caught], "Next": "Told"}]
    call = task("aws-sdk:ssm:getParameter", {"Unknown": 1}, Catch=catch)

    assert lab.run({"Call": call, "Told": {"Type": "Succeed"}})["error"] == "States.Runtime"


@pytest.mark.mend("stepfunctions-tasks")
def test_fails_a_task_whose_result_is_too_large(lab: Lab) -> None:
    function = lab.function("def handler(event, context):\n    return 'x' * 262_143\n")
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Told"}]
    states = {
        "Call": {"Type": "Task", "Resource": function, "Output": 1, "Catch": catch, "End": True},
        "Told": {"Type": "Succeed"},
    }

    assert lab.run(states)["error"] == "States.DataLimitExceeded"


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Pass", "Output": OVER_256_KIB, "End": True},
        {"Type": "Pass", "Assign": {"v": OVER_256_KIB}, "End": True},
        {"Type": "Succeed", "Output": OVER_256_KIB},
    ],
)
def test_fails_a_state_that_gives_too_much(lab: Lab, state: dict[str, Any]) -> None:
    assert lab.run({"Only": state})["error"] == "States.DataLimitExceeded"


def test_lets_a_state_give_all_that_is_allowed(lab: Lab) -> None:
    assert (
        lab.run({"Only": {"Type": "Pass", "Output": EXACTLY_256_KIB, "End": True}})["status"] == "SUCCEEDED"
    )


@pytest.mark.parametrize("seconds", [1, "{% 1 %}"])
def test_times_a_task_out_after_real_seconds(lab: Lab, seconds: Any) -> None:
    function = lab.slow_function(20)
    catch = [{"ErrorEquals": ["States.Timeout"], "Output": "{% $states.errorOutput.Error %}", "Next": "Told"}]
    call = task("lambda:invoke", {"FunctionName": function}, TimeoutSeconds=seconds, Catch=catch)
    execution = lab.start(lab.machine({"Call": call, "Told": {"Type": "Succeed"}}))

    assert json.loads(lab.end(execution)["output"]) == "States.Timeout"
    assert "TaskTimedOut" in [event["type"] for event in lab.history(execution)]


def test_does_not_catch_a_time_out_as_a_failed_task(lab: Lab) -> None:
    function = lab.slow_function(20)
    catch = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Told"}]
    call = task("lambda:invoke", {"FunctionName": function}, TimeoutSeconds=1, Catch=catch)

    assert lab.run({"Call": call, "Told": {"Type": "Succeed"}})["error"] == "States.Timeout"


def test_assigns_and_outputs_what_was_caught(lab: Lab) -> None:
    catch = [
        {
            "ErrorEquals": ["States.TaskFailed"],
            "Assign": {"why": "{% $states.errorOutput.Error %}"},
            "Output": {"given": "{% $states.input.n %}"},
            "Next": "Told",
        }
    ]
    states = {
        "Call": missing_parameter(Catch=catch),
        "Told": {"Type": "Pass", "Output": "{% [$why, $states.input] %}", "End": True},
    }

    assert lab.output(states, {"n": 1}) == ["Ssm.ParameterNotFoundException", {"given": 1}]


@pytest.mark.usefixtures("no_faults")
def test_shows_the_attempt_in_the_context_and_goes_on_after_a_retry(lab: Lab) -> None:
    name = f"/lab/{uuid.uuid4()}"
    lab.aws.client("ssm").put_parameter(Name=name, Value="v", Type="String")
    fault = {"service": "ssm", "operation": "GetParameter", "error": "ThrottlingException"}
    lab.aws.faults([fault | {"after": 0, "times": 2}])
    retry = [{"ErrorEquals": ["Ssm.ThrottlingException"]}]
    call = task("aws-sdk:ssm:getParameter", {"Name": name}, Retry=retry)
    call["Output"] = "{% $states.context.State.RetryCount %}"

    assert lab.output({"Call": call}) == 2
