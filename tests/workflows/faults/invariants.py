"""What holds after a run, whichever of its calls failed: each broken promise, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.workflows.faults.calls import registry_items
from tests.workflows.operator import Json, Operator

HOSTED = ("STARTING", "RUNNING")


def paid_trainings(log: list[Json]) -> int:
    """How many trainings these calls began."""
    return sum(
        call["operation"] == "CreateProjectVersion" and (call["error"] is None or call["took_effect"])
        for call in log
    )


def locks_held_by_the_dead_only(operator: Operator) -> Iterator[str]:
    for (kind, name), item in registry_items(operator).items():
        if kind == "lock" and operator.description(item["holder"])["status"] == "RUNNING":
            yield f"the {name} lock is held by {item['holder']}, which still runs"


def live_model_runs(operator: Operator) -> Iterator[str]:
    pointer, versions = operator.item("pointer", "live"), operator.versions()
    if pointer and versions.get(pointer["version"]) != "RUNNING":
        yield f"the live pointer names {pointer['version']}, which is {versions.get(pointer['version'])}"


def one_model_or_red(operator: Operator, found: Json) -> Iterator[str]:
    running = [name for name, status in operator.versions().items() if status == "RUNNING"]
    if len(running) > 1 and found["status"] == "SUCCEEDED":
        yield f"{running} run after a green run, so that no alarm says so"


def told_once(messages: list[Json], *, repeats: bool, most: int = 1) -> Iterator[str]:
    """`repeats`: the answer to a Publish was lost, so the same message may have come twice."""
    distinct = {(message["subject"], message["message"]) for message in messages}
    if not 1 <= len(distinct) <= most or (len(messages) > len(distinct) and not repeats):
        yield f"{len(messages)} final messages: {[message['subject'] for message in messages]}"


def understandable(found: Json) -> Iterator[str]:
    """A red execution has an error name and a cause in words."""
    if found["status"] == "SUCCEEDED":
        return
    error, cause = found.get("error") or "", found.get("cause") or ""
    if not error or " " in error:
        yield f"the error has no name: {error!r}"
    if len(cause.split()) < 5 or cause.lstrip().startswith(("{", "[")) or "Traceback" in cause:
        yield f"nobody understands the cause: {cause!r}"
    if "." in error and not re.search("^(The run ended as|The deployment ended as|While )", cause):
        yield f"the cause of {error} does not say what the run was doing: {cause!r}"


def in_order(operator: Operator) -> Iterator[str]:
    """After a clean run nothing is left of what went wrong before."""
    yield from live_model_runs(operator)
    pointer = operator.item("pointer", "live") or {"version": "", "pictures": 0}
    for name, status in operator.versions().items():
        if status in HOSTED and name != pointer["version"]:
            yield f"{name} is {status}, and the live pointer names {pointer['version'] or 'nothing'}"
    items = registry_items(operator)
    if ("pointer", "unfinished") in items:
        yield f"unfinished: {items['pointer', 'unfinished']}"
    yield from locks_held_by_the_dead_only(operator)
    said = operator.system_parameter()
    if (said["live_model"] or {"version": ""})["version"] != pointer["version"]:
        yield f"For-System-Use-Only says {said}, the registry {pointer}"
    if said["previous_trained_images"] != pointer["pictures"]:
        yield f"For-System-Use-Only says {said}, the registry {pointer}"
