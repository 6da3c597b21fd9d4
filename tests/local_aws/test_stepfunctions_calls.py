"""Workflow tasks call services as their role. Needs the mends stepfunctions-tasks and -calls."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.stepfunctions_lab import Lab, task


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


@pytest.fixture(scope="module")
def table(lab: Lab) -> str:
    name = f"table-{uuid.uuid4()}"
    lab.aws.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "kind", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "kind", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


@pytest.fixture(scope="module")
def parameter(lab: Lab) -> str:
    name = f"/lab/{uuid.uuid4()}"
    lab.aws.client("ssm").put_parameter(Name=name, Value="600", Type="String")
    return name


@pytest.fixture
def no_faults(lab: Lab) -> Iterator[None]:
    yield
    lab.aws.faults([])


def test_makes_a_call_as_a_session_of_the_machine_s_role(lab: Lab, parameter: str) -> None:
    role = lab.role(allowed=["ssm:GetParameter"])

    lab.output({"Read": task("aws-sdk:ssm:getParameter", {"Name": parameter})}, role=role)

    call = [call for call in lab.aws.calls() if call["operation"] == "GetParameter"][-1]
    assert call["service"] == "ssm"
    assert f":assumed-role/{role.rpartition('/')[2]}/" in call["caller"]
    assert call["error"] is None


@pytest.mark.mend("stepfunctions-calls")
@pytest.mark.parametrize(
    ("resource", "arguments", "error"),
    [
        ("aws-sdk:ssm:getParameter", {"Name": "/lab/any"}, "Ssm.AccessDeniedException"),
        ("aws-sdk:rekognition:describeProjects", {}, "Rekognition.AccessDeniedException"),
        ("aws-sdk:s3:listBuckets", {}, "S3.AccessDeniedException"),
        ("aws-sdk:sfn:listStateMachines", {}, "Sfn.SfnException"),
        ("aws-sdk:dynamodb:listTables", {}, "DynamoDb.DynamoDbException"),
        (
            "dynamodb:getItem",
            {"TableName": "any-table", "Key": {"kind": {"S": "lock"}}},
            "DynamoDB.AmazonDynamoDBException",
        ),
        ("lambda:invoke", {"FunctionName": "any"}, "Lambda.AWSLambdaException"),
        (
            "sns:publish",
            {"TopicArn": "arn:aws:sns:us-east-1:000000000000:any", "Message": "m"},
            "SNS.AuthorizationErrorException",
        ),
        (
            "states:startExecution",
            {"StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:any"},
            "StepFunctions.AWSStepFunctionsException",
        ),
    ],
)
def test_fails_without_the_permission(lab: Lab, resource: str, arguments: Any, error: str) -> None:
    role = lab.role(allowed=["logs:CreateLogGroup"])

    ended = lab.run({"Call": task(resource, arguments)}, role=role)

    assert (ended["status"], ended["error"]) == ("FAILED", error), ended["cause"]
    assert "not authorized" in ended["cause"]


def test_adds_exception_to_the_name_of_an_error_that_lacks_it(lab: Lab) -> None:
    ended = lab.run({"Read": task("aws-sdk:ssm:getParameter", {"Name": "/lab/missing"})})

    assert ended["error"] == "Ssm.ParameterNotFoundException"
    assert re.fullmatch(r".+ \(Service: Ssm, Status Code: 400, Request ID: \S+\)", ended["cause"])


@pytest.mark.parametrize("arguments", [{}, {"Name": 1}, {"Name": "n", "Nam": "n"}, "text"])
def test_refuses_arguments_of_another_shape_before_the_call(lab: Lab, arguments: Any) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    states = {
        "Read": task("aws-sdk:ssm:getParameter", arguments, Catch=catch),
        "Caught": {"Type": "Succeed"},
    }

    ended = lab.run(states)

    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")
    assert "could not be used to start the Task" in ended["cause"]


def test_leaves_lengths_to_the_service(lab: Lab) -> None:
    ended = lab.run({"Read": task("aws-sdk:ssm:getParameters", {"Names": []})})

    assert ended["error"].startswith("Ssm."), ended


def test_renames_members_both_ways_and_leaves_the_keys_of_maps(lab: Lab, table: str) -> None:
    item = {"kind": {"S": "a"}, "isOK": {"Bool": True}, "none": {"Nul": True}, "m": {"M": {"xY": {"N": "1"}}}}
    key = {"TableName": table, "Key": {"kind": {"S": "a"}}}
    states = {
        "Put": task("aws-sdk:dynamodb:putItem", {"TableName": table, "Item": item}, Next="Get"),
        "Get": task("aws-sdk:dynamodb:getItem", key, Output="{% $states.result.Item %}"),
    }

    assert lab.output(states) == item


def test_gives_times_as_iso_text(lab: Lab, parameter: str) -> None:
    got = lab.output({"Read": task("aws-sdk:ssm:getParameter", {"Name": parameter})})

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", got["Parameter"]["LastModifiedDate"])


def test_reads_and_writes_bodies_of_objects_as_text(lab: Lab) -> None:
    bucket = f"bucket-{uuid.uuid4()}"
    lab.aws.client("s3").create_bucket(Bucket=bucket)
    where = {"Bucket": bucket, "Key": "a b/ü.json"}
    states = {
        "Put": task("aws-sdk:s3:putObject", where | {"Body": {"n": 1}}, Next="Get"),
        "Get": task("aws-sdk:s3:getObject", where, Output="{% $parse($states.result.Body) %}"),
    }

    assert lab.output(states) == {"n": 1}


def test_shapes_results_of_optimised_integrations_as_the_wire_does(lab: Lab, table: str) -> None:
    item = {"kind": {"S": "b"}, "yes": {"BOOL": True}}
    states = {
        "Put": task("dynamodb:putItem", {"TableName": table, "Item": item}, Next="Get"),
        "Get": task("dynamodb:getItem", {"TableName": table, "Key": {"kind": {"S": "b"}}}),
    }

    got = lab.output(states)

    assert got["Item"] == item
    assert got["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert set(got["SdkResponseMetadata"]) == {"RequestId"}


@pytest.mark.parametrize(
    ("integration", "prefix"), [("dynamodb", "DynamoDB"), ("aws-sdk:dynamodb", "DynamoDb")]
)
def test_names_a_failed_condition_by_the_integration(
    lab: Lab, table: str, integration: str, prefix: str
) -> None:
    arguments = {
        "TableName": table,
        "Item": {"kind": {"S": "c"}},
        "ConditionExpression": "attribute_exists(holder)",
    }

    ended = lab.run({"Put": task(f"{integration}:putItem", arguments)})

    assert ended["error"] == f"{prefix}.ConditionalCheckFailedException"


def test_publishes_an_object_as_json_text(lab: Lab) -> None:
    topic = lab.aws.client("sns").create_topic(Name=f"topic-{uuid.uuid4()}")["TopicArn"]

    got = lab.output({"Tell": task("sns:publish", {"TopicArn": topic, "Message": {"outcome": "deployed"}})})

    assert got["MessageId"]
    assert json.loads(lab.aws.outbox()[-1]["message"]) == {"outcome": "deployed"}


def test_parses_the_payload_of_a_function(lab: Lab) -> None:
    function = lab.function("def handler(event, context):\n    return {'twice': event['n'] * 2}\n")

    got = lab.output({"Call": task("lambda:invoke", {"FunctionName": function, "Payload": {"n": 4}})})

    assert got["Payload"] == {"twice": 8}
    assert (got["StatusCode"], got["ExecutedVersion"]) == (200, "$LATEST")


def test_takes_a_function_s_arn_as_the_resource(lab: Lab) -> None:
    function = lab.function("def handler(event, context):\n    return event['n'] + 1\n")

    assert lab.output({"Call": {"Type": "Task", "Resource": function, "End": True}}, {"n": 1}) == 2


def test_puts_events_that_name_the_execution(lab: Lab) -> None:
    entry = {"Source": "lab", "DetailType": "Done", "Detail": {"n": 1}}

    got = lab.output({"Put": task("events:putEvents", {"Entries": [entry]})})

    assert got["FailedEntryCount"] == 0


@pytest.mark.usefixtures("no_faults")
def test_meets_injected_faults_and_retries_none_of_them_itself(lab: Lab, parameter: str) -> None:
    fault = {
        "service": "ssm",
        "operation": "GetParameter",
        "error": "ThrottlingException",
        "after": 0,
        "times": 1,
    }
    lab.aws.faults([fault])
    before = len(lab.aws.calls())

    ended = lab.run({"Read": task("aws-sdk:ssm:getParameter", {"Name": parameter})})

    assert ended["error"] == "Ssm.ThrottlingException"
    calls = lab.aws.calls()[before:]
    assert [call["error"] for call in calls if call["operation"] == "GetParameter"] == ["ThrottlingException"]


@pytest.mark.parametrize(
    "resource", ["aws-sdk:nothing:getIt", "aws-sdk:ssm:getNothing", "aws-sdk:ssm:GetParameter"]
)
def test_refuses_a_resource_that_does_not_exist(lab: Lab, resource: str) -> None:
    assert lab.run({"Call": task(resource, {})})["error"] == "States.Runtime"
