"""The bucket, the registry, the parameters, the topics and the project."""

from typing import Any

import pytest

from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from tests.infrastructure.templates import Json, Template, as_list, flat

PICTURES = "/images_labeled_by_folder/*"


def bucket_denials(template: Template) -> list[Json]:
    policy = template.only("AWS::S3::BucketPolicy")[1]["Properties"]
    statements: list[Json] = policy["PolicyDocument"]["Statement"]
    assert all(statement["Effect"] == "Deny" for statement in statements)
    assert all(statement["Principal"] == {"AWS": "*"} for statement in statements)
    return statements


def refuses(statement: Json, request: dict[str, str]) -> bool:
    """Evaluate the two operators that the bucket's policy uses on a request's context keys, as IAM does:
    a negated operator is true of a key that is not there."""
    conditions: dict[str, dict[str, str]] = statement["Condition"]
    for operator, keys in conditions.items():
        for key, value in keys.items():
            if operator == "Null":
                holds = (key not in request) == (value == "true")
            else:
                assert operator == "StringNotEquals"
                holds = request.get(key) != value
            if not holds:
                return False
    return True


def test_the_bucket_is_versioned_encrypted_private_and_without_acls(template: Template) -> None:
    _, bucket = template.only("AWS::S3::Bucket")
    properties = bucket["Properties"]

    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_the_bucket_sends_its_events_to_eventbridge(template: Template) -> None:
    _, bucket = template.only("AWS::S3::Bucket")

    assert bucket["Properties"]["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }


def test_no_current_object_ever_expires(template: Template) -> None:
    _, bucket = template.only("AWS::S3::Bucket")

    assert bucket["Properties"]["LifecycleConfiguration"]["Rules"] == [
        {
            "Id": "NoncurrentVersionsAndIncompleteUploads",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]


def test_the_bucket_is_reached_over_tls_only(template: Template) -> None:
    (statement,) = [
        statement
        for statement in bucket_denials(template)
        if statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    ]

    assert statement["Action"] == "s3:*"
    assert [flat(resource).partition(">")[2] for resource in statement["Resource"]] == ["", "/*"]


@pytest.mark.parametrize(
    ("request_headers", "refused"),
    [
        ({}, False),
        ({"server-side-encryption": "AES256"}, False),
        ({"server-side-encryption": "aws:kms"}, True),
        ({"server-side-encryption": "aws:kms:dsse"}, True),
        ({"server-side-encryption-customer-algorithm": "AES256"}, True),
    ],
)
def test_a_picture_is_only_taken_with_an_etag_that_is_the_md5_of_its_content(
    template: Template, request_headers: dict[str, str], refused: bool
) -> None:
    context = {f"s3:x-amz-{name}": value for name, value in request_headers.items()}
    on_pictures = [
        statement
        for statement in bucket_denials(template)
        if flat(as_list(statement["Resource"])[0]).endswith(PICTURES)
    ]

    assert {statement["Action"] for statement in on_pictures} == {"s3:PutObject"}
    assert any(refuses(statement, context) for statement in on_pictures) == refused


def test_the_registry_is_on_demand_recoverable_and_forgets_what_expires(template: Template) -> None:
    properties = template.only("AWS::DynamoDB::Table")[1]["Properties"]

    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert properties["KeySchema"] == [
        {"AttributeName": "kind", "KeyType": "HASH"},
        {"AttributeName": "name", "KeyType": "RANGE"},
    ]


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Logs::LogGroup"])
def test_what_cannot_be_made_again_stays_where_the_settings_say_so(
    templates: dict[str, Template], kind: str
) -> None:
    policies = {
        name: {
            policy
            for resource in template.of_type(kind).values()
            for policy in (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
        }
        for name, template in templates.items()
    }

    assert policies == {
        "TrainingPipeline-local": {"Delete"},
        "TrainingPipeline-dev": {"Delete"},
        "TrainingPipeline-prod": {"Retain"},
    }


def test_a_registry_that_is_retained_refuses_to_be_deleted(prod: Template, dev: Template) -> None:
    assert prod.only("AWS::DynamoDB::Table")[1]["Properties"]["DeletionProtectionEnabled"] is True
    assert dev.only("AWS::DynamoDB::Table")[1]["Properties"]["DeletionProtectionEnabled"] is False


def test_every_parameter_has_its_name_value_pattern_and_description(template: Template) -> None:
    found = {item["Name"]: item for item in template.properties("AWS::SSM::Parameter")}
    system = found.pop(f"/{template.name}/For-System-Use-Only")

    assert system["Value"] == '{"previous_trained_images": 0, "live_model": null}'
    assert system["AllowedPattern"]
    assert system["Description"]
    # A person has the last word in production, unless an operator says otherwise.
    own = {"Require-Approval": "true"} if template.name == "TrainingPipeline-prod" else {}
    assert found == {
        f"/{template.name}/{spec.name}": {
            "Name": f"/{template.name}/{spec.name}",
            "Type": "String",
            "Value": own.get(spec.name, spec.default),
            "AllowedPattern": spec.pattern,
            "Description": spec.description,
        }
        for spec in OPERATOR_PARAMETERS
    }


def test_the_project_is_named_like_the_stack(template: Template) -> None:
    assert template.only("AWS::Rekognition::Project")[1]["Properties"] == {"ProjectName": template.name}


def topic_statements(template: Template, topic: Any) -> list[Json]:
    policy = template.only("AWS::SNS::TopicPolicy", Topics=[topic])[1]["Properties"]["PolicyDocument"]
    statements: list[Json] = policy["Statement"]
    return statements


def test_both_topics_take_messages_over_tls_only(template: Template) -> None:
    topics = template.of_type("AWS::SNS::Topic")

    assert len(topics) == 2
    for topic in topics:
        assert {
            "Sid": "AllowPublishThroughSSLOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": {"Ref": topic},
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        } in topic_statements(template, {"Ref": topic})


def test_alarms_of_this_account_publish_to_the_alarm_topic_and_to_no_other(template: Template) -> None:
    runs = template.body["Outputs"]["NotificationTopicArn"]["Value"]
    (alarms,) = [{"Ref": name} for name in template.of_type("AWS::SNS::Topic") if {"Ref": name} != runs]
    (allowed,) = [item for item in topic_statements(template, alarms) if item["Effect"] == "Allow"]

    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Action"] == "sns:Publish"
    assert list(allowed["Condition"]["StringEquals"]) == ["aws:SourceAccount"]
    assert [item for item in topic_statements(template, runs) if item["Effect"] == "Allow"] == []
