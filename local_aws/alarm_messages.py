"""What CloudWatch publishes when an alarm changes its state.

The members are those of the notifications that the CloudWatch User Guide shows under "Acting on alarm
changes" and that the types of AWS's Lambda libraries list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

REGION_NAMES = {"us-east-1": "US East (N. Virginia)"}
_ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
_STATISTICS = {
    "Average": "AVERAGE",
    "Maximum": "MAXIMUM",
    "Minimum": "MINIMUM",
    "SampleCount": "SAMPLE_COUNT",
    "Sum": "SUM",
}
_WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


def actions(alarm: Mapping[str, Any], state: str) -> list[str]:
    """ARNs of what the alarm does when it enters the state."""
    if not alarm.get("ActionsEnabled", True):
        return []
    return [str(arn) for arn in alarm.get(_ACTIONS[state]) or []]


def subject(alarm: Mapping[str, Any], state: str) -> str:
    """The subject, cut to what SNS takes."""
    return f'{state}: "{alarm["AlarmName"]}" in {_region(alarm)}'[:99]


def body(alarm: Mapping[str, Any], *, old: str, new: str, reason: str, at: float) -> str:
    """The message, a JSON document."""
    document = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription") or None,
        "AWSAccountId": alarm["AlarmArn"].split(":")[4],
        "AlarmConfigurationUpdatedTimestamp": _time(alarm["AlarmConfigurationUpdatedTimestamp"]),
        "NewStateValue": new,
        "NewStateReason": reason,
        "StateChangeTime": _time(at),
        "Region": _region(alarm),
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": old,
        **{member: alarm.get(member) or [] for member in sorted(_ACTIONS.values(), reverse=True)},
        **({"AlarmRule": alarm["AlarmRule"]} if "AlarmRule" in alarm else {"Trigger": _trigger(alarm)}),
    }
    return json.dumps(document)


def reason(
    alarm: Mapping[str, Any], state: str, values: Sequence[tuple[float, float] | None], *, to_alarm: int
) -> str:
    """Why, with the newest datapoints (time and value) that decided it."""
    periods = int(alarm["EvaluationPeriods"])
    known = [each for each in values if each is not None][-periods:]
    if state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {_counted(periods, 'datapoint')} unknown."
    if not known:
        treated = str(alarm["TreatMissingData"])
        return (
            f"Threshold Crossed: no datapoints were received for {_plural(periods, 'period')} and "
            f"{_counted(periods, 'missing datapoint')} treated as [{treated[:1].upper()}{treated[1:]}]."
        )
    shown = ", ".join(
        f"{value} ({datetime.fromtimestamp(at, UTC):%d/%m/%y %H:%M:%S})" for at, value in reversed(known)
    )
    minimum = _plural(to_alarm, "datapoint")
    return (
        f"Threshold Crossed: {_plural(len(known), 'datapoint')} [{shown}] "
        f"{'was' if len(known) == 1 else 'were'} {'' if state == 'ALARM' else 'not '}"
        f"{_WORDS[alarm['ComparisonOperator']]} the threshold ({alarm['Threshold']}) "
        f"(minimum {minimum} for OK -> ALARM transition)."
    )


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _counted(count: int, noun: str) -> str:
    return f"{_plural(count, noun)} {'was' if count == 1 else 'were'}"


def _trigger(alarm: Mapping[str, Any]) -> dict[str, Any]:
    watched: dict[str, Any] = {"Metrics": alarm["Metrics"]} if alarm.get("Metrics") else _single_metric(alarm)
    return watched | {
        "Period": alarm.get("Period"),
        "EvaluationPeriods": alarm["EvaluationPeriods"],
        "DatapointsToAlarm": alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"],
        "ComparisonOperator": alarm["ComparisonOperator"],
        "Threshold": alarm["Threshold"],
        "TreatMissingData": alarm["TreatMissingData"],
        "EvaluateLowSampleCountPercentile": "",
    }


def _single_metric(alarm: Mapping[str, Any]) -> dict[str, Any]:
    extended = alarm.get("ExtendedStatistic")
    return {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        "StatisticType": "ExtendedStatistic" if extended else "Statistic",
        "Statistic": extended or _STATISTICS[alarm["Statistic"]],
        "Unit": alarm.get("Unit"),
        "Dimensions": [
            {"value": each["Value"], "name": each["Name"]} for each in alarm.get("Dimensions") or []
        ],
    }


def _time(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def _region(alarm: Mapping[str, Any]) -> str:
    region = str(alarm["AlarmArn"]).split(":")[3]
    return REGION_NAMES.get(region, region)
