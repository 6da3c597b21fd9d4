"""What every operation stands on: time, threads, S3 as the caller, the accounts, and the test's wishes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from local_aws.rekognition.errors import AccessDeniedException
from local_aws.rekognition.quotas import DEFAULT_TRAINING_SECONDS, LeadTimes
from local_aws.rekognition.storage import ObjectStore
from local_aws.rekognition.store import Account, Pending

JOB_THREADS = 4


class Scale(Protocol):
    """The part of `local_aws.clock.Clock` that is needed here."""

    def scaled(self, aws_seconds: float) -> float:
        """Real seconds that stand for so many AWS seconds."""


@dataclass(kw_only=True)
class Wishes:
    """What a test or a demo asks of the service beyond its API."""

    training_seconds: float = DEFAULT_TRAINING_SECONDS
    next_training: dict[str, str] | None = None
    """How the next training ends, once: {"status": "TRAINING_FAILED", "message": …}."""
    hold_trainings: bool = False
    """Whether no training ends for now; those that have taken their time end when this is taken back."""
    start_seconds: float | None = None
    """How long a model takes to start; None is the service's usual time."""
    stop_seconds: float | None = None
    """The same for its stop."""
    answer_seconds: float | None = None
    """How long a model thinks over each answer, in real seconds: who asks measures them."""
    next_start: dict[str, str] | None = None
    """How the next start ends, once: {"status": "FAILED", "message": …}."""
    slots: int | None = None
    """How many models may run in the account and Region; None is the quota of a new account."""

    def change(self, changes: Mapping[str, Any]) -> None:
        """Take over what is given, all or nothing. Raises ValueError saying what is allowed."""
        unknown = sorted(set(changes) - set(vars(self)))
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: unknown; allowed are {', '.join(vars(self))}")
        for problem in _problems(changes):
            raise ValueError(problem)
        for name, value in changes.items():
            if name != "training_seconds" or value is not None:
                setattr(self, name, dict(value) if isinstance(value, Mapping) else value)


def _problems(changes: Mapping[str, Any]) -> Iterator[str]:
    for name in ("training_seconds", "start_seconds", "stop_seconds", "answer_seconds"):
        if changes.get(name) is not None and not _is_positive(changes[name]):
            kind = "real" if name == "answer_seconds" else "AWS"
            yield f"{name}: {changes[name]!r}; a number of {kind} seconds above 0"
    slots = changes.get("slots")
    if slots is not None and (not isinstance(slots, int) or isinstance(slots, bool) or slots < 0):
        yield f"slots: {slots!r}; a whole number, or null for the quota of a new account"
    if not isinstance(changes.get("hold_trainings", False), bool):
        yield f"hold_trainings: {changes['hold_trainings']!r}; true or false"
    for name, status in (("next_training", "TRAINING_FAILED"), ("next_start", "FAILED")):
        if changes.get(name) is not None and not _is_failure(changes[name], status):
            yield (
                f"{name}: {changes[name]!r}; an object with "
                f'"status": "{status}" and a non-empty text "message"'
            )


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def _is_failure(value: Any, status: str) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == {"status", "message"}
        and value["status"] == status
        and isinstance(value["message"], str)
        and bool(value["message"])
    )


@dataclass(kw_only=True)
class Platform:
    """Shared by all requests; the parts that touch the world can be replaced in tests."""

    clock: Scale
    open_storage: Callable[[str], ObjectStore]
    """S3 with the rights of whoever holds that access key. Raises LookupError for an unknown key."""
    permits: Callable[[str, str, str], bool] = lambda _caller, _action, _resource: True
    """Whether whoever holds that access key may do an action on a resource."""
    find_key: Callable[[str], str | None] = lambda key: key
    """The ARN of a KMS key that can be used, by id, ARN or alias; None if there is none."""
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    wall: Callable[[], float] = time.time
    lead_times: LeadTimes = field(default_factory=LeadTimes)
    wishes: Wishes = field(default_factory=Wishes)
    workers: Executor = field(
        default_factory=lambda: ThreadPoolExecutor(JOB_THREADS, thread_name_prefix="rekognition-job")
    )
    _accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def account(self, account_id: str, region: str) -> Account:
        """Made on first use."""
        with self._lock:
            key = (account_id, region)
            if key not in self._accounts:
                self._accounts[key] = Account(account_id=account_id, region=region)
            return self._accounts[key]

    def reset(self) -> None:
        """Forget every account and wish; work still under way ends in objects that nobody holds."""
        with self._lock:
            self._accounts.clear()
            self.wishes = Wishes()

    def pending(
        self,
        aws_seconds: float,
        finish: Callable[[], None],
        work: Future[Any] | None = None,
        *,
        is_held: Callable[[], bool] = lambda: False,
    ) -> Pending:
        """A change that ends after so many AWS seconds, not before its work is done, nor while it is held."""
        due = self.monotonic() + self.clock.scaled(aws_seconds)
        return Pending(due=due, finish=finish, work=work, is_held=is_held)


@dataclass(kw_only=True)
class Call:
    """One request: its parameters, whose it is, and what it may touch."""

    params: dict[str, Any]
    account_id: str
    region: str
    access_key_id: str
    platform: Platform

    @cached_property
    def account(self) -> Account:
        """The account's store; hold its lock around every look and change."""
        return self.platform.account(self.account_id, self.region)

    def require(self, action: str, resource: str) -> None:
        """Raise AccessDeniedException unless the caller may do this besides what it asked for.

        CloudFormation, which asks without a key of its own, acts as the account's owner.
        """
        if self.access_key_id and not self.platform.permits(self.access_key_id, action, resource):
            raise AccessDeniedException(f"Not authorized to perform: {action} on resource: {resource}")

    @cached_property
    def storage(self) -> ObjectStore:
        """S3 with the caller's own rights."""
        try:
            return self.platform.open_storage(self.access_key_id)
        except LookupError as error:
            raise AccessDeniedException(str(error)) from error
