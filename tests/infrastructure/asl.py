"""State machine definitions as data, taken from a template."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jsonata import jsonata

from tests.infrastructure.templates import Json, Template

STATE_MACHINE = "AWS::StepFunctions::StateMachine"


@dataclass(frozen=True)
class Machine:
    """One state machine: the construct's id, its properties and its definition."""

    name: str
    properties: Json
    definition: Json

    @property
    def states(self) -> dict[str, Json]:
        states: dict[str, Json] = self.definition["States"]
        return states

    def of_type(self, kind: str) -> dict[str, Json]:
        return {name: state for name, state in self.states.items() if state["Type"] == kind}

    def expressions(self) -> Iterator[tuple[str, str]]:
        """Each text that stands in a place where Step Functions evaluates it: (state, text)."""
        for name, state in self.states.items():
            for text in texts(state):
                if "{%" in text or "%}" in text:
                    yield name, text

    def next_of(self, name: str) -> set[str]:
        """The states that may follow."""
        state = self.states[name]
        follow = [state.get("Next"), state.get("Default")]
        follow += [rule["Next"] for rule in [*state.get("Choices", []), *state.get("Catch", [])]]
        return {target for target in follow if target}


def texts(value: Any) -> Iterator[str]:
    """Every string inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def machines(template: Template) -> dict[str, Machine]:
    """By the name of the workflow's construct: Training, Deployment, EndedRuns."""
    found = {}
    for logical_id, resource in template.of_type(STATE_MACHINE).items():
        body = resource["Properties"]["DefinitionString"]
        parts = [body] if isinstance(body, str) else body["Fn::Join"][1]
        # A reference stands in for an ARN or a name; any text without quotes does for the parser.
        text = "".join(part if isinstance(part, str) else "<ref>" for part in parts)
        name = re.sub(r"[0-9A-F]{8}$", "", logical_id)
        found[name] = Machine(name, resource["Properties"], json.loads(text))
    return found


def body_of(expression: str) -> str:
    """The JSONata between the delimiters."""
    match = re.fullmatch(r"\{%\s*(.*?)\s*%\}", expression, re.DOTALL)
    assert match, f"not a well-formed expression: {expression!r}"
    return match[1]


def evaluate(expression: str, **variables: Any) -> Any:
    """What an expression yields for these variables (`states` is `$states`); nothing yields None."""
    parsed = jsonata.Jsonata(body_of(expression))
    frame = parsed.create_frame()
    for name, value in variables.items():
        frame.bind(name, value)
    # Step Functions adds these to JSONata; the library does not have them.
    parsed.register_lambda("hash", lambda text, _algorithm: hashlib.sha256(text.encode()).hexdigest())
    parsed.register_lambda("parse", json.loads)
    return parsed.evaluate(None, frame)
