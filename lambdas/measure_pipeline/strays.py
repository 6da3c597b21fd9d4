"""Models that run although nothing says that they should."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from .models import HostedModel
from .registry import LiveModel, Lock


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
    usual_deployment: timedelta,
    project_is_adopted: bool = False,
) -> list[str] | None:
    """Versions that start or run and are not the live one; None while a deployment is at work, when it is
    normal for two to run. The lock of one that takes longer than `usual_deployment`, because a model does not
    stop, say, is no excuse.

    In an adopted project, what runs before the pipeline has deployed a model is what people use.

    The lock is looked at before and after the models: a deployment that began or ended in between would
    make the models look out of step with the pointer, which is read last.
    """
    if _is_under_way(pointers.deployment_lock(), is_running, now - usual_deployment):
        return None
    models = hosted()
    if _is_under_way(pointers.deployment_lock(), is_running, now - usual_deployment):
        return None
    live = pointers.live_model()
    if live is None and project_is_adopted:
        return []
    return [model.version for model in models if live is None or model.version != live.version]


def _is_under_way(lock: Lock | None, is_running: Callable[[str], bool], since: datetime) -> bool:
    return lock is not None and lock.taken_at > since and is_running(lock.holder)
