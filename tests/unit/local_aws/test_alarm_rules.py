"""The tables of the CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data"."""

from __future__ import annotations

import pytest

from local_aws.alarm_rules import state_of

BREACHES = {"X": True, "0": False, "-": None}
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
KEPT = None


def states(datapoints: str, *, periods: int, to_alarm: int) -> tuple[str | None, ...]:
    breaches = [BREACHES[each] for each in datapoints]
    return tuple(
        state_of(breaches, periods=periods, to_alarm=to_alarm, treat_missing=each) for each in TREATMENTS
    )


@pytest.mark.parametrize(
    ("datapoints", "expected"),
    [
        ("0-X-X", ("OK", "OK", "OK", "OK")),
        ("----0", ("OK", "OK", "OK", "OK")),
        ("-----", ("INSUFFICIENT_DATA", KEPT, "ALARM", "OK")),
        ("0XX-X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("--X--", ("ALARM", KEPT, "ALARM", "OK")),
    ],
)
def test_three_of_three_datapoints(datapoints: str, expected: tuple[str | None, ...]) -> None:
    assert states(datapoints, periods=3, to_alarm=3) == expected


@pytest.mark.parametrize(
    ("datapoints", "expected"),
    [
        ("0-X-X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("00X0X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("0-X--", ("OK", "OK", "ALARM", "OK")),
        ("----0", ("OK", "OK", "ALARM", "OK")),
        ("---X-", ("ALARM", KEPT, "ALARM", "OK")),
    ],
)
def test_two_of_three_datapoints(datapoints: str, expected: tuple[str | None, ...]) -> None:
    assert states(datapoints, periods=3, to_alarm=2) == expected


def test_one_new_breaching_datapoint_is_too_early_for_three() -> None:
    assert states("----X", periods=3, to_alarm=3) == (KEPT, KEPT, "ALARM", "OK")


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_one_of_one_goes_by_the_newest_datapoint(treatment: str) -> None:
    def state(*breaches: bool | None) -> str | None:
        return state_of(breaches, periods=1, to_alarm=1, treat_missing=treatment)

    assert state(None, True, False) == "OK"
    assert state(True, False, True) == "ALARM"
    assert state(False, True, None) == "ALARM"
