"""The function as CloudFormation has it invoked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

from lambdas.take_down import handler as module
from lambdas.take_down.errors import AnswerNotDelivered
from lambdas.take_down.handler import handler
from lambdas.take_down.request import Request
from tests.unit.lambdas.conftest import REGISTRY_TABLE, FakeContext

STACK = "arn:aws:cloudformation:us-east-1:000000000000:stack/Pipeline/1"
PROJECT = "arn:aws:rekognition:us-east-1:000000000000:project/Pipeline/1"
MACHINES = [
    f"arn:aws:states:us-east-1:000000000000:stateMachine:{name}" for name in ("Training", "Deployment")
]
URL = "https://answers/x?Signature=secret"


@dataclass(frozen=True)
class ShortContext(FakeContext):
    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class Aws:
    """Answers to calls, which are noted in order; and what CloudFormation was answered."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "DescribeStacks": {"Stacks": [{"StackStatus": "DELETE_IN_PROGRESS"}]},
            "DisableRule": {},
            "ListExecutions": {"executions": []},
            "StopExecution": {},
            "DescribeProjects": {
                "ProjectDescriptions": [{"ProjectArn": PROJECT, "Status": "CREATED", "Datasets": []}]
            },
            "DescribeProjectVersions": {"ProjectVersionDescriptions": []},
            "StopProjectVersion": {},
            "Invoke": {},
        }
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answered: list[tuple[Request, str | None]] = []

    def call(self, _client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        self.calls.append((operation, parameters))
        answer = self.answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    def holds(self, *versions: tuple[str, str]) -> None:
        self.answers["DescribeProjectVersions"] = {
            "ProjectVersionDescriptions": [
                {"ProjectVersionArn": f"{PROJECT.rpartition('/')[0]}/version/{name}/1", "Status": status}
                for name, status in versions
            ]
        }


@pytest.fixture
def account(aws: None, monkeypatch: pytest.MonkeyPatch) -> Aws:
    account = Aws()
    base: Any = botocore.client.BaseClient
    call = base._make_api_call

    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            return call(client, operation, parameters)
        return account.call(client, operation, parameters)

    monkeypatch.setattr(base, "_make_api_call", make_api_call)
    monkeypatch.setattr(
        module, "answer", lambda request, *, reason: account.answered.append((request, reason))
    )
    for name, value in {
        "PROJECT_NAME": "Pipeline",
        "RULE_NAMES": "training-rule,settings-rule",
        "WORKFLOW_ARNS": ",".join(MACHINES),
        "GIVE_UP_AFTER_MINUTES": "0",
    }.items():
        monkeypatch.setenv(name, value)
    module._settings.cache_clear()
    return account


def asked(kind: str = "Delete", **more: Any) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "StackId": STACK,
        "RequestId": "r-1",
        "LogicalResourceId": "TakeDown",
        "PhysicalResourceId": "any",
        "ResponseURL": URL,
        "ResourceProperties": {},
        **more,
    }


def invoke(event: dict[str, Any], context: Any = None) -> None:
    handler(event, context or FakeContext())


def reasons(account: Aws) -> list[str | None]:
    return [reason for _, reason in account.answered]


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_nothing_is_touched_before_the_end(account: Aws, kind: str) -> None:
    invoke(asked(kind))

    assert account.calls == []
    assert reasons(account) == [None]


@pytest.mark.parametrize(
    "status",
    [
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    ],
)
def test_a_stack_that_lives_on_keeps_its_models(account: Aws, status: str) -> None:
    account.answers["DescribeStacks"] = {"Stacks": [{"StackStatus": status}]}
    account.holds(("set-1", "RUNNING"))

    invoke(asked())

    assert account.operations() == ["DescribeStacks"]
    assert reasons(account) == [None]


