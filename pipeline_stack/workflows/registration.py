"""What the registry learns of a version before it is trained: a later run then knows of it, come what may."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_stepfunctions as sfn

from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.registry_items import TRAINING_LOCK


def register_items(ending: Ending) -> list[dict[str, Any]]:
    """What the registry learns before a version is created, or taken up again."""
    registry = ending.registry
    return [
        # A forced retrain leaves the set's earlier verdict in place until it is accepted.
        registry.update_part(
            "set", "{% $measured.digest %}", {"version": {"S": "{% $version %}"}}, keep_existing=True
        ),
        registry.put_part(
            "pointer",
            "unfinished",
            {
                "version": {"S": "{% $version %}"},
                "digest": {"S": "{% $measured.digest %}"},
                "trained_item": {"S": "{% $trainedItem %}"},
            },
        ),
        registry.update_part(
            "version",
            "{% $version %}",
            {
                "digest": {"S": "{% $measured.digest %}"},
                "model_type": {"S": "{% $measured.model_type %}"},
                "data_source": {"S": "{% $measured.data_source %}"},
                "pictures_total": {"N": "{% $string($measured.pictures.total) %}"},
                "new_pictures": {"N": "{% $string($measured.new_pictures) %}"},
                # Per label and side, what was left out, and warnings: one JSON text, for people and for
                # the message of a run that finishes this one's work.
                "report": {"S": "{% $string($report) %}"},
                "outcome": {"S": "training"},
                "registered_at": {"S": "{% $now() %}"},
                "execution": {"S": "{% $me %}"},
            },
        ),
    ]


def trained_set(ending: Ending) -> list[dict[str, Any]]:
    """What the registry learns of the set of `$version` that may serve: what is new is counted from it."""
    registry = ending.registry
    return [
        registry.put_part(
            "pointer",
            "{% $trainedItem %}",
            {"version": {"S": "{% $version %}"}, "digest": {"S": "{% $digest %}"}},
        ),
        registry.put_part("set", "{% $digest %}", {"version": {"S": "{% $version %}"}}),
    ]


def register(name: str, *, ending: Ending, then: sfn.IChainable) -> sfn.TaskStateBase:
    """A task that writes those items, only while the training lock is ours."""
    task = ending.registry.transact(
        name, lock=TRAINING_LOCK, items=register_items(ending), during="registering the version"
    )
    task.next(then)
    return task
