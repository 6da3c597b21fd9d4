"""Making machines; starting, stopping, redriving executions; and the events that tell of them."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.launcher import LocalAws
from tests.local_aws.stepfunctions_lab import Lab, task

ECHO = {"Echo": {"Type": "Succeed"}}
LONG_WAIT = {"Wait": {"Type": "Wait", "Seconds": 1_000_000, "End": True}}


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


@pytest.fixture(scope="module")
def status_events(lab: Lab) -> str:
    """The URL of a queue that receives every status change."""
    sqs, events = lab.aws.client("sqs"), lab.aws.client("events")
    url: str = sqs.create_queue(QueueName=f"queue-{uuid.uuid4()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allows = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allows]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    pattern = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}
    events.put_rule(Name="status", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="status", Targets=[{"Id": "queue", "Arn": arn}])
    return url


def events_of(lab: Lab, queue: str, execution: str, count: int) -> list[dict[str, Any]]:
    """The details of this many status events of the execution, by their time."""
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + 30
    sqs = lab.aws.client("sqs")
    while len(found) < count and time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            event = json.loads(message["Body"])
            if event["detail"]["executionArn"] == execution:
                found.append(event["detail"])
    return found


@pytest.mark.mend("stepfunctions-start")
def test_answers_the_running_execution_of_the_same_name_and_input(lab: Lab) -> None:
    machine, name = lab.machine(LONG_WAIT), f"run-{uuid.uuid4()}"

    first = lab.start(machine, {"n": 1}, name=name)

    assert lab.start(machine, {"n": 1}, name=name) == first
    with pytest.raises(lab.sfn.exceptions.ExecutionAlreadyExists):
        lab.start(machine, {"n": 2}, name=name)
    lab.sfn.stop_execution(executionArn=first)
    with pytest.raises(lab.sfn.exceptions.ExecutionAlreadyExists):
        lab.start(machine, {"n": 1}, name=name)


@pytest.mark.mend("stepfunctions-start")
def test_refuses_input_and_names_that_are_none(lab: Lab) -> None:
    machine = lab.machine(ECHO)

    with pytest.raises(lab.sfn.exceptions.InvalidExecutionInput):
        lab.sfn.start_execution(stateMachineArn=machine, input="{")
    with pytest.raises(lab.sfn.exceptions.InvalidName):
        lab.start(machine, name="a b")


@pytest.mark.mend("stepfunctions-stop")
def test_stops_a_wait_at_once(lab: Lab, status_events: str) -> None:
    role = lab.role()
    states = {
        "Wait": {"Type": "Wait", "Seconds": 3000, "Next": "After"},
        "After": task("aws-sdk:sfn:listStateMachines", {}),
    }
    execution = lab.start(lab.machine(states, role=role))

    lab.sfn.stop_execution(executionArn=execution, error="Enough", cause="An operator said so.")

    ended = lab.end(execution)
    assert (ended["status"], ended["error"], ended["cause"]) == ("ABORTED", "Enough", "An operator said so.")
    time.sleep(2.0)
    assert lab.history(execution)[-1]["type"] == "ExecutionAborted"
    assert not [call for call in lab.aws.calls() if role.rpartition("/")[2] in call["caller"]]
    details = events_of(lab, status_events, execution, 2)
    aborted = next(detail for detail in details if detail["status"] == "ABORTED")
    assert (aborted["error"], aborted["cause"]) == ("Enough", "An operator said so.")


def test_stops_a_task_at_once(lab: Lab) -> None:
    function = lab.slow_function(3)
    call = {"Type": "Task", "Resource": function, "Next": "After"}
    execution = lab.start(lab.machine({"Call": call, "After": {"Type": "Succeed"}}))
    while "LambdaFunctionStarted" not in [event["type"] for event in lab.history(execution)]:
        time.sleep(0.02)

    lab.sfn.stop_execution(executionArn=execution)

    assert lab.end(execution)["status"] == "ABORTED"
    assert lab.history(execution)[-1]["type"] == "ExecutionAborted"


@pytest.mark.mend("stepfunctions-status-events")
@pytest.mark.parametrize(
    ("states", "status"),
    [
        (ECHO, "SUCCEEDED"),
        ({"Stop": {"Type": "Fail", "Error": "Sorry", "Cause": "No model."}}, "FAILED"),
        (LONG_WAIT, "TIMED_OUT"),
    ],
)
def test_tells_the_end_as_an_event(lab: Lab, status_events: str, states: Any, status: str) -> None:
    execution = lab.start(lab.machine(states, TimeoutSeconds=100), {"n": 1})
    ended = lab.end(execution)

    details = {detail["status"]: detail for detail in events_of(lab, status_events, execution, 2)}

    assert set(details) == {"RUNNING", status}
    detail = details[status]
    assert detail["startDate"] == int(ended["startDate"].timestamp() * 1000)
    assert detail["stopDate"] == int(ended["stopDate"].timestamp() * 1000)
    assert json.loads(detail["input"]) == {"n": 1}
    assert detail["output"] == ended.get("output")
    assert (detail["error"], detail["cause"]) == (ended.get("error"), ended.get("cause"))
    assert detail["redriveStatus"] == ("NOT_REDRIVABLE" if status == "SUCCEEDED" else "REDRIVABLE")


@pytest.mark.mend("stepfunctions-redrive")
def test_redrives_at_the_failed_state_with_its_input_and_variables(lab: Lab) -> None:
    name = f"/lab/{uuid.uuid4()}"
    count = "{% $states.context.Execution.RedriveCount %}"
    states = {
        "First": {"Type": "Pass", "Assign": {"v": 7}, "Output": {"n": 1}, "Next": "Read"},
        "Read": task("aws-sdk:ssm:getParameter", {"Name": name}, Next="Tell")
        | {"Output": {"input": "{% $states.input %}", "v": "{% $v %}", "count": count}},
        "Tell": {"Type": "Succeed"},
    }
    execution = lab.start(lab.machine(states))
    assert lab.end(execution)["status"] == "FAILED"
    lab.aws.client("ssm").put_parameter(Name=name, Value="v", Type="String")

    lab.sfn.redrive_execution(executionArn=execution)

    ended = lab.end(execution)
    assert json.loads(ended["output"]) == {"input": {"n": 1}, "v": 7, "count": 1}
    assert ended["redriveCount"] == 1
    assert "error" not in ended
    kinds = [event["type"] for event in lab.history(execution)]
    assert kinds.count("ExecutionStarted") == kinds.count("ExecutionRedriven") == 1
    assert kinds.count("PassStateEntered") == 1


@pytest.mark.mend("stepfunctions-redrive")
def test_redrives_what_was_stopped(lab: Lab) -> None:
    execution = lab.start(lab.machine(LONG_WAIT))
    lab.sfn.stop_execution(executionArn=execution)

    lab.sfn.redrive_execution(executionArn=execution)

    assert lab.sfn.describe_execution(executionArn=execution)["status"] == "RUNNING"
    lab.sfn.stop_execution(executionArn=execution)


@pytest.mark.mend("stepfunctions-redrive")
@pytest.mark.mend("stepfunctions-describe")
def test_does_not_redrive_what_succeeded(lab: Lab) -> None:
    ended = lab.end(lab.start(lab.machine(ECHO)))

    assert ended["redriveStatus"] == "NOT_REDRIVABLE"
    with pytest.raises(lab.sfn.exceptions.ExecutionNotRedrivable):
        lab.sfn.redrive_execution(executionArn=ended["executionArn"])


@pytest.mark.parametrize("operation", ["describe_execution", "stop_execution", "get_execution_history"])
def test_knows_no_execution_that_never_was(lab: Lab, operation: str) -> None:
    with pytest.raises(lab.sfn.exceptions.ExecutionDoesNotExist):
        getattr(lab.sfn, operation)(executionArn="arn:aws:states:us-east-1:000000000000:execution:no:such")


def test_knows_no_execution_to_redrive_that_never_was(lab: Lab) -> None:
    with pytest.raises(lab.sfn.exceptions.ExecutionDoesNotExist):
        lab.sfn.redrive_execution(executionArn="arn:aws:states:us-east-1:000000000000:execution:no:such")


END = {"Type": "Succeed"}


@pytest.mark.mend("stepfunctions-definitions")
@pytest.mark.parametrize(
    "definition",
    [
        {"StartAt": "A", "States": {}},
        {"StartAt": "B", "States": {"A": END}},
        {"StartAt": "A", "States": {"A": {"Type": "Sleep", "End": True}}},
        {"StartAt": "A", "States": {"A": {"Type": "Pass"}}},
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}},
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A", "End": True}}},
        {"StartAt": "A", "States": {"A": END, "B": END}},
        {"StartAt": "A", "States": {"A": {"Type": "Succeed", "Next": "B"}, "B": END}},
        {"StartAt": "A", "States": {"A": {"Type": "Task", "End": True}}},
        {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": []}}},
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "ResultPath": "$.a", "End": True}}},
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "{% ( %}", "End": True}}},
        {"StartAt": "A", "States": {"a" * 81: END}, "QueryLanguage": "JSONata"},
        {
            "StartAt": "A",
            "States": {
                "A": {"Type": "Parallel", "Branches": [{"StartAt": "A", "States": {"A": END}}], "End": True}
            },
        },
        {
            "StartAt": "A",
            "States": {
                "A": {
                    "Type": "Parallel",
                    "Assign": {"v": 1},
                    "Branches": [
                        {"StartAt": "B", "States": {"B": {"Type": "Pass", "Assign": {"v": 2}, "End": True}}}
                    ],
                    "End": True,
                }
            },
        },
        {
            "StartAt": "A",
            "States": {
                "A": task("sns:publish", {})
                | {"Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["Late"]}]}
            },
        },
        {
            "StartAt": "A",
            "States": {"A": task("sns:publish", {}, Catch=[{"ErrorEquals": ["X"], "Next": "B"}])},
        },
    ],
)
def test_refuses_a_definition_that_cannot_run(lab: Lab, definition: dict[str, Any]) -> None:
    text = json.dumps({"QueryLanguage": "JSONata", **definition})

    with pytest.raises(lab.sfn.exceptions.InvalidDefinition):
        lab.sfn.create_state_machine(name=f"bad-{uuid.uuid4()}", definition=text, roleArn=lab.role())
    assert lab.sfn.validate_state_machine_definition(definition=text)["result"] == "FAIL"


@pytest.mark.mend("stepfunctions-definitions")
def test_refuses_an_update_that_cannot_run(lab: Lab) -> None:
    machine = lab.machine(ECHO)

    with pytest.raises(lab.sfn.exceptions.InvalidDefinition):
        lab.sfn.update_state_machine(stateMachineArn=machine, definition='{"StartAt": "A", "States": {}}')
    assert json.loads(lab.end(lab.start(machine, {"n": 1}))["output"]) == {"n": 1}


@pytest.mark.mend("stepfunctions-definitions")
def test_refuses_a_role_that_does_not_trust_step_functions(lab: Lab) -> None:
    with pytest.raises(ClientError) as refused:
        lab.machine(ECHO, role=lab.role(service="lambda"))

    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_accepts_a_definition_that_can_run(lab: Lab) -> None:
    text = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Echo", "States": ECHO})

    assert lab.sfn.validate_state_machine_definition(definition=text)["result"] == "OK"


@pytest.mark.mend("stepfunctions-definitions")
def test_refuses_a_template_s_machine_that_cannot_run(lab: Lab) -> None:
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Sleep"}}})
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": lab.role(), "DefinitionString": definition},
    }
    name, cloudformation = f"stack-{uuid.uuid4()}", lab.aws.client("cloudformation")
    cloudformation.create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": {"Machine": machine}}), OnFailure="DO_NOTHING"
    )

    with pytest.raises(Exception, match="Waiter StackCreateComplete failed"):
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )
    reasons = [
        event.get("ResourceStatusReason", "")
        for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    ]
    assert any("Type is 'Sleep'" in reason for reason in reasons)
