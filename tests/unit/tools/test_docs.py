"""The documents say what is true of the code."""

import re
from pathlib import Path

import pytest

from lambdas.build_manifest import errors as build_errors
from lambdas.judge_evaluation import errors as judge_errors
from pipeline_stack.operator_parameters import OPERATOR_PARAMETERS, ParameterSpec
from pipeline_stack.workflows import names
from tools.cdk_cli import REPOSITORY

DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
RUNBOOK = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8")
GUIDE = (REPOSITORY / "docs" / "operator-guide.md").read_text(encoding="utf-8")
BASES = {"BuildManifestError", "JudgeEvaluationError"}

OUTCOMES = sorted(
    {
        outcome
        for path in (REPOSITORY / "pipeline_stack" / "workflows").glob("*.py")
        for outcome in re.findall(r'outcome="([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
)
ERRORS = sorted(
    {value for value in vars(names).values() if isinstance(value, str) and re.fullmatch(r"[A-Z]\w+", value)}
    | {name for module in (build_errors, judge_errors) for name in vars(module) if name[0].isupper()} - BASES
)


def heading(text: str) -> str:
    return f"\n### {text}\n"


def test_the_outcomes_and_errors_of_the_code_were_found() -> None:
    assert {"deployed", "rejected", "busy", "reconciled"} <= set(OUTCOMES)
    assert {"TrainingFailed", "StorageDenied", "RequestInvalid"} <= set(ERRORS)


@pytest.mark.parametrize("name", [*OUTCOMES, *ERRORS])
def test_the_runbook_has_an_entry_for_each_outcome_and_error(name: str) -> None:
    assert heading(name) in RUNBOOK


@pytest.mark.parametrize("spec", OPERATOR_PARAMETERS, ids=lambda spec: spec.name)
def test_the_guide_lists_each_parameter_with_its_default_and_bounds(spec: ParameterSpec) -> None:
    row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{spec.name}` "))
    assert f"| `{spec.default}` |" in row
    for bound in (spec.minimum, spec.maximum):
        assert bound is None or re.search(rf"\b{int(bound)}\b", row)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        linked = (document.parent / path) if path else document
        assert linked.exists(), target
        anchors = {
            re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-")
            for title in re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
        }
        assert not anchor or anchor in anchors, target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_that_are_named_exist(document: Path) -> None:
    targets = set(
        re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = set(re.findall(r"`make ([a-z]+)", document.read_text(encoding="utf-8")))
    assert named <= targets
