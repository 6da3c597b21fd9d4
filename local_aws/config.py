"""Settings of the embedded AWS, read once from the environment of its process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")

ACCOUNT_ID = "000000000000"
"""The one account; signing in with `ROOT_ACCESS_KEY` makes the caller its owner."""
REGION = "us-east-1"
LOOPBACK = "127.0.0.1"
"""The only address the server binds; an IP so that every SDK addresses buckets by path."""
ROOT_ACCESS_KEY = "test"
ROOT_SECRET_KEY = "test"  # noqa: S105 - the published credentials of an emulator, a secret to nobody

DEFAULT_PORT = 4566
DEFAULT_TIME_SCALE = 0.005
"""Real seconds per AWS second: a 5 minute poll takes 1.5 s."""
DEFAULT_SCHEDULE_SCALE = 1.0


class SettingsError(ValueError):
    """An environment variable holds what it must not; the message names it, the value and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What `python -m local_aws` reads from its environment."""

    port: int = DEFAULT_PORT
    """TCP port on the loopback address; 0 picks a free one."""
    time_scale: float = DEFAULT_TIME_SCALE
    """Real seconds per AWS second for Waits, Retry delays, machine time-outs and the times of Rekognition."""
    schedule_scale: float = DEFAULT_SCHEDULE_SCALE
    """Real seconds per AWS second for scheduled rules."""
    alarm_scale: float = DEFAULT_TIME_SCALE
    """Real seconds per AWS second for the periods of alarms; the time scale unless given."""
    without_mends: frozenset[str] = frozenset()
    """Names of mends that are left out, which is how a mend's test is seen to fail."""

    @property
    def endpoint_url(self) -> str:
        """Where this server answers every AWS service."""
        return f"http://{LOOPBACK}:{self.port}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the LOCAL_AWS_* variables; raises SettingsError for a value that cannot be used."""
        time_scale = _read_scale(environment, "LOCAL_AWS_TIME_SCALE", DEFAULT_TIME_SCALE)
        return cls(
            port=_read(
                environment,
                "LOCAL_AWS_PORT",
                DEFAULT_PORT,
                parse=int,
                is_allowed=lambda port: 0 <= port <= 65535,
                allowed="a port number, 0 to 65535 (0 picks a free port)",
            ),
            time_scale=time_scale,
            schedule_scale=_read_scale(environment, "LOCAL_AWS_SCHEDULE_SCALE", DEFAULT_SCHEDULE_SCALE),
            alarm_scale=_read_scale(environment, "LOCAL_AWS_ALARM_SCALE", time_scale),
            without_mends=frozenset(filter(None, environment.get("LOCAL_AWS_WITHOUT_MEND", "").split(","))),
        )


def _read_scale(environment: Mapping[str, str], name: str, default: float) -> float:
    return _read(
        environment,
        name,
        default,
        parse=float,
        is_allowed=lambda scale: 0 < scale <= 1,
        allowed="a number above 0, up to 1",
    )


def _read(
    environment: Mapping[str, str],
    name: str,
    default: _T,
    *,
    parse: Callable[[str], _T],
    is_allowed: Callable[[_T], bool],
    allowed: str,
) -> _T:
    text = environment.get(name, "")
    if not text:
        return default
    problem = SettingsError(f"{name} is {text!r}; it must be {allowed}.")
    try:
        value = parse(text)
    except ValueError:
        raise problem from None
    if not is_allowed(value):
        raise problem
    return value


def current_settings() -> Settings:
    """The settings of this process; the server writes the port it picked back to LOCAL_AWS_PORT."""
    return Settings.from_environment(os.environ)
