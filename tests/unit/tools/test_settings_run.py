"""Running Settings after a deployment."""

import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from tools import settings_run
from tools.settings_run import SettingsRun, SettingsRunError


class FakeStepFunctions:
    """An execution that ends at the second look, if it does."""

    def __init__(self, **end: str) -> None:
        self.end = end
        self.looks = 0

    def start_execution(self, *, stateMachineArn: str, input: str) -> dict[str, str]:  # noqa: N803, A002
        assert stateMachineArn == "workflow"
        self.input = json.loads(input)
        return {"executionArn": "execution"}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803
        assert executionArn == "execution"
        self.looks += 1
        return {"status": "RUNNING"} if self.looks == 1 else self.end


def run(monkeypatch: pytest.MonkeyPatch, **end: str) -> list[str]:
    monkeypatch.setattr(settings_run, "SECONDS_BETWEEN_LOOKS", 0)
    monkeypatch.setattr(settings_run, "LOOKS", 3)
    said = list[str]()
    client = FakeStepFunctions(**end)
    SettingsRun(stepfunctions=cast(Any, client), report=said.append).agree("workflow")
    assert client.input == {}
    return said


def test_its_outcome_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    output = {"outcome": "applied", "frequency": "600", "enabled": "true"}
    said = run(monkeypatch, status="SUCCEEDED", output=json.dumps(output))
    assert said == ["Settings: applied (frequency 600, enabled true)"]


def test_one_parameter_is_named_as_its_change_event_would() -> None:
    client = FakeStepFunctions(status="SUCCEEDED", output='{"outcome": "unchanged"}')
    client.looks = 1
    said = list[str]()
    SettingsRun(stepfunctions=cast(Any, client), report=said.append).apply("workflow", "/p/Name")
    assert client.input["detail"]["name"] == "/p/Name"
    assert said == ["Settings: unchanged"]


def test_a_red_end_says_why_and_how_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRunError, match=r"(?s)FAILED Denied: no right.*start-execution .* workflow"):
        run(monkeypatch, status="FAILED", error="Denied", cause="no right")


def test_one_that_does_not_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRunError, match="execution is still running"):
        run(monkeypatch, status="RUNNING")


def test_a_workflow_that_somebody_deleted_is_named() -> None:
    class Gone:
        def start_execution(self, **_: str) -> None:
            code = "StateMachineDoesNotExist"
            raise ClientError({"Error": {"Code": code, "Message": "gone"}}, "StartExecution")

    with pytest.raises(SettingsRunError, match="no state machine workflow"):
        SettingsRun(stepfunctions=cast(Any, Gone()), report=print).agree("workflow")
