"""Errors that a test asks for: let n calls of an operation pass, then fail the next m."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from local_aws.door.models import BOTOCORE_NAMES, service_model


class MalformedFaultError(ValueError):
    """A fault that cannot be injected; the message says where, what was found and what is allowed."""


@dataclass(kw_only=True)
class Fault:
    """Fails `times` calls of an operation with `error`, after letting `after` of them pass."""

    service: str
    operation: str
    error: str
    after: int = 0
    times: int = 1
    caller: str = ""
    """Only calls whose caller's ARN holds this text are counted and failed; empty is everybody."""
    takes_effect: bool = False
    """Whether the call is carried out all the same, and only its answer replaced by the error."""
    seen: int = 0
    """Calls of the operation since the fault was set."""


_KEYS = ("service", "operation", "error", "after", "times", "caller", "takes_effect")


def parse_faults(document: Any) -> list[Fault]:
    """Read the JSON list of PUT /_local/faults; raises MalformedFaultError."""
    if not isinstance(document, list):
        raise MalformedFaultError(
            f"Expected a JSON list of faults, found {type(document).__name__}. Send [] to clear them."
        )
    return [_parse(item, position) for position, item in enumerate(document)]


def _parse(item: Any, position: int) -> Fault:
    where = f"Fault {position}"
    if not isinstance(item, Mapping):
        raise MalformedFaultError(f"{where}: expected an object, found {type(item).__name__}.")
    unknown = sorted(set(item) - set(_KEYS))
    if unknown:
        raise MalformedFaultError(f"{where}: unknown key {', '.join(unknown)}; allowed: {', '.join(_KEYS)}.")
    fault = Fault(
        service=_text(item, "service", where),
        operation=_text(item, "operation", where),
        error=_text(item, "error", where),
        after=_count(item, "after", where, least=0, default=0),
        times=_count(item, "times", where, least=1, default=1),
        caller=_text(item, "caller", where) if "caller" in item else "",
        takes_effect=_flag(item, "takes_effect", where),
    )
    _check_operation(fault, where)
    return fault


def _text(item: Mapping[str, Any], key: str, where: str) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedFaultError(f"{where}: {key} must be a non-empty string, found {value!r}.")
    return value


def _count(item: Mapping[str, Any], key: str, where: str, *, least: int, default: int) -> int:
    value = item.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise MalformedFaultError(f"{where}: {key} must be a whole number from {least}, found {value!r}.")
    return value


def _flag(item: Mapping[str, Any], key: str, where: str) -> bool:
    value = item.get(key, False)
    if not isinstance(value, bool):
        raise MalformedFaultError(f"{where}: {key} must be true or false, found {value!r}.")
    return value


def _check_operation(fault: Fault, where: str) -> None:
    model = service_model(fault.service)
    if model is None:
        hint = BOTOCORE_NAMES.get(fault.service)
        advice = (
            f"did you mean {hint}?" if hint else "use botocore's name, such as rekognition or stepfunctions."
        )
        raise MalformedFaultError(f"{where}: service {fault.service!r} is unknown; {advice}")
    if fault.operation not in model.operation_names:
        near = ", ".join(get_close_matches(fault.operation, model.operation_names)) or "see its API reference"
        raise MalformedFaultError(
            f"{where}: {fault.service} has no operation {fault.operation!r}; near to it: {near}."
        )


class Faults:
    """The faults in force; safe to use from several threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def replace(self, faults: list[Fault]) -> None:
        """Put these in force instead of the ones before."""
        with self._lock:
            self._faults = list(faults)

    def fault_for(self, *, service: str, operation: str, caller: str) -> Fault | None:
        """Count a call; the fault that it meets, if any."""
        met = None
        with self._lock:
            for fault in self._faults:
                if (fault.service, fault.operation) != (service, operation) or fault.caller not in caller:
                    continue
                fault.seen += 1
                if met is None and fault.after < fault.seen <= fault.after + fault.times:
                    met = fault
        return met
