"""The expressions of Training that decide what becomes of a trained version, evaluated with sample data."""

from typing import Any

import pytest

from tests.infrastructure.asl import Machine, evaluate, machines
from tests.infrastructure.templates import Template

CHAMPION = {"version": "set-0", "status": "RUNNING", "state": "answered", "units": 1}
ALL = {"complete": True, "asked": 10, "answered": 10, "unreadable": 0, "not_ready": False}


@pytest.fixture
def training(dev: Template) -> Machine:
    return next(machine for name, machine in machines(dev).items() if name.startswith("Training"))


def leads_to(machine: Machine, choice: str, **variables: Any) -> str:
    """The state that a Choice goes on to."""
    state = machine.states[choice]
    for option in state["Choices"]:
        if evaluate(option["Condition"], **variables):
            return str(option["Next"])
    return str(state["Default"])


@pytest.mark.parametrize(
    ("change", "asks", "then"),
    [
        ({}, 1, "Judge the version"),
        ({"not_ready": True, "complete": False}, 1, "Wait for the live model"),
        ({"complete": False, "answered": 5}, 1, "Ask the live model"),
        ({"complete": False, "answered": 5}, 8, "Wait for the live model"),
        ({"answered": 6, "unreadable": 4}, 1, "Judge the version"),
        ({"answered": 5}, 1, "Wait for the live model"),
        # Whoever is at fault: a verdict on too few pictures would stand for good.
        ({"answered": 5, "unreadable": 5}, 1, "Wait for the live model"),
        ({"answered": 0, "unreadable": 10}, 1, "Wait for the live model"),
        # Waiting brings no test pictures.
        ({"asked": 0, "answered": 0}, 1, "Judge the version"),
    ],
)
def test_a_model_that_answers_enough_is_compared(
    training: Machine, change: dict[str, Any], asks: int, then: str
) -> None:
    assert leads_to(training, "Did the live model answer?", asked={**ALL, **change}, asks=asks) == then


@pytest.mark.parametrize(
    ("change", "said", "told"),
    [
        ({"answered": 0, "errors": {}}, "answered only 0 of 10 test pictures.", False),
        (
            {"answered": 1, "unreadable": 9, "errors": {"InvalidS3ObjectException": 9}},
            "answered only 1 of 10 test pictures (InvalidS3ObjectException 9).",
            True,
        ),
        (
            {
                "answered": 1,
                "unreadable": 8,
                "errors": {"InvalidS3ObjectException": 8, "InternalServerError": 1},
            },
            "answered only 1 of 10 test pictures (InvalidS3ObjectException 8, InternalServerError 1).",
            True,
        ),
        (
            {"not_ready": True, "errors": {"ResourceNotReadyException": 1}},
            "says that it is not ready.",
            False,
        ),
    ],
)
def test_who_waits_for_the_live_model_is_told_what_came_of_the_questions(
    training: Machine, change: dict[str, Any], said: str, told: bool
) -> None:
    assigned = training.states["Wait for the live model"]["Assign"]
    known = {"asked": {**ALL, **change}, "champion": CHAMPION, "version": "set-1"}

    report = evaluate(assigned["report"], report={}, **known)
    message = evaluate(assigned["message"], report={}, **known)

    assert report["reason"].endswith(f"the live model set-0 {said}")
    assert ("Rekognition cannot or may not read: " in message) is told


@pytest.mark.parametrize(
    ("live", "worth", "then"),
    [
        ("", True, "Judge the version"),
        ("set-1", True, "Judge the version"),
        ("set-0", False, "Judge the version"),
        ("set-0", True, "Describe the live model"),
    ],
)
def test_a_live_model_is_asked_if_that_can_change_the_verdict(
    training: Machine, live: str, worth: bool, then: str
) -> None:
    found = leads_to(
        training,
        "Is there a model to compare with?",
        live={"version": live},
        version="set-1",
        drawn={"worth_comparing": worth},
    )

    assert found == then


@pytest.mark.parametrize(
    ("status", "state", "then"),
    [
        ("RUNNING", "answered", "Ask the live model"),
        ("ABSENT", "absent", "Judge the version"),
        *((status, "answered", "Wait for the live model") for status in ("STOPPED", "STARTING", "FAILED")),
    ],
)
def test_a_live_model_has_to_run_to_be_asked(training: Machine, status: str, state: str, then: str) -> None:
    champion = {**CHAMPION, "status": status, "state": state}

    assert leads_to(training, "Can the live model be asked?", champion=champion) == then


@pytest.mark.parametrize("status", ["RUNNING", "DELETING", None])
def test_what_is_known_of_the_live_model(training: Machine, status: str | None) -> None:
    found = {"Status": status, "ProjectVersionArn": "arn:set-0"}
    result = {"ProjectVersionDescriptions": [found] if status else []}
    expression = training.states["Describe the live model"]["Assign"]["champion"]

    champion = evaluate(
        expression,
        states={"result": result},
        live={"version": "set-0"},
        version="set-1",
        drawn={"sample": {"bucket": "b", "key": "evaluation/set-1/sample.json"}},
    )

    if status == "RUNNING":
        assert champion == {
            "version": "set-0",
            "state": "answered",
            "status": "RUNNING",
            "arn": "arn:set-0",
            "answers": {"bucket": "b", "key": "evaluation/set-1/answers-set-0.json"},
            "units": 1,
            "summary": None,
        }
    else:
        assert champion == {"version": "set-0", "state": "absent", "status": "ABSENT"}


