"""JSONata states behave as on AWS. Needs stepfunctions-assign, -choice, -jsonata-values."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.stepfunctions_lab import Lab, task


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


@pytest.mark.mend("stepfunctions-assign")
def test_evaluates_all_of_an_assign_with_the_old_values(lab: Lab) -> None:
    states = {
        "Before": {"Type": "Pass", "Assign": {"a": 1, "b": 2}, "Next": "Swap"},
        "Swap": {
            "Type": "Pass",
            "Assign": {"a": "{% $b %}", "b": "{% $a %}"},
            "Output": "{% [$a, $b] %}",
            "Next": "After",
        },
        "After": {
            "Type": "Pass",
            "Output": {"then": "{% $states.input %}", "now": "{% [$a, $b] %}"},
            "End": True,
        },
    }

    assert lab.output(states) == {"then": [1, 2], "now": [2, 1]}


@pytest.mark.mend("stepfunctions-choice")
def test_applies_output_and_assign_of_the_rule_that_matched(lab: Lab) -> None:
    rule = {"Condition": "{% $states.input.n > 1 %}", "Assign": {"how": "rule"}, "Output": 1, "Next": "Tell"}
    states = {
        "Choose": {
            "Type": "Choice",
            "Choices": [rule],
            "Default": "Tell",
            "Assign": {"how": "none"},
            "Output": 0,
        },
        "Tell": {"Type": "Pass", "Output": "{% [$how, $states.input] %}", "End": True},
    }
    machine = lab.machine(states)

    assert json.loads(lab.end(lab.start(machine, {"n": 2}))["output"]) == ["rule", 1]
    assert json.loads(lab.end(lab.start(machine, {"n": 1}))["output"]) == ["none", 0]


@pytest.mark.parametrize(
    "state",
    [
        {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.n %}", "Next": "End"}],
            "Default": "End",
        },
        {"Type": "Choice", "Choices": [{"Condition": "{% $missing %}", "Next": "End"}], "Default": "End"},
        {"Type": "Wait", "Seconds": "{% 'soon' %}", "Next": "End"},
        {"Type": "Wait", "Seconds": "{% -1 %}", "Next": "End"},
        {"Type": "Pass", "Output": "{% $states.input.missing %}", "Next": "End"},
        {"Type": "Pass", "Assign": {"v": "{% $states.input.missing %}"}, "Next": "End"},
        {"Type": "Pass", "Output": "{% function($x) { $x } %}", "Next": "End"},
        {"Type": "Pass", "Output": "{% $error('no good') %}", "Next": "End"},
        {"Type": "Pass", "Output": "{% 'a' + 1 %}", "Next": "End"},
        {"Type": "Succeed", "Output": "{% $states.input.missing %}"},
        {"Type": "Fail", "Error": "{% 1 %}"},
    ],
)
def test_ends_the_execution_when_an_expression_fails(lab: Lab, state: dict[str, Any]) -> None:
    end = {} if state["Type"] in ("Succeed", "Fail") else {"End": {"Type": "Succeed"}}

    ended = lab.run({"Only": state, **end}, {"n": 1})

    assert (ended["status"], ended["error"]) == ("FAILED", "States.QueryEvaluationError")


@pytest.mark.parametrize("field", ["Arguments", "Output", "TimeoutSeconds"])
def test_lets_a_task_catch_a_failed_expression(lab: Lab, field: str) -> None:
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Output": "caught", "Next": "Told"}]
    call = task("aws-sdk:sfn:listStateMachines", {}, Catch=catch) | {field: "{% $missing %}"}

    assert lab.output({"Call": call, "Told": {"Type": "Succeed"}}) == "caught"


def test_computes_error_and_cause_of_a_fail_state(lab: Lab) -> None:
    fail = {"Type": "Fail", "Error": "{% $states.input.e %}", "Cause": "{% 'Because ' & $states.input.c %}"}

    ended = lab.run({"Stop": fail}, {"e": "TrainingFailed", "c": "of the pictures."})

    assert (ended["error"], ended["cause"]) == ("TrainingFailed", "Because of the pictures.")


def test_keeps_a_list_of_one_in_a_variable(lab: Lab) -> None:
    states = {
        "Set": {"Type": "Pass", "Assign": {"one": "{% [$states.input.list[n = 1]] %}"}, "Next": "Get"},
        "Get": {"Type": "Pass", "Output": {"one": "{% $one %}", "count": "{% $count($one) %}"}, "End": True},
    }

    assert lab.output(states, {"list": [{"n": 1}, {"n": 2}]}) == {"one": [{"n": 1}], "count": 1}


@pytest.mark.mend("stepfunctions-jsonata-values")
def test_shows_the_context_object_and_nothing_else(lab: Lab) -> None:
    context = lab.value("$states.context", {"n": 1})

    assert set(context) == {"Execution", "State", "StateMachine"}
    assert set(context["Execution"]) == {"Id", "Input", "Name", "RedriveCount", "RoleArn", "StartTime"}
    assert context["Execution"]["Input"] == {"n": 1}
    assert context["Execution"]["RedriveCount"] == 0


@pytest.mark.mend("stepfunctions-jsonata-time")
def test_gives_each_expression_a_second_of_its_own(lab: Lab) -> None:
    work = {"Type": "Pass", "Output": "{% $sum([1..4000].($ * 2)) %}", "End": True}
    each = {
        "Type": "Map",
        "Items": "{% [1..8] %}",
        "ItemProcessor": {"StartAt": "Work", "States": {"Work": work}},
        "End": True,
    }

    assert lab.output({"Each": each}) == [16_004_000] * 8


def test_ends_an_expression_that_runs_on(lab: Lab) -> None:
    endless = "{% ($f := function($n) { $f($n + 1) }; $f(0)) %}"

    assert lab.run({"Only": {"Type": "Pass", "Output": endless, "End": True}})["error"] == (
        "States.QueryEvaluationError"
    )


SET = {"b": 2, "a": [1, 2, 3], "text": "images/cat/1.png", "none": None}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$hash('x', 'SHA-256')", hashlib.sha256(b"x").hexdigest()),
        ("$parse('{\"n\": [1]}').n", [1]),
        ("$exists($states.input.none)", True),
        ("$exists($states.input.missing)", False),
        ("$states.input.none = null", True),
        ("$match($states.input.text, /^images\\/([^\\/]+)/).groups", ["cat"]),
        ("$match($states.input.text, /[0-9]+/).match", "1"),
        ("$contains($states.input.text, /\\.png$/i)", True),
        ("$replace($states.input.text, /[^a-z]/, '-')", "images-cat---png"),
        ("$split($states.input.text, '/')", ["images", "cat", "1.png"]),
        ("$substringBefore($states.input.text, '/')", "images"),
        ("$substringAfter($states.input.text, 'images/')", "cat/1.png"),
        ("$fromMillis(0)", "1970-01-01T00:00:00.000Z"),
        ("$toMillis('1970-01-01T00:00:01.000Z')", 1000),
        ("$toMillis($now()) > 1700000000000", True),
        ("$merge([{'a': 1}, {'b': 2}])", {"a": 1, "b": 2}),
        ("$lookup($states.input, 'b')", 2),
        ("$append([1], [2])", [1, 2]),
        ("$append([], [])", []),
        ("[$map([1], function($x) { $x * 2 })]", [2]),
        ("[$filter([1, 2], function($x) { $x > 1 })]", [2]),
        ("$sum($states.input.a) / 4", 1.5),
        ("$sum($states.input.a)", 6),
        ("$number('0.80')", 0.8),
        ("$string({'a': 1})", '{"a":1}'),
        ("$keys({'a': 1, 'b': 2})", ["a", "b"]),
        ("$sort(['b', 'a'])", ["a", "b"]),
        ("$join(['a', 'b'], ', ')", "a, b"),
        ("$formatNumber(0.5, '0.00')", "0.50"),
        ("$formatNumber(1234, '#,##0')", "1,234"),
        ("$round(0.125, 2)", 0.12),
        ("$length('ü')", 1),
        ("$max([1, 3])", 3),
        ("$partition([1, 2, 3], 2)", [[1, 2], [3]]),
        ("$range(0, 4, 2)", [0, 2, 4]),
        ("$distinct([1, 1, 2])", [1, 2]),
        ("$type([])", "array"),
        ("$boolean([0])", False),
        ("$not(false) and true", True),
        ("2 in [1, 2]", True),
        ("$states.input.missing ? 1 : 2", 2),
        ("$states.input.a[-1]", 3),
        ("[1..3]", [1, 2, 3]),
        ("($x := 2; $x * $x)", 4),
        ("{'a': $states.input.missing, 'b': 1}", {"b": 1}),
        ("$reduce([1, 2, 3], function($a, $b) { $a + $b })", 6),
        ("$spread({'a': 1, 'b': 2})", [{"a": 1}, {"b": 2}]),
        ("$each({'a': 1, 'b': 2}, function($v, $k) { $k & $v })", ["a1", "b2"]),
        ("$sift({'a': 1, 'b': 2}, function($v) { $v > 1 })", {"b": 2}),
        ("$uppercase('a') & $lowercase('B') & $trim(' c ')", "Abc"),
        ("$pad('7', -3, '0')", "007"),
        ("$base64decode($base64encode('hi'))", "hi"),
        ("$encodeUrlComponent('a b/ü')", "a%20b%2F%C3%BC"),
        ("$single([1])", 1),
        ("$zip([1, 2], [3, 4])", [[1, 3], [2, 4]]),
        ("$floor(1.5) + $ceil(1.5) + $abs(-1) + $power(2, 3)", 12),
        ("$assert(true, 'no') ~> $exists()", False),
        ("$states.input.a^(>$)", [3, 2, 1]),
        ("$states.input{'k': text}", {"k": "images/cat/1.png"}),
    ],
)
def test_evaluates_what_workflows_use(lab: Lab, expression: str, expected: Any) -> None:
    assert lab.value(expression, SET) == expected
