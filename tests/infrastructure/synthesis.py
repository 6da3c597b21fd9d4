"""Synthesises the app as the CDK CLI does, once for all tests of a session."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
STACKS = ("TrainingPipeline-dev", "TrainingPipeline-local", "TrainingPipeline-prod")


def cdk_json_context() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))
    context: dict[str, Any] = document["context"]
    return context


def run(*command: str | Path, cwd: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program of this project's own in nothing but this environment."""
    return subprocess.run(  # noqa: S603
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def without_aws() -> dict[str, str]:
    """The environment of this process less what leads to AWS or is left by a CDK CLI; our programs first."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return inherited | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def run_app(*, output: Path, context: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run app.py in a process of its own, with the two variables by which the CDK CLI talks to an app."""
    environment = without_aws() | {"CDK_OUTDIR": str(output), "CDK_CONTEXT_JSON": json.dumps(context)}
    return run(sys.executable, "app.py", cwd=REPOSITORY, environment=environment)


def shared_assembly(factory: pytest.TempPathFactory) -> Path:
    """The folder of the synthesised app. Under pytest-xdist the first worker that asks makes it."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    assembly = base / "cdk.out"
    with (base / "cdk.out.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (assembly / "manifest.json").exists():
            done = run_app(output=assembly, context=cdk_json_context())
            if done.returncode != 0:
                pytest.fail(f"The app does not synthesise:\n{done.stdout}{done.stderr}", pytrace=False)
    return assembly