@pytest.mark.parametrize(("units", "per_second"), [(1, 1), (5, 5), (100, 25)])
def test_the_live_model_is_asked_no_faster_than_its_units_allow(
    training: Machine, units: int, per_second: int
) -> None:
    pace = training.states["Ask the live model"]["Arguments"]["Payload"]["per_second"]

    assert evaluate(pace, champion={**CHAMPION, "units": units}) == per_second


def verdict(decision: str, rule: str = "", result: str = "failed") -> dict[str, Any]:
    rules = [{"rule": "minimum_f1", "result": "passed", "words": "Passed."}]
    if rule:
        rules = [{"rule": rule, "result": result, "words": "Because."}]
    return {"verdict": decision, "reason": "Because.", "rules": rules, "f1": 0.71234, "minimum_f1": 0.8}


@pytest.mark.parametrize(
    ("decision", "approval", "then"),
    [
        ("accepted", "false", "Record the acceptance"),
        ("accepted", "true", "Record that a person decides"),
        ("borderline", "false", "Record the rejection"),
        ("borderline", "true", "Record that a person decides"),
        ("rejected", "false", "Record the rejection"),
        ("rejected", "true", "Record the rejection"),
    ],
)
def test_doubt_is_for_a_person_or_for_the_live_model(
    training: Machine, decision: str, approval: str, then: str
) -> None:
    variables = {"verdict": verdict(decision), "values": {"Require-Approval": approval}}

    found = leads_to(training, "Good enough?", **variables)
    if found == "Has a person to approve it?":
        found = leads_to(training, found, **variables)

    assert found == then


@pytest.mark.parametrize(
    ("decision", "rule", "result", "said"),
    [
        ("rejected", "minimum_f1", "failed", "F1 0.712 against a minimum of 0.8"),
        ("rejected", "label_floor", "failed", "labels below their floor"),
        ("rejected", "champion", "failed", "worse than the live model"),
        ("rejected", "champion_label", "failed", "labels worse than with the live model"),
        ("borderline", "champion", "borderline", "in doubt the live model is kept"),
    ],
)
def test_the_subject_of_a_rejection_says_why(
    training: Machine, decision: str, rule: str, result: str, said: str
) -> None:
    subject = training.states["Rejected"]["Assign"]["subject"]

    text = evaluate(subject, version="set-1", verdict=verdict(decision, rule, result))

    assert text.endswith(f"set-1 was rejected: {said}")
    assert len(text) < 100


@pytest.mark.parametrize(
    ("recording", "reason"),
    [
        ("Record the rejection", "Because. In doubt the live model is kept."),
        ("Record that a person decides", "Because."),
    ],
)
def test_only_where_nobody_is_asked_doubt_keeps_the_live_model(
    training: Machine, recording: str, reason: str
) -> None:
    transaction = training.states[recording]["Arguments"]["TransactItems"]
    (update,) = (item["Update"] for item in transaction if "judged_at" in str(item))
    (alias,) = (alias for alias, name in update["ExpressionAttributeNames"].items() if name == "reason")
    expression = update["ExpressionAttributeValues"][alias.replace("#", ":")]["S"]

    assert evaluate(expression, verdict=verdict("borderline", "champion", "borderline")) == reason


@pytest.mark.parametrize("comparison", [None, {"champion": "set-0", "difference": 0.1, "labels": [{}]}])
def test_the_row_of_a_version_tells_the_whole_verdict(
    training: Machine, comparison: dict[str, Any] | None
) -> None:
    transaction = training.states["Record the rejection"]["Arguments"]["TransactItems"]
    (update,) = (item["Update"] for item in transaction if "Update" in item)
    aliases = {name: alias.replace("#", ":") for alias, name in update["ExpressionAttributeNames"].items()}
    judged = {**verdict("borderline", "champion", "borderline"), "comparison": comparison, "labels": []}

    def value(name: str) -> str:
        ((_, expression),) = update["ExpressionAttributeValues"][aliases[name]].items()
        return str(evaluate(expression, verdict=judged, described={}, me="arn"))

    assert value("reason") == "Because. In doubt the live model is kept."
    assert value("failed_rules") == "champion"
    assert value("rules") == '[{"rule":"champion","result":"borderline","words":"Because."}]'
    assert value("comparison") == ('{"champion":"set-0","difference":0.1}' if comparison else "null")


def test_an_accepted_version_failed_no_rule(training: Machine) -> None:
    transaction = training.states["Record the acceptance"]["Arguments"]["TransactItems"]
    (values,) = (item["Update"]["ExpressionAttributeValues"] for item in transaction if "Update" in item)

    failed = [each["S"] for each in values.values() if "failed" in each.get("S", "") and "$join" in each["S"]]

    assert [evaluate(expression, verdict=verdict("accepted")) for expression in failed] == [""]
