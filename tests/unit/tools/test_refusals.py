"""What a person reads when AWS refuses."""

import pytest
from botocore.exceptions import ClientError

from tests.unit.tools.test_docs import heading
from tools import deploy, destroy
from tools.cdk_cli import REPOSITORY
from tools.refusals import RIGHTS, in_words

MESSAGE = (
    "User: me is not authorized to perform: ssm:PutParameter on resource: /a because no policy allows it"
)


def refusal(code: str, message: str, operation: str = "PutParameter") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_a_missing_right_is_named(code: str) -> None:
    said = in_words(refusal(code, MESSAGE), otherwise="Try again.")
    assert said.startswith("These credentials lack the right ssm:PutParameter: ")
    assert said.endswith(f"All that is needed: {RIGHTS}")
    assert "Try again." not in said


def test_a_service_that_does_not_name_the_right_is_told_by_its_call() -> None:
    said = in_words(refusal("AccessDenied", "Access Denied", "DeleteObjects"), otherwise="")
    assert said.startswith("These credentials lack the right DeleteObjects: ")


def test_other_refusals_may_be_tried_again() -> None:
    said = in_words(refusal("ThrottlingException", "Rate exceeded"), otherwise="Try again.")
    assert said.startswith("AWS refused: ")
    assert said.endswith("\nTry again.")


def test_the_guide_has_the_section_that_is_named() -> None:
    name, _, title = RIGHTS.partition(", ")
    guide = (REPOSITORY / name).read_text(encoding="utf-8")
    assert heading(title.strip('"')).replace("###", "##") in guide


@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_the_commands_name_a_missing_right(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise refusal("AccessDenied", MESSAGE)

    module = {"deploy": deploy, "destroy": destroy}[command]
    monkeypatch.setattr(module, "run", refuse)
    assert module.main([command, "dev"]) == 1
    assert "lack the right ssm:PutParameter" in capsys.readouterr().err
