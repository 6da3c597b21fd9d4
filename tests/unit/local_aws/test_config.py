"""Settings of the embedded AWS from the environment."""

from __future__ import annotations

import pytest

from local_aws.alarm_datapoints import period_seconds
from local_aws.clock import Clock
from local_aws.config import Settings, SettingsError


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = Settings.from_environment({})

    assert settings == Settings(port=4566, time_scale=0.005, schedule_scale=1.0, without_mends=frozenset())
    assert settings.endpoint_url == "http://127.0.0.1:4566"


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "LOCAL_AWS_PORT": "0",
            "LOCAL_AWS_TIME_SCALE": "0.1",
            "LOCAL_AWS_SCHEDULE_SCALE": "0.01",
            "LOCAL_AWS_ALARM_SCALE": "0.2",
            "LOCAL_AWS_WITHOUT_MEND": "one,two",
        }
    )

    assert settings == Settings(
        port=0,
        time_scale=0.1,
        schedule_scale=0.01,
        alarm_scale=0.2,
        without_mends=frozenset({"one", "two"}),
    )


def test_alarms_have_the_time_scale_unless_they_have_one_of_their_own() -> None:
    assert Settings.from_environment({"LOCAL_AWS_TIME_SCALE": "0.1"}).alarm_scale == 0.1


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("LOCAL_AWS_PORT", "http", "a port number, 0 to 65535"),
        ("LOCAL_AWS_PORT", "70000", "a port number, 0 to 65535"),
        ("LOCAL_AWS_TIME_SCALE", "0", "a number above 0, up to 1"),
        ("LOCAL_AWS_TIME_SCALE", "fast", "a number above 0, up to 1"),
        ("LOCAL_AWS_TIME_SCALE", "nan", "a number above 0, up to 1"),
        ("LOCAL_AWS_SCHEDULE_SCALE", "2", "a number above 0, up to 1"),
        ("LOCAL_AWS_ALARM_SCALE", "0", "a number above 0, up to 1"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_is_allowed(
    name: str, value: str, allowed: str
) -> None:
    with pytest.raises(SettingsError) as problem:
        Settings.from_environment({name: value})

    assert str(problem.value).startswith(f"{name} is {value!r}; it must be {allowed}")


def test_the_clock_takes_the_time_scale_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_AWS_TIME_SCALE", "0.01")

    assert Clock().scaled(300) == pytest.approx(3.0)
    assert Clock(time_scale=0.5).scaled(300) == pytest.approx(150)


def test_periods_of_alarms_take_the_scale_of_alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_AWS_TIME_SCALE", "0.01")
    monkeypatch.setenv("LOCAL_AWS_ALARM_SCALE", "0.5")

    assert period_seconds(300) == pytest.approx(150)
