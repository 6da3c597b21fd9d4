"""Executions that start executions, and tasks that wait for a token."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.stepfunctions_lab import Lab, task

DOUBLES = {"Double": {"Type": "Succeed", "Output": {"twice": "{% $states.input.n * 2 %}"}}}
FAILS = {"Stop": {"Type": "Fail", "Error": "My.Error", "Cause": "my cause"}}
LONG_WAIT = {"Wait": {"Type": "Wait", "Seconds": 1_000_000, "End": True}}


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


def start_task(child: str, *, how: str = ".sync:2", **fields: Any) -> dict[str, Any]:
    given = {"StateMachineArn": child, "Input": {"n": "{% $states.input.n %}"}}
    return task(f"states:startExecution{how}", given | fields.pop("more", {}), **fields)


def child_of(lab: Lab, machine: str) -> dict[str, Any]:
    """The only execution of the machine, once it runs."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        executions = lab.sfn.list_executions(stateMachineArn=machine)["executions"]
        if executions:
            found: dict[str, Any] = lab.sfn.describe_execution(executionArn=executions[0]["executionArn"])
            return found
        time.sleep(0.02)
    raise AssertionError(f"no execution of {machine}")


@pytest.mark.mend("stepfunctions-nested")
def test_gives_the_child_s_description_with_its_output_parsed(lab: Lab) -> None:
    child = lab.machine(DOUBLES)

    got = lab.output({"Run": start_task(child)}, {"n": 4})

    assert (got["Status"], got["StateMachineArn"]) == ("SUCCEEDED", child)
    assert (got["Input"], got["Output"]) == ({"n": 4}, {"twice": 8})


def test_gives_the_output_as_text_without_the_2(lab: Lab) -> None:
    got = lab.output({"Run": start_task(lab.machine(DOUBLES), how=".sync")}, {"n": 4})

    assert json.loads(got["Output"]) == {"twice": 8}


@pytest.mark.mend("stepfunctions-nested")
def test_fails_as_a_failed_task_with_the_child_s_description_as_the_cause(lab: Lab) -> None:
    ended = lab.run({"Run": start_task(lab.machine(FAILS))}, {"n": 1})

    assert ended["error"] == "States.TaskFailed"
    cause = json.loads(ended["cause"])
    assert (cause["Status"], cause["Error"], cause["Cause"]) == ("FAILED", "My.Error", "my cause")


def test_starts_without_waiting(lab: Lab) -> None:
    child = lab.machine(LONG_WAIT)

    got = lab.output({"Run": start_task(child, how="")}, {"n": 1})

    assert got["ExecutionArn"].startswith(child.replace(":stateMachine:", ":execution:"))
    lab.sfn.stop_execution(executionArn=got["ExecutionArn"])


@pytest.mark.mend("stepfunctions-nested")
@pytest.mark.parametrize("how", ["", ".sync:2"])
def test_needs_the_permission_to_start(lab: Lab, how: str) -> None:
    role = lab.role(allowed=["states:DescribeExecution"])

    ended = lab.run({"Run": start_task(lab.machine(DOUBLES), how=how)}, {"n": 1}, role=role)

    assert ended["error"] == "StepFunctions.AWSStepFunctionsException"
    assert "states:StartExecution" in ended["cause"]


def test_passes_on_who_started_it(lab: Lab) -> None:
    given = {"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": "{% $states.context.Execution.Id %}"}
    echo = {"Echo": {"Type": "Succeed"}}
    call = task("states:startExecution.sync:2", {"StateMachineArn": lab.machine(echo), "Input": given})
    execution = lab.start(lab.machine({"Run": call | {"Output": "{% $states.result.Output %}"}}))

    assert list(json.loads(lab.end(execution)["output"]).values()) == [execution]


