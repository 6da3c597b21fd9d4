from pathlib import Path

import pytest

from tests.infrastructure.synthesis import STACKS, shared_assembly
from tests.infrastructure.templates import Template


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the synthesised app, `cdk.out`."""
    return shared_assembly(tmp_path_factory)


@pytest.fixture(scope="session")
def templates(assembly: Path) -> dict[str, Template]:
    """By the name of the stack."""
    return {stack: Template.read(assembly, stack) for stack in STACKS}


@pytest.fixture(params=STACKS)
def template(request: pytest.FixtureRequest, templates: dict[str, Template]) -> Template:
    """The template of each environment in turn: what a test says of it holds for all of them."""
    return templates[request.param]


@pytest.fixture
def dev(templates: dict[str, Template]) -> Template:
    return templates["TrainingPipeline-dev"]


@pytest.fixture
def prod(templates: dict[str, Template]) -> Template:
    return templates["TrainingPipeline-prod"]
