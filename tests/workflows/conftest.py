"""Each test gets the whole stack, deployed from the synthesised templates to an empty local AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local_aws.deployment import deploy_assembly
from local_aws.launcher import LocalAws
from tests.infrastructure.synthesis import shared_assembly
from tests.workflows.operator import Operator

STACK = "TrainingPipeline-local"
# Five minutes of waiting in 0.15 s.
TIME_SCALE = 0.0005
# A training as short as the pictures allow: tests of the waiting set their own.
TRAINING_SECONDS = 300

MakeOperator = Callable[..., Operator]


def deployed(aws: LocalAws, assembly: Path) -> Operator:
    """Deploy the pipeline; gives the one who works with it."""
    aws.rekognition(training_seconds=TRAINING_SECONDS)
    outputs = deploy_assembly(aws=aws, assembly_dir=assembly, stack_name=STACK)
    return Operator(aws=aws, outputs=outputs)


@pytest.fixture
def all_faults(request: pytest.FixtureRequest) -> bool:
    """Whether every generated case is to be run (`make test-faults`), or a sample (`make test`)."""
    return bool(request.config.getoption("--all-faults"))


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the synthesised app, `cdk.out`."""
    return shared_assembly(tmp_path_factory)


@pytest.fixture(scope="session")
def shared_aws() -> Iterator[LocalAws]:
    """One server for all tests of a time scale: what it imports and loads is most of a test's time."""
    with LocalAws(time_scale=TIME_SCALE) as aws:
        yield aws


@pytest.fixture
def make_operator(assembly: Path) -> Iterator[MakeOperator]:
    """Makes an operator of a pipeline on a server of its own, with its own `time_scale`: real seconds for
    a second of AWS."""
    with ExitStack() as stack:

        def make(*, time_scale: float, schedule_scale: float = 1) -> Operator:
            aws = LocalAws(time_scale=time_scale, schedule_scale=schedule_scale)
            return deployed(stack.enter_context(aws), assembly)

        yield make


@pytest.fixture
def operator(shared_aws: LocalAws, assembly: Path) -> Operator:
    """An operator of a fresh pipeline, in an AWS with nothing else in it."""
    shared_aws.reset()
    return deployed(shared_aws, assembly)


@pytest.fixture
def stocked(operator: Operator) -> Operator:
    """The same, with two folders of ten pictures uploaded."""
    operator.upload_fruits()
    return operator
