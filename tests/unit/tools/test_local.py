"""What `make local` leaves in `.local/`, and when."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from local_aws.config import Settings
from local_aws.launcher import LocalAwsError
from tools import local
from tools.cdk_cli import CdkCliError
from tools.local_stack import LOCAL_STACK

OUTPUTS = {
    LOCAL_STACK: {
        "BucketName": "b",
        "ParameterPath": "/p",
        "TrainingWorkflowArn": "t",
        "DeploymentWorkflowArn": "d",
        "ProjectName": "n",
    }
}


class FakeAws:
    """A server that publishes one message and then dies."""

    endpoint_url = "http://127.0.0.1:4566"
    environment: dict[str, str] = {"AWS_ENDPOINT_URL": endpoint_url, "AWS_ACCESS_KEY_ID": "test"}  # noqa: RUF012

    def __init__(self, **_: object) -> None:
        self.looks = 0

    def __enter__(self) -> "FakeAws":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def outbox(self) -> list[dict[str, Any]]:
        self.looks += 1
        if self.looks > 2:
            raise LocalAwsError("The local AWS does not answer")
        return [{"subject": "deployed", "message": "It serves.", "kind": "outcome"}]


@pytest.fixture
def deploys(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Path], None]], None]:
    """Replace server, CLI and waiting; the given function stands for the deployment."""

    def replace(deployment: Callable[[Path], None]) -> None:
        monkeypatch.setattr(local, "LocalAws", FakeAws)
        monkeypatch.setattr(local, "SECONDS_BETWEEN_LOOKS", 0)
        monkeypatch.setattr(
            local, "deploy_local", lambda cli, *, outputs_file, on_step: deployment(outputs_file)
        )

    return replace


def test_outputs_are_there_while_it_runs_and_go_when_it_ends(
    tmp_path: Path,
    deploys: Callable[[Callable[[Path], None]], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def deploy(outputs_file: Path) -> None:
        outputs_file.write_text(json.dumps(OUTPUTS))

    deploys(deploy)
    seen = dict[str, str]()

    def look(_seconds: float) -> None:
        seen.update({path.name: path.read_text() for path in tmp_path.iterdir()})

    monkeypatch.setattr("tools.local.time.sleep", look)
    with pytest.raises(LocalAwsError):
        local.serve(Settings(), tmp_path)
    assert json.loads(seen["outputs.json"]) == OUTPUTS
    assert seen["environment.sh"].splitlines()[0] == "export AWS_ENDPOINT_URL=http://127.0.0.1:4566"
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out.count("It serves.") == 1


def test_outputs_of_an_earlier_server_are_gone_before_the_new_one_is_deployed(
    tmp_path: Path, deploys: Callable[[Callable[[Path], None]], None]
) -> None:
    (tmp_path / "outputs.json").write_text("stale")

    def fail(_outputs_file: Path) -> None:
        assert not (tmp_path / "outputs.json").exists()
        raise CdkCliError("no")

    deploys(fail)
    with pytest.raises(CdkCliError):
        local.serve(Settings(), tmp_path)
    assert not (tmp_path / "outputs.json").exists()


def test_a_second_server_in_the_folder_is_refused(tmp_path: Path) -> None:
    with (
        local.only_one(tmp_path),
        pytest.raises(LocalAwsError, match="already runs"),
        local.only_one(tmp_path),
    ):
        pass
    with local.only_one(tmp_path):
        pass


def test_of_an_alarm_the_words_are_shown() -> None:
    document = json.dumps({"AlarmName": "n", "AlarmDescription": "It failed.", "NewStateValue": "ALARM"})
    assert local.told({"subject": "ALARM: n", "message": document, "kind": ""}) == "ALARM: n\nIt failed."


@pytest.mark.parametrize("text", ["It serves.", "[1]", "{}", "7"])
def test_any_other_message_is_shown_as_it_is(text: str) -> None:
    assert local.told({"subject": "deployed", "message": text, "kind": ""}) == f"deployed\n{text}"


def test_values_are_quoted_for_the_shell() -> None:
    script = local.exports({"NAME": "it's $HOME"}) + 'printf %s "$NAME"'
    assert subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout == b"it's $HOME"  # noqa: S603,S607
