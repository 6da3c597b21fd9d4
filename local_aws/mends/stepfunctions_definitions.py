"""What is wrong with a state machine's definition, as CreateStateMachine would say.

The rules are those of the Amazon States Language specification; JSONata's own are from the
Developer Guide, "Transforming data with JSONata" and "Passing data between states with variables".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

STATE_TYPES = ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")
_WITH_NEXT = ("Map", "Parallel", "Pass", "Task", "Wait")
_NAME_LENGTH = 80
_JSONPATH_FIELDS = ("InputPath", "ItemsPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector")
_JSONATA_FIELDS = ("Arguments", "Items", "Output")
_LANGUAGES = ("JSONPath", "JSONata")


def problems(text: str) -> list[str]:
    """Everything wrong with the definition, each with the place; nothing when it can be created."""
    try:
        definition = json.loads(text)
    except json.JSONDecodeError as problem:
        return [f"INVALID_JSON_DESCRIPTION: {problem}"]
    if not isinstance(definition, dict):
        return ["SCHEMA_VALIDATION_FAILED: The definition must be an object at /"]
    language = definition.get("QueryLanguage", "JSONPath")
    names: list[str] = []
    found = list(_machine(definition, "", language=language, names=names, outer=frozenset()))
    repeated = sorted({name for name in names if names.count(name) > 1})
    return found + [f"DUPLICATE_STATE_NAME: Duplicate state name: {name}" for name in repeated]


def _machine(
    machine: Mapping[str, Any], path: str, *, language: str, names: list[str], outer: frozenset[str]
) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield _schema("States must be an object with at least one state", path)
        return
    if language not in _LANGUAGES:
        yield _schema(f"QueryLanguage is {language!r}; it must be one of {', '.join(_LANGUAGES)}", path)
    if machine.get("StartAt") not in states:
        yield _missing(machine.get("StartAt"), f"{path}/StartAt")
    assigned = frozenset(name for state in states.values() for name in _assigned(state))
    for clash in sorted(assigned & outer):
        yield _schema(f"The variable {clash!r} is already assigned in an outer scope", path)
    for name, state in states.items():
        names.append(name)
        where = f"{path}/States/{name}"
        yield from _state(name, state, where, states=states, language=language)
        for inner_path, inner in _inner_machines(state):
            own_language = state.get("QueryLanguage", language)
            yield from _machine(
                inner, where + inner_path, language=own_language, names=names, outer=outer | assigned
            )
    for name in sorted(set(states) - _reachable(machine.get("StartAt"), states)):
        yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {path}/States/{name}'


def _state(name: str, state: Any, path: str, *, states: Mapping[str, Any], language: str) -> Iterator[str]:
    if not isinstance(state, dict) or state.get("Type") not in STATE_TYPES:
        kind = state.get("Type") if isinstance(state, dict) else state
        yield _schema(f"Type is {kind!r}; it must be one of {', '.join(STATE_TYPES)}", f"{path}/Type")
        return
    if len(name) > _NAME_LENGTH:
        yield _schema(f"A state's name may have {_NAME_LENGTH} characters, not {len(name)}", path)
    yield from _way_out(state, path)
    for target in _targets(state):
        if target not in states:
            yield _missing(target, path)
    yield from _required(state, path)
    yield from _handlers(state, path)
    own_language = state.get("QueryLanguage", language)
    for field in _JSONPATH_FIELDS if own_language == "JSONata" else _JSONATA_FIELDS:
        if field in state:
            yield _schema(f"A {own_language} state has no field {field}", path)


def _way_out(state: Mapping[str, Any], path: str) -> Iterator[str]:
    has_next, has_end = "Next" in state, state.get("End") is True
    if state["Type"] in _WITH_NEXT and has_next == has_end:
        yield _schema(f"A {state['Type']} state must have either Next or End", path)
    if state["Type"] not in _WITH_NEXT and (has_next or "End" in state):
        yield _schema(f"A {state['Type']} state has neither Next nor End", path)


def _required(state: Mapping[str, Any], path: str) -> Iterator[str]:
    match state["Type"]:
        case "Task" if not isinstance(state.get("Resource"), str):
            yield _schema("A Task state must have a Resource", path)
        case "Choice" if not state.get("Choices"):
            yield _schema("A Choice state must have Choices", path)
        case "Choice" if any("Next" not in rule for rule in state["Choices"]):
            yield _schema("Every rule of a Choice state must have Next", path)
        case "Parallel" if not state.get("Branches"):
            yield _schema("A Parallel state must have Branches", path)
        case "Map" if "ItemProcessor" not in state and "Iterator" not in state:
            yield _schema("A Map state must have an ItemProcessor", path)
        case "Wait" if len([field for field in state if field.startswith(("Seconds", "Timestamp"))]) != 1:
            yield _schema("A Wait state must have one of Seconds and Timestamp", path)


def _handlers(state: Mapping[str, Any], path: str) -> Iterator[str]:
    for field in ("Retry", "Catch"):
        handlers = state.get(field, [])
        for index, handler in enumerate(handlers):
            errors, where = handler.get("ErrorEquals"), f"{path}/{field}[{index}]"
            if not errors:
                yield _schema("ErrorEquals must name at least one error", where)
            elif "States.ALL" in errors and (len(errors) > 1 or index < len(handlers) - 1):
                yield _schema("States.ALL must be alone, and last", where)
            if field == "Catch" and "Next" not in handler:
                yield _schema("A catcher must have Next", where)


def _targets(state: Mapping[str, Any]) -> list[Any]:
    rules = [*state.get("Choices", []), *state.get("Catch", [])]
    targets = [state.get("Next"), state.get("Default"), *(rule.get("Next") for rule in rules)]
    return [target for target in targets if target is not None]


def _reachable(start: Any, states: Mapping[str, Any]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in states and name not in reached and isinstance(states[name], dict):
            reached.add(name)
            waiting += _targets(states[name])
    return reached


def _inner_machines(state: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(state, dict):
        return
    for index, branch in enumerate(state.get("Branches", [])):
        yield f"/Branches[{index}]", branch
    for field in ("ItemProcessor", "Iterator"):
        if isinstance(state.get(field), dict):
            yield f"/{field}", state[field]


def _assigned(state: Any) -> Iterator[str]:
    if not isinstance(state, dict):
        return
    for holder in [state, *state.get("Choices", []), *state.get("Catch", [])]:
        yield from holder.get("Assign", {})


def _schema(problem: str, path: str) -> str:
    return f"SCHEMA_VALIDATION_FAILED: {problem} at {path or '/'}"


def _missing(target: Any, path: str) -> str:
    return f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {path}"