@pytest.mark.mend("stepfunctions-start")
def test_waits_for_the_running_child_of_the_same_name_and_input(lab: Lab) -> None:
    child = lab.machine({"Wait": {"Type": "Wait", "Seconds": 2000, "End": True}})
    parent = lab.machine({"Run": start_task(child, more={"Name": f"run-{uuid.uuid4()}"})})

    first, second = lab.start(parent, {"n": 1}), lab.start(parent, {"n": 1})

    assert [lab.end(first)["status"], lab.end(second)["status"]] == ["SUCCEEDED", "SUCCEEDED"]
    assert len(lab.sfn.list_executions(stateMachineArn=child)["executions"]) == 1
    ended = lab.end(lab.start(parent, {"n": 1}))
    assert ended["error"] == "StepFunctions.ExecutionAlreadyExistsException"


@pytest.mark.mend("stepfunctions-nested")
def test_stops_the_child_when_the_parent_is_stopped(lab: Lab) -> None:
    child = lab.machine(LONG_WAIT)
    parent = lab.start(lab.machine({"Run": start_task(child)}), {"n": 1})
    nested = child_of(lab, child)

    lab.sfn.stop_execution(executionArn=parent)

    assert lab.end(nested["executionArn"])["status"] == "ABORTED"


def test_stops_the_child_when_the_task_times_out(lab: Lab) -> None:
    child = lab.machine(LONG_WAIT)

    ended = lab.run({"Run": start_task(child, TimeoutSeconds=1)}, {"n": 1})

    assert ended["error"] == "States.Timeout"
    assert lab.end(child_of(lab, child)["executionArn"])["status"] == "ABORTED"


def test_counts_the_child_s_waits_against_the_parent_s_time(lab: Lab) -> None:
    def run(seconds: int) -> str:
        child = lab.machine({"Wait": {"Type": "Wait", "Seconds": seconds, "End": True}})
        states = {"Run": start_task(child, Next="Then"), "Then": {"Type": "Succeed"}}
        return str(lab.run(states, {"n": 1}, TimeoutSeconds=1000)["status"])

    assert [run(900), run(1100)] == ["SUCCEEDED", "TIMED_OUT"]


@pytest.mark.mend("stepfunctions-callbacks")
def test_waits_for_a_token_to_come_back(lab: Lab) -> None:
    queue = lab.aws.client("sqs").create_queue(QueueName=f"queue-{uuid.uuid4()}")["QueueUrl"]
    arguments = {"QueueUrl": queue, "MessageBody": {"token": "{% $states.context.Task.Token %}"}}
    catch = [{"ErrorEquals": ["Refused"], "Output": "{% $states.errorOutput.Cause %}", "Next": "Told"}]
    call = task("sqs:sendMessage.waitForTaskToken", arguments, Catch=catch)
    machine = lab.machine({"Ask": call, "Told": {"Type": "Succeed"}})

    def ask() -> tuple[str, str]:
        execution = lab.start(machine)
        messages = lab.aws.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
        lab.aws.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=messages[0]["ReceiptHandle"])
        return execution, json.loads(messages[0]["Body"])["token"]

    execution, token = ask()
    lab.sfn.send_task_success(taskToken=token, output='{"yes": true}')
    assert json.loads(lab.end(execution)["output"]) == {"yes": True}

    execution, token = ask()
    lab.sfn.send_task_failure(taskToken=token, error="Refused", cause="by a person")
    assert json.loads(lab.end(execution)["output"]) == "by a person"

    execution, token = ask()
    lab.sfn.stop_execution(executionArn=execution)
    assert lab.end(execution)["status"] == "ABORTED"


@pytest.mark.mend("stepfunctions-callbacks")
def test_fails_when_the_token_cannot_be_sent(lab: Lab) -> None:
    role = lab.role(allowed=["logs:CreateLogGroup"])
    arguments = {"FunctionName": "any", "Payload": {"token": "{% $states.context.Task.Token %}"}}

    ended = lab.run({"Ask": task("lambda:invoke.waitForTaskToken", arguments)}, role=role)

    assert ended["error"] == "Lambda.AWSLambdaException"
