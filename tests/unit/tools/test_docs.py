"""The documents say what is true of the code."""

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lambdas.ask_model import errors as ask_errors
from lambdas.build_manifest import errors as build_errors
from lambdas.explain_failure import errors as explain_errors
from lambdas.judge_evaluation import errors as judge_errors
from lambdas.measure_pipeline import errors as measure_errors
from lambdas.record_outcome import errors as record_errors
from pipeline_stack.alarms import Kind
from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS, ParameterSpec
from pipeline_stack.settings import EnvironmentSettings
from pipeline_stack.training_options import TrainingOptions
from pipeline_stack.workflows import approval_event, names, outcome_event, publishing
from tests.event_schema import violations
from tools.cdk_cli import REPOSITORY

DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
RUNBOOK = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8")
GUIDE = (REPOSITORY / "docs" / "operator-guide.md").read_text(encoding="utf-8")
BASES = {"AskModelError", "BuildManifestError", "ExplainFailureError", "JudgeEvaluationError"}

OUTCOMES = sorted(
    {
        outcome
        for path in (REPOSITORY / "pipeline_stack" / "workflows").glob("*.py")
        for outcome in re.findall(r'outcome="([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
)
ERRORS = sorted(
    {value for value in vars(names).values() if isinstance(value, str) and re.fullmatch(r"[A-Z]\w+", value)}
    | {
        name
        for module in (ask_errors, build_errors, explain_errors, judge_errors)
        for name in vars(module)
        if name[0].isupper()
    }
    - BASES
)


def heading(text: str) -> str:
    return f"\n### {text}\n"


def test_the_outcomes_and_errors_of_the_code_were_found() -> None:
    assert {"deployed", "rejected", "busy", "reconciled"} <= set(OUTCOMES)
    assert {"TrainingFailed", "StorageDenied", "RequestInvalid"} <= set(ERRORS)


@pytest.mark.parametrize("name", [*OUTCOMES, *ERRORS])
def test_the_runbook_has_an_entry_for_each_outcome_and_error(name: str) -> None:
    assert heading(name) in RUNBOOK


@pytest.mark.parametrize("kind", Kind)
def test_the_runbook_says_of_each_alarm_how_to_look_and_what_to_do(kind: Kind) -> None:
    alarms = RUNBOOK.partition("\n## Alarms\n")[2].partition("\n## ")[0]
    entry = alarms.partition(heading(kind))[2].partition("\n### ")[0]
    assert entry.strip()
    assert "\n- *Look*: " in entry
    assert "\n- *Do*: " in entry


def test_no_name_has_two_entries_so_that_a_link_leads_to_one() -> None:
    headings = [title.lower() for title in re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE)]
    assert [title for title in headings if headings.count(title) > 1] == []


@pytest.mark.parametrize("module", [record_errors, measure_errors])
def test_the_runbook_names_the_errors_of_the_functions_that_look_on(module: ModuleType) -> None:
    raised = [
        name for name, value in vars(module).items() if name[0].isupper() and not value.__subclasses__()
    ]
    entry = RUNBOOK.partition(heading(Kind.FUNCTION_FAILED))[2].partition("\n### ")[0]
    assert raised
    assert [name for name in raised if f"`{name}`" not in entry] == []


@pytest.mark.parametrize("spec", OPERATOR_PARAMETERS, ids=lambda spec: spec.name)
def test_the_guide_lists_each_parameter_with_its_default_and_bounds(spec: ParameterSpec) -> None:
    row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{spec.name}` "))
    assert f"| `{spec.default}` |" in row
    for bound in (spec.minimum, spec.maximum):
        assert bound is None or re.search(rf"\b{int(bound)}\b", row)


@pytest.mark.parametrize("setting", list(EnvironmentSettings.model_fields))
def test_the_page_of_the_settings_has_each_of_them(setting: str) -> None:
    text = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    table = text.partition("\n## All of them\n")[2].partition("\n## ")[0]
    assert f"`{setting}`" in table


@pytest.mark.parametrize("setting", list(TrainingOptions.__annotations__))
def test_each_training_option_is_explained_with_what_a_change_does(setting: str) -> None:
    text = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    section = next(
        part for part in text.split("\n## ") if part.startswith(setting.removesuffix("_bucket_key"))
    )
    assert f"`{setting}`" in section or section.startswith(setting)
    assert re.search(r"[Cc]hang", section)
    assert re.search(r"[Gg]rants", section)


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
        re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = set(re.findall(r"`make ([a-z-]+)", document.read_text(encoding="utf-8")))
    assert named <= targets


def example_event(detail_type: str = "Training Outcome") -> dict[str, Any]:
    """The event of this type that docs/events.md shows."""
    text = (REPOSITORY / "docs" / "events.md").read_text(encoding="utf-8")
    examples = [json.loads(example) for example in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    (event,) = (example for example in examples if example.get("detail-type") == detail_type)
    found: dict[str, Any] = event
    return found


@pytest.mark.parametrize("detail_type", ["Training Outcome", approval_event.APPROVAL_REQUESTED])
def test_the_example_events_are_such_and_name_what_the_workflows_publish(detail_type: str) -> None:
    event = example_event(detail_type)
    assert violations(event) == []
    assert event["source"] == publishing.SOURCE
    assert event["detail"]["schema_version"] == publishing.SCHEMA_VERSION
    text = (REPOSITORY / "docs" / "events.md").read_text(encoding="utf-8")
    assert [name for name in outcome_event.DETAIL_TYPES if f"`{name}`" not in text] == []
    assert [name for name in event["detail"] if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("schema_version", 2),
        ("workflow", "EndedRuns"),
        ("outcome", "Not so good"),
        ("execution", "set-1"),
        ("at", "yesterday"),
        ("started_by", "chance"),
        ("subject", "x" * 100),
        ("message", "x" * 8001),
        ("report", {"f1": 1.1}),
        ("report", {"billed_training_seconds": "many"}),
        ("error", {"name": "TrainingFailed"}),
    ],
)
def test_the_schema_refuses_what_is_no_outcome(field: str, wrong: Any) -> None:
    event = example_event()
    event["detail"][field] = wrong
    assert violations(event)


@pytest.mark.parametrize("field", ["schema_version", "pipeline", "workflow", "outcome", "execution", "at"])
def test_the_schema_demands_what_subscribers_rely_on(field: str) -> None:
    event = example_event()
    del event["detail"][field]
    assert violations(event)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("schema_version", 2),
        ("workflow", "Deployment"),
        ("execution", "set-1"),
        ("at", "yesterday"),
        ("subject", "x" * 100),
        ("message", "x" * 8001),
        ("version", ""),
        ("answer_by", "in a week"),
    ],
)
def test_the_schema_refuses_what_is_no_question(field: str, wrong: Any) -> None:
    event = example_event(approval_event.APPROVAL_REQUESTED)
    event["detail"][field] = wrong
    assert violations(event)


@pytest.mark.parametrize("field", ["schema_version", "pipeline", "execution", "at", "version", "answer_by"])
def test_the_schema_demands_what_subscribers_of_questions_rely_on(field: str) -> None:
    event = example_event(approval_event.APPROVAL_REQUESTED)
    del event["detail"][field]
    assert violations(event)


def test_no_document_says_that_a_plain_deployment_mends_what_was_changed_by_hand() -> None:
    """CloudFormation compares with the template before, and the CDK says that there are no changes."""
    for document in DOCUMENTS:
        text = " ".join(document.read_text(encoding="utf-8").split())
        assert not re.search(r"deploy(ing)? the stack\b(?! with)", text, re.IGNORECASE), document.name
