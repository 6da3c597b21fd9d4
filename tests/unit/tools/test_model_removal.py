"""Emptying a Custom Labels project."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.tools.fake_rekognition import PROJECT, FakeRekognition
from tools.model_removal import ModelRemoval, RemovalError


def removal(fake: FakeRekognition, said: list[str], **changes: Any) -> ModelRemoval:
    client: Any = fake
    settings: dict[str, Any] = {"sleep": fake.time_passes, **changes}
    return ModelRemoval(rekognition=client, project_name=PROJECT, report=said.append, **settings)


def test_a_running_version_is_stopped_and_seen_stopped_before_it_is_deleted() -> None:
    fake, said = FakeRekognition(versions={"set-1": "RUNNING"}), list[str]()
    removal(fake, said).remove_all()
    assert fake.calls == ["stop set-1", "delete set-1"]
    assert said == [
        "Model version set-1: RUNNING",
        "Model version set-1: STOPPED",
        "Model version set-1 is gone",
    ]


def test_a_starting_version_is_awaited_and_then_stopped() -> None:
    fake = FakeRekognition(versions={"set-1": "STARTING"})
    removal(fake, []).remove_all()
    assert fake.calls == ["stop set-1", "delete set-1"]


def test_a_training_is_awaited_because_it_cannot_be_cancelled() -> None:
    fake, said = FakeRekognition(versions={"set-1": "TRAINING_IN_PROGRESS"}), list[str]()
    removal(fake, said).remove_all()
    assert fake.calls == ["delete set-1"]
    assert "cannot be cancelled" in said[0]


@pytest.mark.parametrize("status", ["TRAINING_COMPLETED", "TRAINING_FAILED", "FAILED", "STOPPED", "EXPIRED"])
def test_a_version_that_neither_runs_nor_trains_is_deleted(status: str) -> None:
    fake = FakeRekognition(versions={"set-1": status})
    removal(fake, []).remove_all()
    assert (fake.calls, fake.versions) == (["delete set-1"], {})


def test_datasets_are_deleted_after_the_last_version() -> None:
    fake = FakeRekognition(versions={"set-1": "STOPPED", "set-2": "RUNNING"}, datasets=["TRAIN", "TEST"])
    removal(fake, []).remove_all()
    assert fake.calls[-2:] == ["delete arn:TRAIN", "delete arn:TEST"]
    assert not fake.datasets


def test_a_version_that_changed_between_look_and_call_is_looked_at_again() -> None:
    fake = FakeRekognition(versions={"set-1": "STOPPED"}, refusals={"set-1": ["ResourceInUseException"]})
    removal(fake, []).remove_all()
    assert fake.calls == ["delete set-1", "delete set-1"]


def test_a_denial_is_not_swallowed() -> None:
    fake = FakeRekognition(versions={"set-1": "RUNNING"}, refusals={"set-1": ["AccessDeniedException"]})
    with pytest.raises(ClientError, match="AccessDenied"):
        removal(fake, []).remove_all()


def test_waiting_ends_at_the_deadline_and_names_what_is_left() -> None:
    fake = FakeRekognition(versions={"set-1": "COPYING_IN_PROGRESS"})
    clock = iter(range(0, 10_000_000, 3600))
    with pytest.raises(RemovalError, match=r"set-1 \(COPYING_IN_PROGRESS\) after 26 hours"):
        removal(fake, [], now=lambda: next(clock)).remove_all()


def test_a_project_that_is_not_there_or_empty_needs_nothing() -> None:
    for fake in (FakeRekognition(exists=False), FakeRekognition()):
        removal(fake, []).remove_all()
        assert not fake.calls
