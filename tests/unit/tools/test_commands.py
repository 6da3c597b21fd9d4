"""The Makefile and what continuous integration runs."""

import os
import subprocess
from collections.abc import Mapping

import pytest

from tools.cdk_cli import REPOSITORY

CI = REPOSITORY / ".ci" / "run"


def make(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    # As typed by hand, even when these tests themselves run under make.
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(  # noqa: S603
        ["make", *arguments],  # noqa: S607
        cwd=REPOSITORY,
        env={**outside, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def test_continuous_integration_runs_what_developers_run() -> None:
    assert os.access(CI, os.X_OK)
    assert "exec make test\n" in CI.read_text()


def test_the_last_line_of_make_test_is_that_of_pytest() -> None:
    steps = make("--dry-run", "test").stdout.splitlines()
    assert "pytest" in steps[-1]
    assert all(any(tool in step for step in steps) for tool in ("ruff check", "ruff format --check", "mypy"))


@pytest.mark.parametrize("python", ["", "/bin/false", "no-such-python"])
def test_without_a_new_enough_python_it_says_what_is_needed(python: str) -> None:
    done = make("setup", f"PYTHON={python}")
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "make PYTHON=/path/to/python3 setup" in done.stderr


def test_make_alone_lists_every_target_with_its_purpose() -> None:
    listed = make().stdout
    assert all(f"make {target}\t" in listed for target in ("demo", "local", "test", "deploy", "destroy"))


@pytest.mark.parametrize("command", ["demo", "deploy", "destroy", "local"])
def test_a_command_that_runs_the_cdk_cli_cleans_up_when_it_is_cancelled(command: str) -> None:
    source = (REPOSITORY / "tools" / f"{command}.py").read_text()
    assert "\n    end_like_ctrl_c()\n" in source
