"""Environments that are not in cdk.json, for tests of their settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.infrastructure.synthesis import cdk_json_context, run_app
from tests.workflows.operator import Operator


def synthesised_with(changes: dict[str, Any], *, name: str, folder: Path) -> Path:
    """`cdk.out` of one environment: `local` with other settings. The stack is `TrainingPipeline-<name>`."""
    context = cdk_json_context()
    context["environments"] = {name: context["environments"]["local"] | changes}
    done = run_app(output=folder / "cdk.out", context=context)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "cdk.out"


def datasets(operator: Operator) -> dict[str, str]:
    (project,) = operator.aws.client("rekognition").describe_projects(
        ProjectNames=[operator.outputs["ProjectName"]]
    )["ProjectDescriptions"]
    return {found["DatasetType"]: found["DatasetArn"] for found in project["Datasets"]}
