import pytest

from pipeline_stack.model_settings import ModelSettings
from pipeline_stack.workflows.deployment_times import DeploymentTimes

MOST_EVENTS = 25_000
"""Of one execution (Step Functions Developer Guide, "Quotas")."""
EVENTS_A_TURN = 20
"""Of the watch: a wait, two tasks and three choices."""


def times(*, drain: int, bake: int) -> DeploymentTimes:
    return DeploymentTimes(settings=ModelSettings(drain_minutes=drain, bake_minutes=bake))


@pytest.mark.parametrize(
    ("drain", "bake", "turns", "canaries"),
    [(5, 30, 30, 30), (30, 5, 30, 5), (0, 0, 0, 0), (10, 0, 10, 0), (5, 721, 361, 361), (0, 1440, 720, 720)],
)
def test_a_model_is_watched_for_the_longer_of_both_times_with_canaries_in_one(
    drain: int, bake: int, turns: int, canaries: int
) -> None:
    found = times(drain=drain, bake=bake)

    assert (found.watch_turns, found.canary_turns) == (turns, canaries)
    assert found.watch_turns * found.minutes_a_turn >= max(drain, bake)
    assert found.watch_turns * EVENTS_A_TURN < MOST_EVENTS


@pytest.mark.parametrize("bake", [0, 30, 1440])
def test_who_waits_outlasts_who_is_waited_for(bake: int) -> None:
    found = times(drain=5, bake=bake)

    assert found.lock_minutes > found.longest_watch
    assert found.usual_minutes > found.longest_watch
    assert found.timeout.to_minutes() > found.lock_minutes + found.longest_watch
    assert found.nested_timeout.to_minutes() > found.timeout.to_minutes()
    # The turns of the first hour take a minute each, those after it ten.
    assert 60 + (found.lock_turns - 60) * 10 >= found.lock_minutes
