"""The call log and what the door refuses."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.config import Config

from local_aws.config import REGION, ROOT_ACCESS_KEY, ROOT_SECRET_KEY
from local_aws.launcher import LocalAws
from tests.local_aws.resources import error_code, fresh, user_session

OWNER = "arn:aws:iam::000000000000:root"


def unchecked_client(aws: LocalAws, service: str) -> Any:
    """A client that sends what it is given, as a state machine does."""
    return botocore.session.Session().create_client(
        service,
        region_name=REGION,
        endpoint_url=aws.endpoint_url,
        aws_access_key_id=ROOT_ACCESS_KEY,
        aws_secret_access_key=ROOT_SECRET_KEY,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


def test_calls_are_logged_in_order_with_caller_and_error(aws: LocalAws) -> None:
    before, bucket, name = len(aws.calls()), fresh("bucket"), fresh("/p")
    aws.client("s3").create_bucket(Bucket=bucket)
    aws.client("s3").list_objects_v2(Bucket=bucket)
    error_code(lambda: aws.client("ssm").get_parameter(Name=name))
    aws.client("sns").list_topics()
    aws.client("lambda").list_functions()
    aws.client("stepfunctions").list_state_machines()
    aws.client("cloudwatch").list_metrics()

    # Other tests' alarms and events may be delivered meanwhile, by AWS's own services.
    calls = [call for call in aws.calls()[before:] if call["caller"] == OWNER]
    assert [(call["service"], call["operation"], call["error"]) for call in calls] == [
        ("s3", "CreateBucket", None),
        ("s3", "ListObjectsV2", None),
        ("ssm", "GetParameter", "ParameterNotFound"),
        ("sns", "ListTopics", None),
        ("lambda", "ListFunctions", None),
        ("stepfunctions", "ListStateMachines", None),
        ("cloudwatch", "ListMetrics", None),
    ]


def test_a_denied_call_is_logged_under_the_caller_who_was_denied(aws: LocalAws) -> None:
    stranger = user_session(aws)
    error_code(lambda: aws.client("dynamodb", session=stranger).list_tables())

    call = next(call for call in reversed(aws.calls()) if call["operation"] == "ListTables")

    assert call["error"] == "AccessDeniedException"
    assert call["caller"].startswith("arn:aws:iam::000000000000:user/user-")


INVALID = [
    (
        "dynamodb",
        "get_item",
        {"TableName": "t"},
        "'key' failed to satisfy constraint: Member must not be null",
    ),
    ("ssm", "get_parameters", {"Names": []}, "length greater than or equal to 1"),
    ("ssm", "put_parameter", {"Name": "/p", "Value": "1", "Type": "Number"}, "enum value set: [String"),
    ("rekognition", "create_project", {"ProjectName": "not a name"}, "regular expression pattern"),
    ("rekognition", "start_project_version", {"ProjectVersionArn": "x", "MinInferenceUnits": 0}, "pattern"),
    ("stepfunctions", "start_execution", {}, "'stateMachineArn'"),
    ("events", "put_rule", {"Name": "a b"}, "pattern"),
    ("lambda", "list_functions", {"MaxItems": 0}, "greater than or equal to 1"),
]


@pytest.mark.parametrize(("service", "method", "parameters", "words"), INVALID)
def test_a_request_that_breaks_the_model_is_refused(
    aws: LocalAws, service: str, method: str, parameters: dict[str, Any], words: str
) -> None:
    client = unchecked_client(aws, service)

    with pytest.raises(client.exceptions.ClientError) as refusal:
        getattr(client, method)(**parameters)

    assert refusal.value.response["Error"]["Code"] == "ValidationException"
    assert words in refusal.value.response["Error"]["Message"]
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_request_of_the_wrong_type_cannot_be_read(aws: LocalAws) -> None:
    ssm = unchecked_client(aws, "ssm")

    assert error_code(lambda: ssm.get_parameter(Name=7)) == "SerializationException"


def test_sns_names_an_invalid_request_in_its_own_way(aws: LocalAws) -> None:
    sns = unchecked_client(aws, "sns")

    assert (
        error_code(lambda: sns.publish(TopicArn="arn:aws:sns:us-east-1:000000000000:t")) == "InvalidParameter"
    )


@pytest.mark.parametrize(
    ("service", "method", "parameters", "code"),
    [
        (
            "cloudwatch",
            "put_metric_alarm",
            {"AlarmName": "a", "EvaluationPeriods": 1, "ComparisonOperator": "Above"},
            "ValidationError",
        ),
        ("sqs", "send_message", {"QueueUrl": "q"}, "InvalidParameterValue"),
    ],
)
def test_cloudwatch_and_sqs_name_an_invalid_request_in_their_own_ways(
    aws: LocalAws, service: str, method: str, parameters: dict[str, Any], code: str
) -> None:
    client = unchecked_client(aws, service)

    assert error_code(lambda: getattr(client, method)(**parameters)) == code


def test_keys_of_any_characters_come_through(aws: LocalAws) -> None:
    s3, bucket = aws.client("s3"), fresh("bucket")
    s3.create_bucket(Bucket=bucket)
    keys = ["a b+c.png", "ü/ß.png", "100%.png", "a//b.png", "q?x=1&y=2.png", "folder/"]

    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"\xff\xd8 no text")

    found = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert sorted(found) == sorted(keys)
    assert all(s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"\xff\xd8 no text" for key in keys)
