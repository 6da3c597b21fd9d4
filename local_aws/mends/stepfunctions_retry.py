"""Mends to Retry and Catch."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ministack.services import stepfunctions as sfn

from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_lanes import current_lane

TERMINAL_ERROR = "States.Runtime"
"""Never retried nor caught (Developer Guide, "Handling errors in Step Functions workflows")."""
NOT_CAUGHT_BY_WILDCARDS = ("States.DataLimitExceeded", TERMINAL_ERROR)


@mend("stepfunctions-error-matching", target="ministack.services.stepfunctions._error_matches")
def error_matches(_original: Any) -> Any:
    """States.ALL and States.TaskFailed do not match States.DataLimitExceeded; nothing matches States.Runtime.

    MiniStack catches both with States.ALL, so a workflow looks safer than it is.
    """

    def matches(error_equals: Sequence[str], error: str) -> bool:
        if error == TERMINAL_ERROR:
            return False
        if error in error_equals:
            return True
        if error in NOT_CAUGHT_BY_WILDCARDS:
            return False
        return "States.ALL" in error_equals or (
            "States.TaskFailed" in error_equals and error != "States.Timeout"
        )

    return matches


@mend("stepfunctions-retry", target="ministack.services.stepfunctions._with_retry_and_catch")
def with_retry_and_catch(_original: Any) -> Any:
    """Retry delays obey MaxDelaySeconds and JitterStrategy and end at once when the execution is stopped.

    MiniStack ignores both fields and cuts every delay to 60 s, whatever the interval says.
    """

    def run(
        state: Mapping[str, Any],
        raw_input: Any,
        ctx: dict[str, Any],
        attempt: Callable[[], tuple[Any, str | None]],
    ) -> tuple[Any, str | None]:
        entered = ctx["State"]
        counts: dict[int, int] = {}
        while True:
            ctx["State"] = {**entered, "RetryCount": sum(counts.values())}
            try:
                return attempt()
            except sfn._ExecutionError as failure:
                retrier, index = sfn._find_matching_retrier(state.get("Retry", []), failure.error, counts)
                if retrier is None:
                    return _catch(state, raw_input, ctx, failure)
                retried = counts.get(index, 0)
                counts[index] = retried + 1
                current_lane().wait(_delay(retrier, retried))

    return run


def _catch(
    state: Mapping[str, Any], raw_input: Any, ctx: dict[str, Any], failure: Any
) -> tuple[Any, str | None]:
    catcher = sfn._find_matching_catcher(state.get("Catch", []), failure.error)
    if catcher is None:
        raise failure
    language = sfn._state_query_language(state, ctx)
    error_output = {"Error": failure.error, "Cause": failure.cause}
    return sfn._apply_catcher(catcher, raw_input, ctx, language, error_output), catcher["Next"]


def _delay(retrier: Mapping[str, Any], retried: int) -> float:
    """Seconds before the next attempt (Amazon States Language, "Retrying after error")."""
    interval, backoff = retrier.get("IntervalSeconds", 1), retrier.get("BackoffRate", 2.0)
    longest = retrier.get("MaxDelaySeconds", math.inf)
    try:
        delay = float(min(interval * backoff**retried, longest))
    except OverflowError:
        delay = float(longest)
    if retrier.get("JitterStrategy", "NONE") == "FULL":
        return random.uniform(0, delay)  # noqa: S311 - spreads retries, guards nothing
    return delay
