"""A template with what watches a pipeline deploys, works, changes and goes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import create_stack, error_code, eventually, fresh, wait_for_stack

PRINTS = "import json\ndef handler(event, context):\n    print('GOT ' + json.dumps(event))\n"


def template(source: str, dashboard: str) -> dict[str, Any]:
    function, queue = {"Fn::GetAtt": ["Function", "Arn"]}, {"Fn::GetAtt": ["DeadLetters", "Arn"]}
    rule = {"Fn::GetAtt": ["Rule", "Arn"]}
    trusts = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    sends = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    encrypted = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": queue,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    alarm = {
        "Namespace": "AWS/Events",
        "MetricName": "FailedInvocations",
        "Dimensions": [{"Name": "RuleName", "Value": {"Ref": "Rule"}}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmDescription": "See docs/runbook.md",
        "AlarmActions": [{"Ref": "Topic"}],
    }
    target = {
        "Arn": function,
        "Id": "Target0",
        "DeadLetterConfig": {"Arn": queue},
        "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 4},
        "InputTransformer": {
            "InputPathsMap": {"detail-n": "$.detail.n"},
            "InputTemplate": '{"number":<detail-n>,"from":"rule"}',
        },
    }
    body = {"widgets": [{"type": "text", "x": 0, "y": 0, "width": 6, "height": 2, "properties": {}}]}
    return {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusts]}},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.14",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": PRINTS},
            },
        },
        "DeadLetters": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"MessageRetentionPeriod": 1209600, "SqsManagedSseEnabled": True},
        },
        "DeadLettersPolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "DeadLetters"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [sends, encrypted]},
            },
        },
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"EventPattern": {"source": [source]}, "State": "ENABLED", "Targets": [target]},
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": function,
                "Principal": "events.amazonaws.com",
                "SourceArn": rule,
            },
        },
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {"DashboardName": dashboard, "DashboardBody": json.dumps(body)},
        },
    }


@pytest.mark.mend("event-targets")
def test_the_types_that_watch_a_pipeline_deploy_and_work_together(aws: LocalAws) -> None:
    source, dashboard = fresh("source"), fresh("dashboard")
    resources = template(source, dashboard)
    made = create_stack(aws, resources)
    events, logs, cloudwatch = aws.client("events"), aws.client("logs"), aws.client("cloudwatch")
    entry = {"Source": source, "DetailType": "Test", "Detail": json.dumps({"n": 7})}

    events.put_events(Entries=[entry])

    group = f"/aws/lambda/{made['Function']}"

    def printed() -> list[Any]:
        if error_code(lambda: logs.filter_log_events(logGroupName=group)):
            return []
        found = logs.filter_log_events(logGroupName=group)["events"]
        return [json.loads(e["message"][4:]) for e in found if e["message"].startswith("GOT ")]

    assert eventually(printed) and printed() == [{"number": 7, "from": "rule"}]
    assert json.loads(cloudwatch.get_dashboard(DashboardName=dashboard)["DashboardBody"])["widgets"]

    # Without its permission the event goes to the queue, and the alarm publishes.
    del resources["Permission"]
    cloudformation = aws.client("cloudformation")
    body = json.dumps({"Resources": resources})
    cloudformation.update_stack(
        StackName=made["StackName"], TemplateBody=body, Capabilities=["CAPABILITY_IAM"]
    )
    wait_for_stack(aws, made["StackName"], "UPDATE_COMPLETE")
    events.put_events(Entries=[entry])
    assert eventually(lambda: aws.client("sqs").receive_message(QueueUrl=made["DeadLetters"]).get("Messages"))
    assert eventually(lambda: [message for message in aws.outbox() if message["topic"] == made["Topic"]])

    cloudformation.delete_stack(StackName=made["StackName"])
    assert eventually(
        lambda: error_code(lambda: cloudwatch.get_dashboard(DashboardName=dashboard)) == "ResourceNotFound"
    )
    assert eventually(lambda: cloudwatch.describe_alarms(AlarmNames=[made["Alarm"]])["MetricAlarms"] == [])