def test_a_stack_that_cannot_be_asked_about_for_the_moment_is_asked_about_again(
    account: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVE_UP_AFTER_MINUTES", "55")
    account.answers["DescribeStacks"] = ClientError(
        {"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "DescribeStacks"
    )

    invoke(asked(), ShortContext())

    assert account.operations() == ["DescribeStacks", "Invoke"]
    assert account.answered == []


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"])
def test_rules_and_runs_are_stopped_before_the_project_is_looked_at(account: Aws, status: str) -> None:
    account.answers["DescribeStacks"] = {"Stacks": [{"StackStatus": status}]}

    invoke(asked())

    assert account.calls[0] == ("DescribeStacks", {"StackName": STACK})
    assert account.operations()[1:] == [
        "DisableRule",
        "DisableRule",
        "ListExecutions",
        "ListExecutions",
        "DescribeProjects",
        "DescribeProjectVersions",
    ]
    assert reasons(account) == [None]


def test_runs_are_stopped_with_a_cause(account: Aws) -> None:
    account.answers["ListExecutions"] = {"executions": [{"executionArn": "arn:e", "name": "e"}]}

    invoke(asked())

    stopped = [given for operation, given in account.calls if operation == "StopExecution"]
    assert stopped == [{"executionArn": "arn:e", "cause": "The stack is being deleted."}] * 2


@pytest.mark.parametrize("operation", ["DisableRule", "ListExecutions"])
def test_what_is_gone_needs_no_stopping(account: Aws, operation: str) -> None:
    code = "ResourceNotFoundException" if operation == "DisableRule" else "StateMachineDoesNotExist"
    account.answers[operation] = ClientError({"Error": {"Code": code, "Message": "gone"}}, operation)

    invoke(asked())

    assert reasons(account) == [None]


def test_what_is_left_when_the_time_is_over_is_the_reason(account: Aws) -> None:
    account.holds(("set-1", "TRAINING_IN_PROGRESS"))

    invoke(asked())

    (reason,) = reasons(account)
    assert reason is not None
    assert "Model version set-1 is in training." in reason


def test_a_refusal_is_the_reason(account: Aws) -> None:
    account.holds(("set-1", "RUNNING"))
    account.answers["StopProjectVersion"] = ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": "No."}}, "StopProjectVersion"
    )

    invoke(asked())

    assert reasons(account) == [
        "AWS refused a call: AccessDeniedException to StopProjectVersion: No. What was stopped or deleted "
        "until now stays so, and deleting the stack again goes on from there."
    ]


def test_an_error_of_our_own_is_a_reason_too(account: Aws) -> None:
    account.answers["DescribeProjects"] = {}

    invoke(asked())

    assert reasons(account) == [
        "The function take_down broke off: KeyError: 'ProjectDescriptions'. See its log."
    ]


def test_missing_settings_are_a_reason(account: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RULE_NAMES")
    monkeypatch.setenv("PROJECT_NAME", " ")

    invoke(asked())

    (reason,) = reasons(account)
    assert reason is not None
    assert "PROJECT_NAME (the name of the Rekognition project); RULE_NAMES (" in reason


def test_an_invocation_that_is_nearly_over_starts_another_with_the_same_end(
    account: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVE_UP_AFTER_MINUTES", "55")
    account.holds(("set-1", "TRAINING_IN_PROGRESS"))

    invoke(asked(), ShortContext())

    (given,) = [given for operation, given in account.calls if operation == "Invoke"]
    assert (given["FunctionName"], given["InvocationType"]) == (ShortContext().invoked_function_arn, "Event")
    passed_on = json.loads(given["Payload"])
    until = passed_on.pop("Until")
    assert passed_on == asked()
    assert account.answered == []

    invoke({**passed_on, "Until": until}, ShortContext())

    again = [json.loads(given["Payload"]) for operation, given in account.calls if operation == "Invoke"]
    assert [event["Until"] for event in again] == [until, until]


def test_an_answer_that_is_not_taken_fails_the_invocation_so_that_lambda_repeats_it(
    account: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_request: Request, *, reason: str | None) -> None:
        raise AnswerNotDelivered("no")

    monkeypatch.setattr(module, "answer", refuse)

    with pytest.raises(AnswerNotDelivered):
        invoke(asked())


def test_the_log_does_not_tell_where_to_answer(account: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    account.holds(("set-1", "TRAINING_IN_PROGRESS"))

    invoke(asked())

    out = capsys.readouterr()
    assert "secret" not in out.out + out.err


@pytest.fixture
def adopted(account: Aws, registry: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes down a version that the pipeline made in a project of people's."""
    monkeypatch.setenv("REGISTRY_TABLE_NAME", REGISTRY_TABLE)

    def register(version: str) -> None:
        item = {"kind": "version", "name": version, "registered_at": "2026-11-21T12:00:00.000Z"}
        registry.put_item(TableName=REGISTRY_TABLE, Item={name: {"S": value} for name, value in item.items()})

    return register


def test_of_an_adopted_project_only_what_the_registry_names_is_touched(
    account: Aws, adopted: Callable[[str], None]
) -> None:
    adopted("ours")
    account.holds(("theirs", "RUNNING"), ("ours", "RUNNING"))

    invoke(asked())

    stopped = [given["ProjectVersionArn"] for name, given in account.calls if name == "StopProjectVersion"]
    assert [arn.split("/")[-2] for arn in stopped] == ["ours"]


def test_an_adopted_project_with_nothing_of_ours_is_done(
    account: Aws, adopted: Callable[[str], None]
) -> None:
    account.holds(("theirs", "RUNNING"))

    invoke(asked())

    assert reasons(account) == [None]
