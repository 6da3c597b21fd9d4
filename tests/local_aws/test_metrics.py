"""Metrics: those that functions log, and those that AWS's services send of themselves."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import eventually, fresh
from tests.local_aws.stepfunctions_lab import Lab, task


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


def total(
    aws: LocalAws, namespace: str, metric: str, statistic: str = "Sum", **dimensions: str
) -> float | None:
    """The statistic over all datapoints of the last hour; None without any."""
    points = aws.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=0,
        EndTime=4_000_000_000,
        Period=86_400 * 60_000,
        Statistics=[statistic],
    )["Datapoints"]
    return float(points[0][statistic]) if points else None


def logs(lab: Lab, line: dict[str, Any] | str) -> None:
    """Let a function print the line."""
    text = line if isinstance(line, str) else json.dumps(line)
    lab.invoke(lab.function(f"def handler(event, context):\n    print({text!r})\n"))


def embedded(namespace: str, **values: Any) -> dict[str, Any]:
    """A line as Powertools prints it: two sets of dimensions and two metrics."""
    directive = {
        "Namespace": namespace,
        "Dimensions": [["service"], ["service", "outcome"]],
        "Metrics": [{"Name": "Runs", "Unit": "Count"}, {"Name": "Hours", "Unit": "None"}],
    }
    metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    return {"_aws": metadata, "service": "recorder", "outcome": "deployed", "version": "v1", **values}


@pytest.mark.mend("embedded-metrics")
def test_metrics_that_a_function_logs_are_counted_by_their_dimensions(lab: Lab) -> None:
    namespace = fresh("Pipeline")

    logs(lab, embedded(namespace, Runs=[1.0, 1.0], Hours=[0.5]))

    assert total(lab.aws, namespace, "Runs", service="recorder") == 2
    assert total(lab.aws, namespace, "Runs", service="recorder", outcome="deployed") == 2
    assert total(lab.aws, namespace, "Hours", "Maximum", service="recorder") == 0.5
    assert total(lab.aws, namespace, "Runs", outcome="deployed") is None


@pytest.mark.mend("embedded-metrics")
def test_lines_that_only_look_like_metrics_are_passed_over(lab: Lab) -> None:
    namespace = fresh("Pipeline")

    logs(lab, embedded(namespace, Runs=["many"], Hours=[1.0]))
    logs(lab, 'no JSON, yet "CloudWatchMetrics"')
    logs(lab, embedded(namespace, Runs=[1.0]))

    assert total(lab.aws, namespace, "Hours", service="recorder") is None


@pytest.mark.mend("execution-metrics")
def test_starts_and_ends_of_executions_are_counted_by_machine(lab: Lab) -> None:
    good = lab.machine({"Done": {"Type": "Succeed"}})
    bad = lab.machine({"No": {"Type": "Fail", "Error": "No", "Cause": "No"}})
    slow = lab.machine({"Wait": {"Type": "Wait", "Seconds": 6000, "End": True}}, TimeoutSeconds=60)
    stopped = lab.machine({"Wait": {"Type": "Wait", "Seconds": 900_000, "End": True}})
    for machine in (good, bad, slow):
        lab.end(lab.start(machine))
    execution = lab.start(stopped)
    lab.sfn.stop_execution(executionArn=execution)

    def counts(machine: str) -> dict[str, float]:
        names = ["Started", "Succeeded", "Failed", "TimedOut", "Aborted"]
        found = {n: total(lab.aws, "AWS/States", f"Executions{n}", StateMachineArn=machine) for n in names}
        return {name: value for name, value in found.items() if value is not None}

    assert counts(good) == {"Started": 1, "Succeeded": 1}
    assert counts(bad) == {"Started": 1, "Failed": 1}
    assert counts(slow) == {"Started": 1, "TimedOut": 1}
    assert counts(stopped) == {"Started": 1, "Aborted": 1}
    assert total(lab.aws, "AWS/States", "ExecutionTime", StateMachineArn=slow)


@pytest.mark.mend("alarm-evaluation")
def test_visible_messages_of_a_queue_are_measured(aws: LocalAws) -> None:
    sqs, name = aws.client("sqs"), fresh("queue")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]

    def visible() -> float | None:
        metric = "ApproximateNumberOfMessagesVisible"
        return total(aws, "AWS/SQS", metric, "Maximum", QueueName=name)

    assert eventually(lambda: visible() == 0)
    for number in range(2):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))

    assert eventually(lambda: visible() == 2)


@pytest.mark.mend("topic-metrics")
def test_messages_of_a_topic_are_counted(lab: Lab) -> None:
    sns, name = lab.aws.client("sns"), fresh("topic")
    arn = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="ops@example.com")

    lab.output({"Tell": task("sns:publish", {"TopicArn": arn, "Message": "m"})})

    assert total(lab.aws, "AWS/SNS", "NumberOfMessagesPublished", TopicName=name) == 1
    assert total(lab.aws, "AWS/SNS", "NumberOfNotificationsDelivered", TopicName=name) == 1
