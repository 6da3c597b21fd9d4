"""Each test gets the whole stack, deployed from the synthesised templates to a local AWS of its own."""

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


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the synthesised app, `cdk.out`."""
    return shared_assembly(tmp_path_factory)


@pytest.fixture
def make_operator(assembly: Path) -> Iterator[MakeOperator]:
    """Makes an operator of a fresh pipeline; `time_scale` in real seconds for a second of AWS."""
    with ExitStack() as stack:

        def make(*, time_scale: float = TIME_SCALE) -> Operator:
            aws = stack.enter_context(LocalAws(time_scale=time_scale))
            aws.rekognition(training_seconds=TRAINING_SECONDS)
            outputs = deploy_assembly(aws=aws, assembly_dir=assembly, stack_name=STACK)
            return Operator(aws=aws, outputs=outputs)

        yield make


@pytest.fixture
def operator(make_operator: MakeOperator) -> Operator:
    """An operator of a fresh pipeline."""
    return make_operator()


@pytest.fixture
def stocked(operator: Operator) -> Operator:
    """The same, with two folders of ten pictures uploaded."""
    operator.upload_fruits()
    return operator
