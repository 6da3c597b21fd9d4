"""Which AWS calls the pipeline makes, found in the log of clean runs, and the ways in which each may fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.workflows.operator import Json, Operator

FOR_GOOD = 100_000
"""More calls than any run makes: until the fault is taken away."""

# What each service says when it is asked too often, refuses, or fails; the others say the default.
THROTTLED = {"sns": "ThrottledException", "lambda": "TooManyRequestsException", "s3": "SlowDown"}
DENIED = {"sns": "AuthorizationErrorException", "s3": "AccessDenied"}
BROKEN = {"sns": "InternalErrorException", "lambda": "ServiceException", "s3": "InternalError"}

_LOOK, _ASK, _READ = ("s3", "HeadObject"), ("rekognition", "DetectCustomLabels"), ("s3", "GetObject")
_READ_TO_ANSWER = (*_READ, "by Rekognition")
_ABOUT_A_PICTURE = {_LOOK, _ASK, _READ_TO_ANSWER}
"""Calls that come in turn for one picture after the other."""


@dataclass(frozen=True, kw_only=True)
class FaultKind:
    """One way in which a call fails."""

    name: str
    errors: dict[str, str]
    default: str
    times: int = 1
    takes_effect: bool = False

    def error(self, service: str) -> str:
        return self.errors.get(service, self.default)


KINDS = (
    FaultKind(name="throttled once", errors=THROTTLED, default="ThrottlingException"),
    FaultKind(
        name="throttled past its retries", errors=THROTTLED, default="ThrottlingException", times=FOR_GOOD
    ),
    FaultKind(name="InternalServerError", errors=BROKEN, default="InternalServerError"),
    FaultKind(name="AccessDenied", errors=DENIED, default="AccessDeniedException", times=FOR_GOOD),
    FaultKind(name="answer lost", errors=BROKEN, default="InternalServerError", takes_effect=True),
)


@dataclass(frozen=True, kw_only=True, order=True)
class Call:
    """The `number`-th call (from 1) of an operation that a role makes in a run."""

    role: str
    service: str
    operation: str
    number: int

    def __str__(self) -> str:
        return f"{self.role.split('-')[2]} {self.service}:{self.operation} #{self.number}"

    def fault(self, kind: FaultKind) -> Json:
        """What makes this call fail so, for PUT /_local/faults."""
        return {
            "service": self.service,
            "operation": self.operation,
            "error": kind.error(self.service),
            "after": self.number - 1,
            "times": kind.times,
            "caller": f":assumed-role/{self.role}/",
            "takes_effect": kind.takes_effect,
        }


def roles(operator: Operator) -> frozenset[str]:
    """The names of the roles under which state machines and functions run."""
    sfn, functions = operator.aws.client("stepfunctions"), operator.aws.client("lambda")
    machines = sfn.list_state_machines()["stateMachines"]
    arns = [sfn.describe_state_machine(stateMachineArn=m["stateMachineArn"])["roleArn"] for m in machines]
    arns += [function["Role"] for function in functions.list_functions()["Functions"]]
    return frozenset(arn.rpartition("/")[2] for arn in arns)


def role_of(call: Json) -> str:
    """The name of the role that made a call; empty for anybody else."""
    kind, _, rest = call["caller"].rpartition(":")[2].partition("/")
    return str(rest.split("/")[0]) if kind == "assumed-role" else ""


def calls_made(log: Iterable[Json], among: frozenset[str]) -> list[Call]:
    """Every call of these roles, of a wait's turns the first, and of pictures that are asked about the first.

    The S3 calls of a state machine's role are Rekognition's, made with its caller's rights: how it takes
    an error of S3 is its own affair.
    """
    counted: Counter[tuple[str, ...]] = Counter()
    turn: dict[str, set[tuple[str, ...]]] = {}
    last: dict[str, tuple[str, str]] = {}
    found = []
    for entry in log:
        role, what = role_of(entry), (entry["service"], entry["operation"])
        if role not in among or (entry["service"] == "s3" and "Function" not in role):
            continue
        counted[(role, *what)] += 1
        so_far = turn.get(role, set())
        step = _READ_TO_ANSWER if (last.get(role), what) == (_ASK, _READ) else what
        if step not in so_far:
            found.append(Call(role=role, service=what[0], operation=what[1], number=counted[(role, *what)]))
            turn[role] = {step} | (so_far if so_far | {step} <= _ABOUT_A_PICTURE else set())
        last[role] = what
    return found


def was_hit(log: Iterable[Json], call: Call, kind: FaultKind) -> bool:
    """Whether the fault met a call."""
    return any(
        role_of(entry) == call.role
        and (entry["service"], entry["operation"]) == (call.service, call.operation)
        and entry["error"] == kind.error(call.service)
        for entry in log
    )


def registry_items(operator: Operator) -> dict[tuple[str, str], dict[str, Any]]:
    """Every item of the registry, by kind and name, with DynamoDB's types taken off."""
    pages = (
        operator.aws.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=operator.outputs["RegistryTableName"], ConsistentRead=True)
    )
    items: list[dict[str, Any]] = [
        {name: float(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
        for page in pages
        for item in page["Items"]
    ]
    return {(item["kind"], item["name"]): item for item in items}
