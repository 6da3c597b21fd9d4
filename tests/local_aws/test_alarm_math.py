"""Alarms that watch a math expression over several metrics."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import create_stack, error_code, eventually, fresh


def failures_in_percent(namespace: str) -> list[dict[str, Any]]:
    def stat(name: str) -> dict[str, Any]:
        metric = {
            "Namespace": namespace,
            "MetricName": name,
            "Dimensions": [{"Name": "workflow", "Value": "Training"}],
        }
        return {"Metric": metric, "Period": 300, "Stat": "Sum"}

    return [
        {"Id": "failed", "MetricStat": stat("Failed"), "ReturnData": False},
        {"Id": "started", "MetricStat": stat("Started"), "ReturnData": False},
        {"Id": "percent", "Expression": "100 * failed / started", "Label": "Failed", "ReturnData": True},
    ]


MATH = {
    "EvaluationPeriods": 1,
    "Threshold": 50,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}


@pytest.mark.mend("metric-math")
def test_an_alarm_watches_a_math_expression(aws: LocalAws) -> None:
    namespace, topic = fresh("Watched"), aws.client("sns").create_topic(Name=fresh("alarms"))["TopicArn"]
    properties = {**MATH, "Metrics": failures_in_percent(namespace), "AlarmActions": [topic]}
    name = create_stack(aws, {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}})["Alarm"]
    cloudwatch = aws.client("cloudwatch")
    dimensions = [{"Name": "workflow", "Value": "Training"}]
    data = [
        {"MetricName": metric, "Value": value, "Dimensions": dimensions}
        for metric, value in (("Failed", 1), ("Started", 2))
    ]

    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)

    assert eventually(lambda: [message for message in aws.outbox() if message["topic"] == topic])
    (message,) = [json.loads(m["message"]) for m in aws.outbox() if m["topic"] == topic]
    assert message["NewStateReason"].startswith("Threshold Crossed: 1 datapoint [50.0 (")
    assert [query["Id"] for query in message["Trigger"]["Metrics"]] == ["failed", "started", "percent"]
    (described,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert "MetricName" not in described and described["Metrics"][2]["Expression"].startswith("100")


@pytest.mark.mend("metric-math")
def test_an_alarm_on_a_math_expression_can_be_put(aws: LocalAws) -> None:
    cloudwatch, name = aws.client("cloudwatch"), fresh("alarm")
    metrics = failures_in_percent(fresh("Watched"))
    cloudwatch.put_metric_alarm(AlarmName=name, **MATH, Metrics=metrics)

    def state() -> str:
        return str(cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])

    assert eventually(lambda: state() == "OK")
    metrics[2]["Expression"] = "RATE(failed)"
    code = error_code(lambda: cloudwatch.put_metric_alarm(AlarmName=name, **MATH, Metrics=metrics))
    assert code == "ValidationError"
