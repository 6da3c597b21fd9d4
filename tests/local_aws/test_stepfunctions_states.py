"""How executions walk through their states. Needs stepfunctions-walk, -parallel, -map and -waits."""

from __future__ import annotations

import time
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.stepfunctions_lab import Lab, task

PASS = {"Type": "Pass", "End": True}
FAIL = {"Type": "Fail", "Error": "Sorry", "Cause": "c"}
LONG_WAIT = {"Type": "Wait", "Seconds": 1_000_000, "End": True}


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


def branch(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


@pytest.mark.mend("stepfunctions-walk")
def test_gives_a_succeed_state_its_output(lab: Lab) -> None:
    done = {"Type": "Succeed", "Output": {"n": "{% $states.input.n + 1 %}"}}

    assert lab.output({"Done": done}, {"n": 1}) == {"n": 2}


@pytest.mark.mend("stepfunctions-parallel")
def test_gives_a_parallel_state_arguments_output_and_assign(lab: Lab) -> None:
    states = {
        "Both": {
            "Type": "Parallel",
            "Arguments": {"n": "{% $states.input.n * 2 %}"},
            "Branches": [
                branch(A={**PASS, "Output": "{% $states.input.n %}"}),
                branch(B={"Type": "Succeed", "Output": "{% $states.input.n + 1 %}"}),
            ],
            "Assign": {"sum": "{% $sum($states.result) %}"},
            "Output": "{% $reverse($states.result) %}",
            "Next": "Tell",
        },
        "Tell": {**PASS, "Output": {"sum": "{% $sum %}", "given": "{% $states.input %}"}},
    }

    assert lab.output(states, {"n": 2}) == {"sum": 9, "given": [5, 4]}


def test_gives_each_branch_variables_of_its_own(lab: Lab) -> None:
    def counts(add: int) -> dict[str, Any]:
        first = {"Type": "Pass", "Assign": {f"mine{add}": f"{{% $outer + {add} %}}"}, "Next": f"Get{add}"}
        return branch(**{f"Set{add}": first, f"Get{add}": {**PASS, "Output": f"{{% $mine{add} %}}"}})

    states = {
        "Set": {"Type": "Pass", "Assign": {"outer": 10}, "Next": "Both"},
        "Both": {"Type": "Parallel", "Branches": [counts(1), counts(2)], "Next": "Tell"},
        "Tell": {**PASS, "Output": {"inner": "{% $states.input %}", "seen": "{% $exists($mine1) %}"}},
    }

    assert lab.output(states) == {"inner": [11, 12], "seen": False}


def test_stops_the_other_branches_when_one_fails(lab: Lab) -> None:
    catch = [{"ErrorEquals": ["Sorry"], "Output": "{% $states.errorOutput %}", "Next": "Told"}]
    both = {
        "Type": "Parallel",
        "Branches": [branch(A=FAIL), branch(B=LONG_WAIT)],
        "Catch": catch,
        "End": True,
    }
    started = time.monotonic()

    got = lab.output({"Both": both, "Told": {"Type": "Succeed"}})

    assert got == {"Error": "Sorry", "Cause": "c"}
    assert time.monotonic() - started < 30


@pytest.mark.mend("stepfunctions-map")
def test_stops_the_other_iterations_when_one_fails(lab: Lab) -> None:
    choose = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input = 3 %}", "Next": "Fails"}],
        "Default": "Waits",
    }
    each = {
        "Type": "Map",
        "Items": "{% [1..5] %}",
        "ItemProcessor": branch(Which=choose, Fails=FAIL, Waits=LONG_WAIT),
        "End": True,
    }

    ended = lab.run({"Each": each})

    assert (ended["status"], ended["error"]) == ("FAILED", "Sorry")


def test_maps_items_in_order_with_selector_output_and_assign(lab: Lab) -> None:
    each = {
        "Type": "Map",
        "Items": "{% $states.input.items %}",
        "ItemSelector": {
            "i": "{% $states.context.Map.Item.Index %}",
            "v": "{% $states.context.Map.Item.Value %}",
        },
        "ItemProcessor": branch(One={**PASS, "Output": "{% $states.input.i * 10 + $states.input.v %}"}),
        "MaxConcurrency": 2,
        "Assign": {"all": "{% $states.result %}"},
        "Output": "{% $sum($states.result) %}",
        "Next": "Tell",
    }

    states = {"Each": each, "Tell": {**PASS, "Output": {"sum": "{% $states.input %}", "all": "{% $all %}"}}}
    assert lab.output(states, {"items": [1, 2, 3]}) == {"sum": 36, "all": [1, 12, 23]}


