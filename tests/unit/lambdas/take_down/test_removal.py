"""Looking, taking the next steps and waiting, until nothing is left or the time is over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from lambdas.take_down.errors import StillThere
from lambdas.take_down.project import Project
from lambdas.take_down.removal import CALM_SECONDS, LONGEST_PAUSE_SECONDS, Removal
from tests.unit.tools.fake_rekognition import PROJECT, FakeRekognition, refusal

FOREVER = 1e9


class Runs:
    """Executions: so many are stopped at each look. `problems` are raised first."""

    def __init__(self, *stopped: int, problems: tuple[Exception, ...] = ()) -> None:
        self.stopped = list(stopped)
        self.problems = list(problems)
        self.calls: list[str] = []

    def let_nothing_start(self) -> None:
        self.calls.append("rules")
        if self.problems:
            raise self.problems.pop(0)

    def stop_all(self) -> int:
        self.calls.append("runs")
        return self.stopped.pop(0) if self.stopped else 0


class Clock:
    def __init__(self, rekognition: FakeRekognition) -> None:
        self.rekognition = rekognition
        self.time = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.pauses.append(seconds)
        self.rekognition.time_passes(seconds)


def removal(
    rekognition: FakeRekognition, *, runs: Runs | None = None, keeps_contents: bool = False
) -> tuple[Removal, Clock, list[str]]:
    client: Any = rekognition
    clock, said = Clock(rekognition), list[str]()
    made = Removal(
        is_going=lambda: True,
        workflows=runs or Runs(),
        project=Project(rekognition=client, name=PROJECT, keeps_contents=keeps_contents),
        report=said.append,
        sleep=clock.sleep,
        now=lambda: clock.time,
    )
    return made, clock, said


def test_versions_are_stopped_and_deleted_and_then_the_datasets() -> None:
    fake = FakeRekognition(
        versions={"set-1": "STARTING", "set-2": "STOPPED", "set-3": "TRAINING_IN_PROGRESS"},
        datasets=["TRAIN", "TEST"],
    )
    taken, _, said = removal(fake)

    assert taken.carry_out(until=FOREVER, has_time=lambda: True)

    assert (fake.versions, fake.datasets) == ({}, [])
    assert fake.calls[-2:] == ["delete arn:TRAIN", "delete arn:TEST"]
    assert said[0] == (
        "Still there: set-1 (STARTING), set-2 (STOPPED), set-3 (TRAINING_IN_PROGRESS), "
        "TRAIN dataset, TEST dataset"
    )


def test_nothing_is_there_needs_one_look() -> None:
    for fake in (FakeRekognition(), FakeRekognition(exists=False)):
        taken, clock, _ = removal(fake)

        assert taken.carry_out(until=0, has_time=lambda: False)
        assert clock.pauses == []


def test_after_a_run_was_stopped_the_project_is_looked_at_for_as_long_as_a_call_may_take() -> None:
    taken, clock, _ = removal(FakeRekognition(), runs=Runs(0, 2, 0, 1))

    assert taken.carry_out(until=FOREVER, has_time=lambda: True)

    assert clock.time == 0, "no run was stopped before nothing was left"
    taken, clock, _ = removal(FakeRekognition(), runs=Runs(2, 0, 1))

    assert taken.carry_out(until=FOREVER, has_time=lambda: True)

    since_the_last_stop = clock.time - sum(clock.pauses[:2])
    assert CALM_SECONDS <= since_the_last_stop < CALM_SECONDS + LONGEST_PAUSE_SECONDS


def test_what_a_stopped_run_had_asked_for_is_stopped_and_deleted_too() -> None:
    class Late(FakeRekognition):
        def time_passes(self, seconds: float) -> None:
            if not self.came:
                self.came = True
                self.versions["set-1"] = "RUNNING"
            super().time_passes(seconds)

        came = False

    fake = Late()
    taken, _, _ = removal(fake, runs=Runs(1))

    assert taken.carry_out(until=FOREVER, has_time=lambda: True)

    assert fake.came
    assert fake.versions == {}


def test_kept_versions_are_stopped_and_stay_with_the_datasets() -> None:
    fake = FakeRekognition(
        versions={"set-1": "RUNNING", "set-2": "STARTING", "set-3": "TRAINING_IN_PROGRESS"},
        datasets=["TRAIN"],
    )
    taken, _, _ = removal(fake, keeps_contents=True)

    assert taken.carry_out(until=FOREVER, has_time=lambda: True)

    assert fake.calls == ["stop set-1", "stop set-2"]
    assert (fake.versions["set-1"], fake.versions["set-2"]) == ("STOPPED", "STOPPED")
    assert fake.versions["set-3"] == "TRAINING_COMPLETED"
    assert fake.datasets == ["TRAIN"]


def test_looks_grow_apart() -> None:
    fake = FakeRekognition(versions={"set-1": "COPYING_IN_PROGRESS"})
    taken, clock, _ = removal(fake)

    with pytest.raises(StillThere):
        taken.carry_out(until=300, has_time=lambda: True)

    assert clock.pauses == sorted(clock.pauses)
    assert clock.pauses[0] < 1
    assert clock.pauses[-1] == LONGEST_PAUSE_SECONDS


def test_an_invocation_that_is_nearly_over_is_not_done() -> None:
    fake = FakeRekognition(versions={"set-1": "RUNNING"})
    taken, clock, _ = removal(fake)

    assert not taken.carry_out(until=FOREVER, has_time=lambda: False)

    assert fake.calls == ["stop set-1"]
    assert clock.pauses == []


class LongTraining(FakeRekognition):
    def time_passes(self, _seconds: float) -> None:
        """A training goes on."""

    def paginate(self, *, ProjectArn: str) -> Any:  # noqa: N803
        for page in super().paginate(ProjectArn=ProjectArn):
            for version in page["ProjectVersionDescriptions"]:
                version["CreationTimestamp"] = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)
            yield page


def why(fake: FakeRekognition, **options: Any) -> str:
    taken, _, _ = removal(fake, **options)
    with pytest.raises(StillThere) as problem:
        taken.carry_out(until=100, has_time=lambda: True)
    return str(problem.value)


def test_the_reason_names_what_is_in_training_since_when_and_what_to_do() -> None:
    said = why(LongTraining(versions={"set-1": "TRAINING_IN_PROGRESS"}, datasets=["TRAIN"]))

    assert said == (
        f"Project {PROJECT} cannot be deleted yet. Model version set-1 is in training since 2026-11-20 13:05 "
        "UTC. Rekognition has no way to cancel a training, which can last 24 hours and is billed, nor to "
        "delete its version; CloudFormation waits for an hour at most. Delete the stack again when the "
        "training has ended: it goes on from what is left."
    )


def test_the_reason_names_what_hangs() -> None:
    said = why(FakeRekognition(versions={"set-1": "COPYING_IN_PROGRESS"}))

    assert "Model version set-1 is COPYING_IN_PROGRESS. What was stopped" in said


def test_of_many_versions_those_in_training_are_named_first() -> None:
    versions = {f"set-{number}": "COPYING_IN_PROGRESS" for number in range(90)}
    said = why(LongTraining(versions={**versions, "last": "TRAINING_IN_PROGRESS"}))

    assert "yet. Model version last is in training" in said
    assert "86 more versions are there." in said


def test_a_dataset_that_is_being_made_is_awaited() -> None:
    class Making(FakeRekognition):
        def describe_projects(self, *, ProjectNames: list[str]) -> dict[str, Any]:  # noqa: N803
            found = super().describe_projects(ProjectNames=ProjectNames)
            for dataset in found["ProjectDescriptions"][0]["Datasets"]:
                dataset["Status"] = "CREATE_IN_PROGRESS"
            return found

    fake = Making(datasets=["TRAIN"])

    assert "The TRAIN dataset is CREATE_IN_PROGRESS." in why(fake)
    assert fake.calls == []


SERVER_ERROR = ClientError(
    {"Error": {"Code": "InternalServerError", "Message": "x"}, "ResponseMetadata": {"HTTPStatusCode": 500}},  # type: ignore[typeddict-item]
    "DescribeProjects",
)


@pytest.mark.parametrize(
    "problem",
    [
        refusal("ThrottlingException"),
        refusal("Throttling"),
        refusal("ProvisionedThroughputExceededException"),
        refusal("LimitExceededException"),
        refusal("TooManyRequestsException"),
        SERVER_ERROR,
        ConnectTimeoutError(endpoint_url="https://x"),
    ],
)
def test_what_passes_is_tried_again(problem: Exception) -> None:
    fake = FakeRekognition(versions={"set-1": "RUNNING"})
    taken, _, _ = removal(fake, runs=Runs(problems=(problem,)))

    assert taken.carry_out(until=FOREVER, has_time=lambda: True)
    assert fake.versions == {}


def test_what_does_not_pass_is_told_in_time() -> None:
    said = why(FakeRekognition(), runs=Runs(problems=(refusal("ThrottlingException"),) * 99))

    assert said.endswith(
        "The last answer of AWS was ThrottlingException to SomeOperation: ThrottlingException for the test."
    )


def test_a_denial_is_not_waited_for() -> None:
    taken, clock, _ = removal(FakeRekognition(), runs=Runs(problems=(refusal("AccessDeniedException"),)))

    with pytest.raises(ClientError, match="AccessDenied"):
        taken.carry_out(until=FOREVER, has_time=lambda: True)
    assert clock.pauses == []


def test_a_project_that_is_deleted_between_two_calls_is_gone() -> None:
    class Going(FakeRekognition):
        def paginate(self, *, ProjectArn: str) -> Any:  # noqa: N803
            raise refusal("ResourceNotFoundException")

    taken, _, _ = removal(Going(versions={"set-1": "RUNNING"}))

    assert taken.carry_out(until=FOREVER, has_time=lambda: True)
