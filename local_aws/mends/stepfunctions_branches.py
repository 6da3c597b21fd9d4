"""Mends to Parallel and Map states."""

from __future__ import annotations

import contextvars
import copy
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ministack.services import stepfunctions as sfn

from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_history import check_payload
from local_aws.mends.stepfunctions_lanes import (
    ExecutionEndedError,
    Lane,
    LaneCancelledError,
    current_lane,
    enter_lane,
)

MAP_CONCURRENCY = 40
"""Iterations of an inline Map at once (Developer Guide, "Using Map state in Inline mode")."""


@mend("stepfunctions-parallel", target="ministack.services.stepfunctions._run_parallel_branches")
def run_parallel(_original: Any) -> Any:
    """A Parallel state has Arguments, Output and Assign; its branches have variables of their own, and
    the first that fails stops the others.

    MiniStack drops all three fields, lets branches write each other's variables, and waits for all.
    """

    def run(
        state: Mapping[str, Any], raw_input: Any, execution: dict[str, Any], ctx: dict[str, Any]
    ) -> tuple[Any, str | None]:
        jsonata = sfn._state_query_language(state, ctx) == "JSONata"
        if jsonata:
            given = sfn._apply_jsonata_arguments(state, raw_input, ctx)
        else:
            given = sfn._apply_parameters(state, sfn._apply_input_path(state, raw_input, ctx), ctx)

        def job(branch: Mapping[str, Any]) -> Callable[[], Any]:
            return lambda: sfn._run_sub_machine(
                branch["States"], branch["StartAt"], copy.deepcopy(given), execution, copy.deepcopy(ctx)
            )

        lane = current_lane()
        lane.record("ParallelStateStarted")
        try:
            results = _run_all(
                lane, [job(branch) for branch in state["Branches"]], at_once=len(state["Branches"])
            )
        except sfn._ExecutionError:
            lane.record("ParallelStateFailed")
            raise
        lane.record("ParallelStateSucceeded")
        return _outcome(state, raw_input, ctx, results)

    return run


@mend("stepfunctions-map", target="ministack.services.stepfunctions._run_map_items")
def run_map(original: Any) -> Any:
    """An inline Map runs at most 40 iterations at once and the first that fails stops the others.

    MiniStack starts a thread for each item and runs all of them to their end.
    """

    def run(
        state: Mapping[str, Any], raw_input: Any, execution: dict[str, Any], ctx: dict[str, Any]
    ) -> tuple[Any, str | None]:
        processor = state.get("ItemProcessor") or state.get("Iterator") or {}
        if processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            outcome: tuple[Any, str | None] = original(state, raw_input, execution, ctx)
            return outcome
        effective = sfn._apply_input_path(state, raw_input, ctx)
        items = _items(state, raw_input, effective, ctx)
        name, lane = ctx["State"]["Name"], current_lane()

        def job(index: int, item: Any) -> Callable[[], Any]:
            inner = copy.deepcopy(ctx)
            inner["Map"] = {"Item": {"Index": index, "Value": item}}

            def iterate() -> Any:
                item_input = _item_input(state, raw_input, effective, inner)
                return sfn._run_sub_machine(
                    processor["States"], processor["StartAt"], item_input, execution, inner
                )

            return lambda: _observed_iteration(name, index, iterate)

        lane.record("MapStateStarted", "mapStateStartedEventDetails", length=len(items))
        try:
            results = _run_all(
                lane,
                [job(index, item) for index, item in enumerate(items)],
                at_once=min(_max_concurrency(state, raw_input, ctx) or MAP_CONCURRENCY, MAP_CONCURRENCY),
            )
        except sfn._ExecutionError:
            lane.record("MapStateFailed")
            raise
        lane.record("MapStateSucceeded")
        return _outcome(state, raw_input, ctx, results)

    return run


def _items(state: Mapping[str, Any], raw_input: Any, effective: Any, ctx: dict[str, Any]) -> list[Any]:
    if sfn._state_query_language(state, ctx) == "JSONata":
        if "Items" not in state and isinstance(raw_input, list):
            return raw_input
        items = sfn._jsonata_state_field(
            {"Items": "{% $states.input %}", **state}, "Items", "array", raw_input, ctx
        )
    else:
        items = sfn._resolve_path_or_ctx(state.get("ItemsPath", "$"), effective, ctx)
    if not isinstance(items, list):
        raise sfn._ExecutionError(
            "States.Runtime", f"The items of a Map state must be an array, not {items}."
        )
    return items


def _item_input(state: Mapping[str, Any], raw_input: Any, effective: Any, inner: dict[str, Any]) -> Any:
    selector = state.get("ItemSelector") or state.get("Parameters")
    if not selector:
        return inner["Map"]["Item"]["Value"]
    if sfn._state_query_language(state, inner) == "JSONata":
        return sfn._apply_jsonata_template(selector, raw_input, inner)
    return sfn._resolve_params_obj(selector, effective, inner)


def _max_concurrency(state: Mapping[str, Any], raw_input: Any, ctx: dict[str, Any]) -> int:
    if "MaxConcurrency" not in state:
        return 0
    if sfn._state_query_language(state, ctx) == "JSONata":
        return int(sfn._jsonata_state_field(state, "MaxConcurrency", "number", raw_input, ctx))
    return int(state["MaxConcurrency"])


def _observed_iteration(name: str, index: int, iterate: Callable[[], Any]) -> Any:
    lane, which = current_lane(), {"name": name, "index": index}
    lane.record("MapIterationStarted", "mapIterationStartedEventDetails", **which)
    try:
        output = iterate()
    except sfn._ExecutionError:
        lane.record("MapIterationFailed", "mapIterationFailedEventDetails", **which)
        raise
    lane.record("MapIterationSucceeded", "mapIterationSucceededEventDetails", **which)
    return output


def _outcome(
    state: Mapping[str, Any], raw_input: Any, ctx: dict[str, Any], results: list[Any]
) -> tuple[Any, str | None]:
    check_payload(json.dumps(results), what=f"The state '{ctx['State']['Name']}' returned a result")
    if sfn._state_query_language(state, ctx) == "JSONata":
        output = sfn._apply_jsonata_output(state, raw_input, ctx, result=results, default=results)
        sfn._apply_state_assign(state, raw_input, ctx, result=results)
    else:
        output = sfn._apply_result_path(state, raw_input, sfn._apply_result_selector(state, results))
        output = sfn._apply_output_path(state, output, ctx)
    return output, sfn._next_or_end(state)


def _run_all(parent: Lane, jobs: Sequence[Callable[[], Any]], *, at_once: int) -> list[Any]:
    """Run the jobs, each on a lane of its own, and return their results in order.

    The first failure cancels the rest and is raised, once all have ended.
    """
    results: list[Any] = [None] * len(jobs)
    lanes = [parent.fork() for _ in jobs]
    failures: list[BaseException] = []
    waiting = iter(range(len(jobs)))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                index = next(waiting, None)
            if index is None or failures:
                return
            enter_lane(lanes[index])
            try:
                results[index] = jobs[index]()
            except BaseException as failure:
                failures.append(failure)
                for lane in lanes:
                    lane.cancel()

    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
        for _ in range(min(at_once, len(jobs)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    parent.join(lanes)
    _raise_worst(failures)
    return results


def _raise_worst(failures: Sequence[BaseException]) -> None:
    """The end of the execution goes before the failure of a branch; that others were cancelled is nothing."""
    real = [failure for failure in failures if not isinstance(failure, LaneCancelledError)]
    ends = [failure for failure in real if isinstance(failure, ExecutionEndedError)]
    for failure in [*ends, *real]:
        raise failure
