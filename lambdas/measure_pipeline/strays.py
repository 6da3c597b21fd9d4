"""Models that run although nothing says that they should."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from .models import HostedModel
from .registry import LiveModel, Lock

# A deployment starts a model and stops others, each within an hour as a rule; the lock of one that takes
# longer than this is no longer an excuse.
LONGEST_DEPLOYMENT = timedelta(hours=3)


class Pointers(Protocol):
    """What says which model should run; `registry` provides it."""

    def live_model(self) -> LiveModel | None:
        """The live model."""

    def deployment_lock(self) -> Lock | None:
        """The deployment that is under way, or left its lock behind."""


def strays(
    *,
    hosted: Callable[[], Sequence[HostedModel]],
    pointers: Pointers,
    is_running: Callable[[str], bool],
    now: datetime,
    project_is_adopted: bool = False,
) -> list[str] | None:
    """Versions that start or run and are not the live one; None while a deployment is at work, when it is
    normal for two to run.

    In an adopted project, what runs before the pipeline has deployed a model is what people use.

    The lock is looked at before and after the models: a deployment that began or ended in between would
    make the models look out of step with the pointer, which is read last.
    """
    if _is_under_way(pointers.deployment_lock(), is_running, now):
        return None
    models = hosted()
    if _is_under_way(pointers.deployment_lock(), is_running, now):
        return None
    live = pointers.live_model()
    if live is None and project_is_adopted:
        return []
    return [model.version for model in models if live is None or model.version != live.version]


def _is_under_way(lock: Lock | None, is_running: Callable[[str], bool], now: datetime) -> bool:
    return lock is not None and now - lock.taken_at < LONGEST_DEPLOYMENT and is_running(lock.holder)
