from pathlib import Path

import pytest

from tests.infrastructure.optional import ENVIRONMENTS
from tests.infrastructure.synthesis import STACKS, cdk_json_context, run_app, shared_assembly
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


@pytest.fixture(scope="session")
def options_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesised under the same checks of cdk-nag as the others."""
    context = cdk_json_context()
    dev = context["environments"]["dev"]
    context["environments"] = {name: dev | changes for name, changes in ENVIRONMENTS.items()}
    folder = tmp_path_factory.mktemp("options") / "cdk.out"
    done = run_app(output=folder, context=context)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def everything(options_assembly: Path) -> Template:
    return Template.read(options_assembly, "TrainingPipeline-all")


@pytest.fixture(scope="session")
def brought(options_assembly: Path) -> Template:
    return Template.read(options_assembly, "TrainingPipeline-brought")


@pytest.fixture(scope="session")
def narrow(options_assembly: Path) -> Template:
    return Template.read(options_assembly, "TrainingPipeline-narrow")


@pytest.fixture(params=["all", "brought"])
def optional(request: pytest.FixtureRequest, options_assembly: Path) -> Template:
    """Each environment of `optional.ENVIRONMENTS` with keys of its own in turn."""
    return Template.read(options_assembly, f"TrainingPipeline-{request.param}")
