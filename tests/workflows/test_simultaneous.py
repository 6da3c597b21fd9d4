"""Many starts at once, and events that come twice, late or out of order."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.workflows.faults.scenarios import until_idle
from tests.workflows.operator import Json, Operator


@pytest.mark.parametrize("count", [2, 5, 20])
def test_of_many_simultaneous_starts_one_trains(stocked: Operator, count: int) -> None:
    stocked.aws.rekognition(training_seconds=6000)
    with ThreadPoolExecutor(count) as threads:
        executions = list(threads.map(lambda _: stocked.start(), range(count)))
    outcomes = Counter(
        json.loads(stocked.finished(execution)["output"])["outcome"] for execution in executions
    )
    assert outcomes == {"deployed": 1, "busy": count - 1}
    assert len(stocked.calls("CreateProjectVersion")) == 1
    assert list(stocked.versions().values()) == ["RUNNING"]
    assert len(stocked.messages()) == count
    assert stocked.item("lock", "training") is None


def ended_runs(operator: Operator) -> str:
    machines = operator.aws.client("stepfunctions").list_state_machines()["stateMachines"]
    (arn,) = (each["stateMachineArn"] for each in machines if "EndedRuns" in each["name"])
    return str(arn)


def status_event(operator: Operator, execution: str) -> Json:
    """What EventBridge says of an execution's end, as far as it is read."""
    found = operator.description(execution)
    return {
        "detail": {
            "executionArn": execution,
            "stateMachineArn": found["stateMachineArn"],
            "name": found["name"],
            "status": found["status"],
            "input": found["input"],
            "error": found.get("error"),
            "cause": found.get("cause"),
        }
    }


def tell_again(operator: Operator, execution: str) -> Json:
    started = operator.aws.client("stepfunctions").start_execution(
        stateMachineArn=ended_runs(operator), input=json.dumps(status_event(operator, execution))
    )
    return operator.finished(started["executionArn"])


def test_the_end_of_a_run_that_is_reported_twice_or_late_is_told_once(stocked: Operator) -> None:
    stocked.aws.stops([{"machine": "-Training", "state": "Wait for training"}])
    execution = stocked.start()
    assert stocked.finished(execution)["status"] == "ABORTED"
    until_idle(stocked)
    assert len(stocked.messages()) == 1
    assert json.loads(tell_again(stocked, execution)["output"]) == {"told": False}
    stocked.run()
    assert json.loads(tell_again(stocked, execution)["output"]) == {"told": False}
    assert len(stocked.messages()) == 2


def test_a_run_that_told_of_its_failure_is_not_told_of_even_if_the_registry_forgot(
    stocked: Operator,
) -> None:
    failed = stocked.run_red(force="yes")
    until_idle(stocked)
    stocked.aws.client("dynamodb").delete_item(
        TableName=stocked.outputs["RegistryTableName"],
        Key={"kind": {"S": "run"}, "name": {"S": failed["executionArn"]}},
    )
    assert json.loads(tell_again(stocked, failed["executionArn"])["output"]) == {"told": False}
    assert len(stocked.messages()) == 1
