"""Mends to JSONata: what an expression sees, and what becomes of its value."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from typing import Any

from ministack.services import stepfunctions as sfn

from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_history import check_payload

_CONTEXT_MEMBERS = ("Execution", "Map", "State", "StateMachine", "Task")
"""The context object (Developer Guide, "Accessing execution data from the Context object")."""
QUERY_ERROR = "States.QueryEvaluationError"


@mend("stepfunctions-jsonata-values", target="ministack.services.stepfunctions._evaluate_jsonata")
def evaluate(original: Any) -> Any:
    """The value of an expression is plain JSON: a whole number is an integer, a list is a list.

    MiniStack keeps the engine's own lists in variables, which fold to their only element when they
    are read again, and shows expressions its own bookkeeping in $states.context.
    """

    def evaluate_expression(
        expression: str,
        raw_input: Any,
        ctx: Mapping[str, Any] | None = None,
        result: Any = None,
        error_output: Any = None,
    ) -> Any:
        seen = _VisibleContext(ctx or {})
        value = original(expression, raw_input, seen, result, error_output)
        try:
            return _plain(value)
        except (TypeError, ValueError) as failure:
            raise sfn._ExecutionError(
                QUERY_ERROR, f"The JSONata expression did not return JSON ({failure}): {expression}"
            ) from failure

    return evaluate_expression


@mend("stepfunctions-assign", target="ministack.services.stepfunctions._apply_state_assign")
def assign(_original: Any) -> Any:
    """All right-hand sides of an Assign see the variables as they were before it.

    MiniStack evaluates them one after the other, so that a second one sees the first one's new value.
    """

    def apply(
        state: Mapping[str, Any],
        raw_input: Any,
        ctx: dict[str, Any] | None,
        result: Any = None,
        error_output: Any = None,
    ) -> None:
        if ctx is None or "Assign" not in state or sfn._state_query_language(state, ctx) != "JSONata":
            return
        assigned = sfn._apply_jsonata_template(
            state["Assign"], raw_input, ctx, result=result, error_output=error_output
        )
        check_payload(json.dumps(assigned), what=f"The state '{ctx['State']['Name']}' assigned variables")
        ctx.setdefault("variables", {}).update(assigned)

    return apply


@mend("stepfunctions-choice", target="ministack.services.stepfunctions._execute_choice")
def choose(original: Any) -> Any:
    """A Choice state's own Output and Assign apply when no rule matched, and conditions must be boolean.

    MiniStack drops that Output and takes any value for a condition.
    """

    def choose_next(
        state: Mapping[str, Any], raw_input: Any, ctx: dict[str, Any] | None = None
    ) -> tuple[Any, str | None]:
        if sfn._state_query_language(state, ctx) != "JSONata":
            outcome: tuple[Any, str | None] = original(state, raw_input, ctx)
            return outcome
        for rule in state["Choices"]:
            if sfn._jsonata_state_field(rule, "Condition", "boolean", raw_input, ctx):
                return _leave(rule, rule["Next"], raw_input, ctx)
        if "Default" not in state:
            raise sfn._ExecutionError("States.NoChoiceMatched", "No rule of the Choice state matched.")
        return _leave(state, state["Default"], raw_input, ctx)

    return choose_next


def _leave(
    rule: Mapping[str, Any], next_state: str, raw_input: Any, ctx: dict[str, Any] | None
) -> tuple[Any, str]:
    output = sfn._apply_jsonata_output(rule, raw_input, ctx, default=raw_input)
    sfn._apply_state_assign(rule, raw_input, ctx)
    return output, next_state


@mend("stepfunctions-jsonata-time", target="jsonata.timebox.Timebox")
def count_own_time(original: Any) -> Any:
    """An expression's second is a second of its own work.

    The engine counts the clock on the wall, so that expressions fail when the machine is busy.
    """

    class Timebox(original):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._began = time.thread_time()

        def check_runaway(self) -> None:
            worked = time.thread_time() - self._began
            self.time = self.current_milli_time() - worked * 1000
            super().check_runaway()

    return Timebox


class _VisibleContext(dict[str, Any]):
    """The context object as expressions see it; the variables beside it are bound one by one."""

    def __init__(self, ctx: Mapping[str, Any]) -> None:
        super().__init__({key: ctx[key] for key in _CONTEXT_MEMBERS if key in ctx})
        self._variables = ctx.get("variables", {})

    def get(self, key: str, default: Any = None) -> Any:
        return self._variables if key == "variables" else super().get(key, default)


def _plain(value: Any) -> Any:
    """The value as JSON has it. Raises TypeError for a function, ValueError for what is no number."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a number of JSON's")
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"{type(value).__name__} is not a JSON type")
