"""Each test gets the whole stack, deployed from the synthesised templates to a local AWS of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.deployment import deploy_assembly
from local_aws.launcher import LocalAws
from tests.infrastructure.synthesis import shared_assembly
from tests.workflows.operator import Operator

STACK = "TrainingPipeline-local"
# Five minutes of waiting in 0.3 s. Trainings are as short as the pictures allow.
TIME_SCALE = 0.001


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the synthesised app, `cdk.out`."""
    return shared_assembly(tmp_path_factory)


@pytest.fixture
def operator(assembly: Path) -> Iterator[Operator]:
    """An operator of a fresh pipeline."""
    with LocalAws(time_scale=TIME_SCALE) as aws:
        outputs = deploy_assembly(aws=aws, assembly_dir=assembly, stack_name=STACK)
        yield Operator(aws=aws, outputs=outputs)
