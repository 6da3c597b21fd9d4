"""What CDK does not check of a state machine, checked on the definition that is deployed."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from jsonata import jsonata

from lambdas.ask_model import errors as ask_errors
from lambdas.build_manifest import errors as build_errors
from lambdas.explain_failure import errors as explain_errors
from lambdas.judge_evaluation import errors as judge_errors
from pipeline_stack.workflows import names
from tests.infrastructure.asl import Machine, body_of, machines, texts
from tests.infrastructure.templates import Template

WORKFLOWS = ("Training", "Deployment", "Settings", "EndedRuns")
JSONPATH_FIELDS = {"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "ItemsPath"}
CHANGES_SOMETHING = re.compile(
    r":(createDataset|deleteDataset|createProjectVersion|startProjectVersion|stopProjectVersion"
    r"|deleteProjectVersion|transactWriteItems|putParameter|putRule|enableRule|disableRule"
    r"|startExecution(\.sync:2)?)$"
)
BUILT_IN = {
    "states", "append", "ceil", "contains", "count", "distinct", "each", "error", "exists", "floor",
    "fromMillis", "hash", "join", "keys", "lookup", "lowercase", "match", "merge", "millis", "min", "not",
    "now", "number", "parse", "replace", "round", "sift", "sort", "split", "string", "substring",
    "substringAfter", "substringBefore", "toMillis", "type",
}  # fmt: skip


def is_answered_by_a_person(task: Mapping[str, Any]) -> bool:
    """Whether it ends when somebody returns its token."""
    return str(task["Resource"]).endswith(".waitForTaskToken")


@pytest.fixture(params=WORKFLOWS)
def machine(request: pytest.FixtureRequest, template: Template) -> Machine:
    found = machines(template)
    matching = [machine for name, machine in found.items() if name.startswith(request.param)]
    assert len(matching) == 1, f"{request.param} among {sorted(found)}"
    return matching[0]


def test_machines_speak_jsonata_and_nothing_of_jsonpath(machine: Machine) -> None:
    assert machine.definition["QueryLanguage"] == "JSONata"
    for name, state in machine.states.items():
        assert not JSONPATH_FIELDS & state.keys(), name
        for catch in state.get("Catch", []):
            assert not JSONPATH_FIELDS & catch.keys(), name
        assert not [text for text in texts(state) if text.startswith("$.")], name


def test_every_expression_is_well_formed_and_parses(machine: Machine) -> None:
    for name, text in machine.expressions():
        try:
            jsonata.Jsonata(body_of(text))
        except jsonata.jexception.JException as error:  # pragma: no cover
            pytest.fail(f"{name}: {error} in {text}")


def test_every_variable_that_is_read_is_assigned_somewhere(machine: Machine) -> None:
    assigned = set()
    for state in machine.states.values():
        for part in [state, *state.get("Catch", []), *state.get("Choices", [])]:
            assigned |= part.get("Assign", {}).keys()
    for name, text in machine.expressions():
        body = re.sub(r"/(?:[^/\\\n]|\\.)+/i?", "", re.sub(r"'[^']*'", "''", text))
        local = set(re.findall(r"\$(\w+)\s*:=", body))
        for parameters in re.findall(r"function\(([^)]*)\)", body):
            local |= set(re.findall(r"\$(\w+)", parameters))
        read = set(re.findall(r"\$(\w+)", body)) - local - BUILT_IN
        assert read <= assigned, f"{name} reads {read - assigned}, which no state assigns"


def test_every_task_has_a_timeout_retries_and_a_way_out(machine: Machine) -> None:
    for name, task in machine.of_type("Task").items():
        assert task["TimeoutSeconds"] > 0, name
        assert task["Retry"], name
        assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


def test_no_retry_repeats_what_another_attempt_cannot_cure(machine: Machine) -> None:
    for name, task in machine.of_type("Task").items():
        never, patient = task["Retry"]
        assert never["MaxAttempts"] == 0, name
        assert any(error.endswith(".AccessDeniedException") for error in never["ErrorEquals"]), name
        assert patient["ErrorEquals"] == ["States.TaskFailed", "States.Timeout"], name
        # A person who did not answer in time is asked once.
        assert ("States.Timeout" in never["ErrorEquals"]) == is_answered_by_a_person(task), name
        assert patient["JitterStrategy"] == "FULL", name


def test_every_choice_has_a_default(machine: Machine) -> None:
    for name, choice in machine.of_type("Choice").items():
        assert choice["Default"], name


def test_state_names_fit_the_console(machine: Machine) -> None:
    for name in machine.states:
        assert len(name) <= 80
        assert "--" not in name, f"{name}: CDK writes a slash in an id as --"
    for name in machine.of_type("Choice"):
        assert name.endswith("?"), f"{name} asks nothing"


def test_every_state_can_be_reached(machine: Machine) -> None:
    seen: set[str] = set()
    todo = [machine.definition["StartAt"]]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += machine.next_of(name)
    assert seen == machine.states.keys()


def test_every_loop_waits_or_is_known_to_end(machine: Machine) -> None:
    """A loop without a Wait would burn through the 25,000 events of a history within minutes."""
    ends_by_itself = {
        "List more hosted models",  # one turn a page
        "List more models that take a slot",
        "List more kept models",
        "List more trained versions",
        "Read more records of versions",
        "Delete an old version",  # one turn a version
        "List more of the account's projects",
        "List the models of a project",  # one turn a project
        "List more models of a project",
        "Find more rejected models",
        "Look for another change",  # one turn a version of the parameter
        "Take the settings lock",
        "Take the settings lock over",
        "Take the training lock",  # again only if the holder released it in between
        "Take the deployment lock",
        "Take the training lock over",  # again only if another run took it first
        "Take the deployment lock over",
        "Measure the pictures",  # three times at most
        "Ask the live model",  # eight times at most, each of many minutes
        "Draw a sample for the smoke test",  # once
        "Turn to the former model",  # once: the pointer names it then
    }
    for_a_person = {name for name, task in machine.of_type("Task").items() if is_answered_by_a_person(task)}
    stops = {*machine.of_type("Wait"), *for_a_person, *ends_by_itself}

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"a loop without a Wait: {' -> '.join([*path, name])}"
        if name in clean or name in stops:
            return
        for follower in sorted(machine.next_of(name)):
            visit(follower, (*path, name))
        clean.add(name)

    clean: set[str] = set()
    for start in machine.states:
        for follower in sorted(machine.next_of(start)):
            visit(follower, (start,) if start not in stops else ())


def test_a_redriven_execution_refuses_every_change(machine: Machine) -> None:
    for name, task in machine.of_type("Task").items():
        # That a run was told of stays true.
        if CHANGES_SOMETHING.search(task["Resource"]) and not name.startswith("Remember that it was "):
            assert any("RedriveCount > 0" in text for text in texts(task["Arguments"])), name
    guarded = {"Write the manifests", "Forget the unfinished version", "Forget what was unfinished"}
    guarded |= {"Remember what is in force"}
    guarded |= {name for name in machine.of_type("Task") if name.startswith("Take the ")}
    for name in guarded & machine.states.keys():
        assert any("RedriveCount > 0" in text for text in texts(machine.states[name]["Arguments"])), name


def test_the_machine_outlives_what_it_waits_for(template: Template) -> None:
    found = machines(template)
    training = next(m for name, m in found.items() if name.startswith("Training"))
    deployment = next(m for name, m in found.items() if name.startswith("Deployment"))
    nested = [t for t in training.of_type("Task").values() if "startExecution" in t["Resource"]]
    assert len(nested) == 2
    for task in nested:
        assert task["TimeoutSeconds"] > deployment.definition["TimeoutSeconds"]
    (person,) = filter(is_answered_by_a_person, training.of_type("Task").values())
    training_wait = 25 * 3600 + person["TimeoutSeconds"]
    assert training.definition["TimeoutSeconds"] > training_wait + sum(t["TimeoutSeconds"] for t in nested)


def test_a_day_of_waiting_stays_below_half_of_an_executions_history(template: Template) -> None:
    """Wait 2 events, SDK Task 5, Choice 2 (facts of the Step Functions quotas: 25,000 events)."""
    training = next(m for name, m in machines(template).items() if name.startswith("Training"))
    turn = training.states["Wait for training"]["Seconds"]
    assert 25 * 3600 / turn * 9 < 25_000 / 2


def test_every_page_of_versions_stays_far_below_the_state_limit(machine: Machine) -> None:
    for name, task in machine.of_type("Task").items():
        if task["Resource"].endswith(":describeProjectVersions"):
            arguments = task["Arguments"]
            assert arguments.get("MaxResults", 1) <= 25 or "VersionNames" in arguments, name
        if task["Resource"].endswith(":getParameters"):
            assert len(task["Arguments"]["Names"]) <= 10, name


def test_an_invocation_is_awaited_for_longer_than_the_function_may_take(template: Template) -> None:
    training = next(m for name, m in machines(template).items() if name.startswith("Training"))
    for state, construct in {
        "Measure the pictures": "ManifestBuilder",
        "Write the manifests": "ManifestBuilder",
        "Draw the sample": "EvaluationJudge",
        "Ask the live model": "ModelAsker",
        "Judge the version": "EvaluationJudge",
        "Find out what is wrong": "FailureExplainer",
    }.items():
        (function,) = (
            item["Properties"]
            for name, item in template.of_type("AWS::Lambda::Function").items()
            if name.startswith(construct)
        )
        assert training.states[state]["TimeoutSeconds"] > function["Timeout"], state


def test_the_functions_errors_are_known_to_the_workflow() -> None:
    raised = {
        name
        for module in (ask_errors, build_errors, judge_errors, explain_errors)
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Exception) and value.__subclasses__() == []
    }
    assert raised == {*names.PERMANENT_FUNCTION_ERRORS, "StorageUnavailable"}
