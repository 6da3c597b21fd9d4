"""Alarms: what puts them in which state, and what they publish."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.conftest import TIME_SCALE
from tests.local_aws.resources import create_stack, eventually, fresh

MINUTES = 60
PATIENCE_SECONDS = 60
"""A guard against a hang, not a measure: machines are shared."""


class Watched:
    """An alarm on a metric of its own, with a topic for its actions."""

    def __init__(self, aws: LocalAws, **options: Any) -> None:
        self.aws, self.name, self.namespace = aws, fresh("alarm"), fresh("Watched")
        self.cloudwatch = aws.client("cloudwatch")
        self.topic = aws.client("sns").create_topic(Name=fresh("alarms"))["TopicArn"]
        self.definition = {
            "AlarmName": self.name,
            "AlarmDescription": "See docs/runbook.md#runs-failed",
            "Namespace": self.namespace,
            "MetricName": "Failed",
            "Dimensions": [{"Name": "workflow", "Value": "Training"}],
            "Statistic": "Sum",
            "Period": 5 * MINUTES,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [self.topic],
            "OKActions": [self.topic],
            **options,
        }
        self.cloudwatch.put_metric_alarm(**self.definition)

    def put(
        self, value: float, *, workflow: str = "Training", name: str = "Failed", seconds_ago: float = 0
    ) -> None:
        datum = {
            "MetricName": name,
            "Value": value,
            "Dimensions": [{"Name": "workflow", "Value": workflow}],
        } | ({"Timestamp": datetime.now(tz=UTC) - timedelta(seconds=seconds_ago)} if seconds_ago else {})
        self.cloudwatch.put_metric_data(Namespace=self.namespace, MetricData=[datum])

    def state(self) -> str:
        return str(self.described()["StateValue"])

    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cloudwatch.describe_alarms(AlarmNames=[self.name])["MetricAlarms"][0]
        return found

    def entered(self) -> list[str]:
        """Every state that it came to, in order: some last for a second only, and a look may miss them."""
        history = self.cloudwatch.describe_alarm_history(
            AlarmName=self.name, HistoryItemType="StateUpdate", ScanBy="TimestampAscending"
        )["AlarmHistoryItems"]
        changes = [json.loads(item["HistoryData"]) for item in history]
        states = [(each["oldState"]["stateValue"], each["newState"]["stateValue"]) for each in changes]
        return [new for old, new in states if new != old]

    def has_been(self, state: str) -> bool:
        """Whether it comes to a state, or did."""
        return bool(eventually(lambda: state in self.entered(), within_seconds=PATIENCE_SECONDS))

    def published(self) -> list[dict[str, Any]]:
        return [message for message in self.aws.outbox() if message["topic"] == self.topic]


@pytest.mark.mend("alarm-evaluation")
def test_a_datapoint_raises_the_alarm_and_its_end_clears_it(aws: LocalAws) -> None:
    alarm = Watched(aws)
    assert alarm.has_been("OK")

    alarm.put(1)

    assert eventually(lambda: len(alarm.published()) == 3, within_seconds=PATIENCE_SECONDS)
    assert alarm.entered() == ["OK", "ALARM", "OK"]
    subjects = sorted(message["subject"].partition(":")[0] for message in alarm.published())
    assert subjects == ["ALARM", "OK", "OK"]


@pytest.mark.mend("alarm-evaluation")
def test_a_datapoint_with_other_dimensions_is_none_of_its_business(aws: LocalAws) -> None:
    alarm = Watched(aws)
    concerned = Watched(
        aws, Namespace=alarm.namespace, Dimensions=[{"Name": "workflow", "Value": "Deployment"}]
    )
    assert alarm.has_been("OK")
    assert concerned.has_been("OK")

    alarm.put(1, name="Succeeded")
    alarm.put(1, workflow="Deployment")

    # By then every alarm was evaluated again and again.
    assert eventually(lambda: concerned.entered() == ["OK", "ALARM", "OK"], within_seconds=PATIENCE_SECONDS)
    assert alarm.entered() == ["OK"]


@pytest.mark.mend("alarm-evaluation")
@pytest.mark.parametrize(
    ("treatment", "state"),
    [("breaching", "ALARM"), ("notBreaching", "OK"), ("missing", "INSUFFICIENT_DATA")],
)
def test_data_that_never_comes_is_treated_as_asked(aws: LocalAws, treatment: str, state: str) -> None:
    alarm = Watched(aws, TreatMissingData=treatment)

    assert eventually(lambda: alarm.state() == state, within_seconds=PATIENCE_SECONDS)
    assert not eventually(lambda: alarm.state() != state, within_seconds=0.3)


@pytest.mark.mend("alarm-evaluation")
def test_an_alarm_that_ignores_missing_data_stays_as_it_was(aws: LocalAws) -> None:
    alarm = Watched(aws, TreatMissingData="ignore")
    alarm.put(1)

    assert alarm.has_been("ALARM")
    # The datapoint leaves the evaluation range after three periods of half a second.
    assert not eventually(lambda: alarm.state() != "ALARM", within_seconds=2)


@pytest.mark.mend("alarm-evaluation")
def test_it_takes_as_many_datapoints_as_asked(aws: LocalAws) -> None:
    # Periods of twelve seconds, so that no stall of the machine moves a datapoint into another one.
    alarm = Watched(
        aws, EvaluationPeriods=3, DatapointsToAlarm=2, Statistic="Maximum", Period=round(12 / TIME_SCALE)
    )
    assert alarm.has_been("OK")

    alarm.put(1, seconds_ago=18)
    alarm.put(1, seconds_ago=18)  # in the same period, so that it counts once
    assert not eventually(lambda: alarm.state() == "ALARM", within_seconds=0.3)
    alarm.put(1)

    assert alarm.has_been("ALARM")


@pytest.mark.mend("alarm-actions")
def test_the_message_says_what_cloudwatch_s_does(aws: LocalAws) -> None:
    alarm = Watched(aws, OKActions=[])
    alarm.put(2)

    assert eventually(alarm.published, within_seconds=PATIENCE_SECONDS)
    (message,) = alarm.published()
    assert message["subject"] == f'ALARM: "{alarm.name}" in US East (N. Virginia)'
    assert message["kind"] == ""
    body = json.loads(message["message"])
    assert body["NewStateReason"].startswith("Threshold Crossed: 1 datapoint [2.0 (")
    assert body["NewStateReason"].endswith(
        " was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert {name: body[name] for name in ("AlarmName", "AlarmDescription", "NewStateValue", "AlarmArn")} == {
        "AlarmName": alarm.name,
        "AlarmDescription": "See docs/runbook.md#runs-failed",
        "NewStateValue": "ALARM",
        "AlarmArn": f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{alarm.name}",
    }
    assert body["Trigger"] == {
        "MetricName": "Failed",
        "Namespace": alarm.namespace,
        "StatisticType": "Statistic",
        "Statistic": "SUM",
        "Unit": None,
        "Dimensions": [{"value": "Training", "name": "workflow"}],
        "Period": 300,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": 1.0,
        "TreatMissingData": "notBreaching",
        "EvaluateLowSampleCountPercentile": "",
    }


def closed(aws: LocalAws, topic: str, *, principal: dict[str, str]) -> None:
    """Give the topic a policy that lets only these in, in place of the one every topic starts with."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sns:Publish", "Resource": topic}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