def test_refuses_items_that_are_no_list(lab: Lab) -> None:
    each = {"Type": "Map", "Items": "{% 1 %}", "ItemProcessor": branch(One=PASS), "End": True}

    assert lab.run({"Each": each})["error"] == "States.QueryEvaluationError"


def test_runs_jsonpath_states_too(lab: Lab) -> None:
    states = {
        "Both": {
            "Type": "Parallel",
            "Branches": [branch(A=PASS), branch(B={**PASS, "Result": 2})],
            "ResultPath": "$.both",
            "Next": "Each",
        },
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.both",
            "ItemProcessor": branch(One=PASS),
            "End": True,
        },
    }

    assert lab.output(states, {"n": 1}, language="JSONPath") == [{"n": 1}, 2]


def test_writes_events_for_states_at_every_depth(lab: Lab) -> None:
    inner = branch(First={"Type": "Pass", "Next": "Second"}, Second=PASS)
    each = {"Type": "Map", "Items": [1, 2, 3], "ItemProcessor": inner, "Next": "Done"}
    execution = lab.start(lab.machine({"Each": each, "Done": {"Type": "Succeed"}}))
    lab.end(execution)

    events = lab.history(execution)

    entered = [
        event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event
    ]
    assert sorted(entered) == ["Done", "Each", *["First"] * 3, *["Second"] * 3]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["previousEventId"] < event["id"] for event in events)
    kinds = [event["type"] for event in events]
    assert kinds.count("MapIterationSucceeded") == 3
    assert kinds[-1] == "ExecutionSucceeded"


def test_writes_events_of_a_task_with_its_arguments_and_result(lab: Lab) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    machine = lab.machine({"Call": task("aws-sdk:ssm:getParameter", {"Name": "/no/such"}, Retry=retry)})
    execution = lab.start(machine)
    lab.end(execution)

    events = lab.history(execution)

    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "TaskStateEntered",
        *["TaskScheduled", "TaskStarted", "TaskFailed"] * 2,
        "ExecutionFailed",
    ]
    scheduled = events[2]["taskScheduledEventDetails"]
    assert (scheduled["resourceType"], scheduled["resource"]) == ("aws-sdk:ssm", "getParameter")
    assert scheduled["parameters"] == '{"Name": "/no/such"}'


@pytest.mark.mend("stepfunctions-waits")
def test_scales_waits_and_counts_them_in_full_against_the_machine_s_time(lab: Lab) -> None:
    def waits(seconds: int) -> dict[str, Any]:
        return {"Wait": {"Type": "Wait", "Seconds": seconds, "End": True}}

    started = time.monotonic()
    assert lab.run(waits(300), TimeoutSeconds=400)["status"] == "SUCCEEDED"
    assert lab.run(waits(500), TimeoutSeconds=400)["status"] == "TIMED_OUT"
    assert time.monotonic() - started < 30


def test_waits_until_a_moment(lab: Lab) -> None:
    past = {"Type": "Wait", "Timestamp": "2020-01-01T00:00:00Z", "Next": "Soon"}
    soon = {"Type": "Wait", "Timestamp": "{% $fromMillis($millis() + 3600000) %}", "End": True}

    assert lab.run({"Past": past, "Soon": soon})["status"] == "SUCCEEDED"


def test_times_a_machine_out_whatever_it_catches(lab: Lab) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Told"}]
    both = {"Type": "Parallel", "Branches": [branch(B=LONG_WAIT)], "Catch": catch, "End": True}
    execution = lab.start(lab.machine({"Both": both, "Told": {"Type": "Succeed"}}, TimeoutSeconds=60))

    assert lab.end(execution)["status"] == "TIMED_OUT"
    assert lab.history(execution)[-1]["type"] == "ExecutionTimedOut"


def test_fails_an_execution_whose_history_is_full(lab: Lab) -> None:
    loop = {"Type": "Pass", "Next": "Loop"}

    ended = lab.run({"Loop": loop})

    assert ended["status"] == "FAILED"
    assert "maximum number of history events" in ended["cause"]