def cloudwatchs_publishing(aws: LocalAws) -> list[dict[str, Any]]:
    """What CloudWatch tried to publish and was told no or yes, oldest first."""
    return [call for call in aws.calls() if call["operation"] == "Publish" and "cloudwatch" in call["caller"]]


@pytest.mark.mend("service-principals")
@pytest.mark.mend("alarm-actions")
def test_a_topic_whose_policy_leaves_cloudwatch_out_gets_no_alarm(aws: LocalAws) -> None:
    alarm = Watched(aws)
    assert eventually(alarm.published, within_seconds=PATIENCE_SECONDS)
    closed(aws, alarm.topic, principal={"Service": "events.amazonaws.com"})
    before = len(cloudwatchs_publishing(aws))
    alarm.put(1)

    assert eventually(lambda: len(cloudwatchs_publishing(aws)) > before, within_seconds=PATIENCE_SECONDS)
    assert cloudwatchs_publishing(aws)[before]["error"] == "AuthorizationError"
    assert len(alarm.published()) == 1


@pytest.mark.mend("service-principals")
def test_a_topic_whose_policy_lets_cloudwatch_in_gets_the_alarm(aws: LocalAws) -> None:
    alarm = Watched(aws, OKActions=[])
    closed(aws, alarm.topic, principal={"Service": "cloudwatch.amazonaws.com"})

    alarm.put(1)

    assert eventually(alarm.published, within_seconds=PATIENCE_SECONDS)


def test_an_alarm_without_enabled_actions_publishes_nothing(aws: LocalAws) -> None:
    alarm = Watched(aws, ActionsEnabled=False)
    alarm.put(1)

    assert alarm.has_been("ALARM")
    assert not eventually(alarm.published, within_seconds=0.3)


@pytest.mark.mend("alarm-evaluation")
def test_an_alarm_of_a_template_watches_a_dead_letter_queue(aws: LocalAws) -> None:
    topic = aws.client("sns").create_topic(Name=fresh("alarms"))["TopicArn"]
    alarm = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [topic],
    }
    made = create_stack(
        aws,
        {
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
        },
    )

    aws.client("sqs").send_message(QueueUrl=made["Queue"], MessageBody="lost")

    assert eventually(lambda: [message for message in aws.outbox() if message["topic"] == topic])
