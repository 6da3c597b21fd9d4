"""The order of things around a deployment, and that nothing is lost wherever it breaks off."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from tools.cdk_cli import CdkCliError
from tools.deployed_stack import Listener, ValueRefusedError
from tools.keeping_deployment import KeepingDeployment
from tools.kept_file import Kept, KeptFile, KeptFileError
from tools.kept_parameters import Release
from tools.settings_run import SettingsRunError

PATH = "/TrainingPipeline-dev"
SCORE = f"{PATH}/Minimum-F1-Score"
SAVED = "The parameters' values are saved in "


def release(value: str) -> Release:
    properties = {"Name": SCORE, "Value": value}
    return Release(
        template={"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": properties}}}, tags={}
    )


@dataclass
class FakeStack:
    """One parameter, a rule that listens to it, and what was done, in order. Settings is in it too."""

    value: str = "0.5"
    done: list[str] = field(default_factory=list)
    has_settings: bool = True
    exists: bool = True
    refuses: bool = False
    changing: bool = False
    breaks: type[BaseException] | None = None
    settings_fail: bool = False
    is_on: bool = True
    is_meant_on: bool = True
    may_not_switch_on: bool = False

    def outputs(self) -> dict[str, str]:
        settings = {"SettingsWorkflowArn": "settings"} if self.has_settings else {}
        return {"ParameterPath": PATH, **settings} if self.exists else {}

    def release(self) -> Release:
        return release("0.8")

    def settle(self) -> None:
        self.changing = False

    def is_changing(self) -> bool:
        return self.changing

    def values(self, names: list[str]) -> dict[str, str]:
        assert not self.changing
        return dict.fromkeys(names, self.value)

    def put(self, name: str, value: str) -> None:
        if self.breaks:
            raise self.breaks
        if self.refuses:
            raise ValueRefusedError("cannot be validated")
        self.done.append(f"put {value}")
        self.value = value

    def listener(self, _: Release) -> Listener:
        return Listener(rule="listener", is_on=self.is_on, is_meant_on=self.is_meant_on)

    def make_sure_of_switching_on(self, rule: str) -> None:
        assert self.is_on
        if self.may_not_switch_on:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": rule}}, "EnableRule")

    def switch_off(self, rule: str) -> None:
        self.is_on = False
        self.done.append(f"{rule} off")

    def switch_on(self, rule: str) -> None:
        self.is_on = True
        self.done.append(f"{rule} on")

    def apply(self, workflow: str, parameter: str) -> None:
        self.done.append(f"{workflow} applies {parameter}")

    def agree(self, workflow: str) -> None:
        if self.settings_fail:
            raise SettingsRunError("Settings ended FAILED")
        self.done.append(f"{workflow} agrees")


@dataclass
class Place:
    """A stack, a folder, and what was said."""

    stack: FakeStack
    file: KeptFile
    said: list[str] = field(default_factory=list)

    def deploy(
        self,
        value: str,
        *,
        then: BaseException | None = None,
        goes_on: bool = False,
        meanwhile: str | None = None,
        mends_settings: bool = False,
        reverts_drift: bool = False,
    ) -> None:
        """Deploy a release with this initial value, as CloudFormation would; `then` is how it ends.

        `meanwhile`: what somebody else sets the parameter to.
        """

        def by_cli() -> None:
            assert self.file.read() or not self.stack.exists
            self.stack.done.append("deploy")
            self.stack.value = meanwhile or ("0.8" if then and not goes_on else value)
            self.stack.changing = goes_on
            self.stack.settings_fail = self.stack.settings_fail and not mends_settings
            if then:
                raise then

        fake = cast(Any, self.stack)
        KeepingDeployment(stack=fake, settings=fake, file=self.file, report=self.said.append).carry_out(
            by_cli, release=release(value), reverts_drift=reverts_drift
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(stack=FakeStack(), file=KeptFile(path=tmp_path / "kept" / "dev.json"))


FINISH = ["put 0.5", "listener on", f"settings applies {SCORE}", "settings agrees"]


def test_a_value_is_put_back_while_nobody_listens_and_then_applied(place: Place) -> None:
    place.deploy("0.7")
    assert place.stack.done == ["listener off", "deploy", *FINISH]
    assert place.file.read() is None


def test_no_more_is_promised_than_cloudformation_keeps(place: Place) -> None:
    place.deploy("0.7")
    (promise,) = [line for line in place.said if line.startswith("Until the end of the deployment")]
    assert "unless CloudFormation changes the rule" in promise


def test_a_release_that_redefines_nothing_leaves_the_listener_on(place: Place) -> None:
    place.deploy("0.8")
    assert "listener off" not in place.stack.done


def test_drift_is_reverted_and_the_operators_value_is_put_back(place: Place) -> None:
    place.deploy("0.8", reverts_drift=True)
    assert place.stack.done == ["listener off", "deploy", *FINISH]
    assert place.stack.value == "0.5"


def test_a_change_that_somebody_made_while_nobody_listened_is_applied(place: Place) -> None:
    place.deploy("0.7", meanwhile="0.6")
    assert place.stack.done == ["listener off", "deploy", "listener on", *FINISH[2:]]
    assert place.said[-1] == "Minimum-F1-Score was set to 0.6 during the deployment, and stays so"


def test_a_value_that_nobody_set_becomes_the_new_one(place: Place) -> None:
    place.stack.value = "0.8"
    place.deploy("0.7")
    assert place.stack.done == ["deploy", "settings agrees"]
    assert place.said[-1] == "Minimum-F1-Score was 0.8, the initial value, and is now the new one, 0.7"


def test_a_failed_deployment_is_made_good_before_it_is_told(place: Place) -> None:
    with pytest.raises(CdkCliError):
        place.deploy("0.7", then=CdkCliError("rolled back"))
    assert place.stack.done == ["listener off", "deploy", *FINISH]
    assert place.stack.value == "0.5"


def test_a_deployment_that_the_cli_lost_sight_of_is_awaited(place: Place) -> None:
    with pytest.raises(CdkCliError):
        place.deploy("0.7", then=CdkCliError("no network"), goes_on=True)
    assert place.stack.value == "0.5"


def test_an_interruption_before_cloudformation_began_leaves_nothing_behind(place: Place) -> None:
    with pytest.raises(KeyboardInterrupt):
        place.deploy("0.7", then=KeyboardInterrupt())
    assert place.stack.done == ["listener off", "deploy", *FINISH]
    assert place.file.read() is None


def test_an_interrupted_deployment_is_made_good_by_the_next(place: Place) -> None:
    with pytest.raises(KeyboardInterrupt):
        place.deploy("0.7", then=KeyboardInterrupt(), goes_on=True)
    assert place.stack.done == ["listener off", "deploy"]
    assert "CloudFormation goes on" in place.said[-1]

    place.stack.done.clear()
    place.deploy("0.7")
    assert place.stack.done == [*FINISH, "listener off", "deploy", *FINISH]
    assert place.stack.value == "0.5"


def test_what_broke_off_while_putting_back_is_done_by_the_next(place: Place) -> None:
    place.stack.breaks = ConnectionError
    with pytest.raises(ConnectionError):
        place.deploy("0.7")
    assert place.stack.value == "0.7"

    place.stack.breaks = None
    place.deploy("0.7")
    assert place.stack.value == "0.5"
    assert place.file.read() is None


def test_a_value_that_is_not_allowed_any_more_is_told_and_not_forced(place: Place) -> None:
    place.stack.refuses = True
    place.deploy("0.7")
    assert place.stack.value == "0.7"
    assert (
        "Minimum-F1-Score was 0.5, which is not allowed any more. In force now: 0.7. "
        "Allowed: a number from 0 to 1, such as 0.85, with at most 6 decimals"
    ) in place.said


def test_a_deployment_by_somebody_else_is_awaited(place: Place) -> None:
    place.stack.changing = True
    place.deploy("0.7")
    assert place.stack.value == "0.5"


def test_a_release_without_settings_is_deployed_all_the_same(place: Place) -> None:
    place.stack.has_settings = False
    place.deploy("0.7")
    assert place.stack.done == ["listener off", "deploy", "put 0.5", "listener on"]


def test_a_first_deployment_has_nothing_to_keep(place: Place) -> None:
    place.stack.exists = False
    place.deploy("0.7")
    assert place.stack.done == ["deploy"]
    assert place.said == []


def test_the_file_outlasts_parameters_that_could_not_be_applied(place: Place) -> None:
    place.stack.settings_fail = True
    with pytest.raises(SettingsRunError):
        place.deploy("0.7")
    assert place.file.read() is not None


def test_a_release_that_mends_settings_is_deployed(place: Place) -> None:
    place.stack.settings_fail = True
    with pytest.raises(SettingsRunError):
        place.deploy("0.7")

    place.stack.done.clear()
    place.deploy("0.7", mends_settings=True)
    assert "The parameters are not applied yet. Settings ended FAILED" in place.said
    assert place.stack.done[-2:] == FINISH[-2:]
    assert place.file.read() is None


def test_what_nobody_heard_of_is_applied_once_settings_can(place: Place) -> None:
    place.stack.settings_fail = True
    with pytest.raises(SettingsRunError):
        place.deploy("0.7", meanwhile="0.6")
    place.deploy("0.8", mends_settings=True)
    applied = place.stack.done[place.stack.done.index("deploy", place.stack.done.index("deploy") + 1) :]
    assert applied == ["deploy", f"settings applies {SCORE}", "settings agrees"]


def test_what_was_put_back_once_is_the_operators_again(place: Place) -> None:
    place.stack.settings_fail = True
    with pytest.raises(SettingsRunError):
        place.deploy("0.7")
    assert place.stack.value == "0.5"

    place.stack.done.clear()
    place.stack.value = "0.7"
    place.deploy("0.8", mends_settings=True)
    assert "put 0.5" not in place.stack.done


def test_a_failed_deployment_is_told_although_settings_fail_too(place: Place) -> None:
    place.stack.settings_fail = True
    with pytest.raises(CdkCliError, match="rolled back"):
        place.deploy("0.7", then=CdkCliError("rolled back"))
    assert place.said[-1] == "The parameters are not applied yet. Settings ended FAILED"
    assert place.file.read() is not None


def test_a_rule_that_another_folders_deployment_left_off_is_switched_on(place: Place) -> None:
    with pytest.raises(KeyboardInterrupt):
        place.deploy("0.7", then=KeyboardInterrupt(), goes_on=True)
    place.file.path.unlink()
    place.said.clear()
    place.stack.done.clear()

    place.deploy("0.8")
    assert place.stack.done == ["listener on", "deploy", *FINISH[2:]]
    assert place.said[0].startswith("The rule listener, which has changed parameters applied, was off.")


def test_who_may_not_switch_the_rule_on_learns_so_before_it_is_off(place: Place) -> None:
    place.stack.may_not_switch_on = True
    with pytest.raises(ClientError, match="AccessDenied"):
        place.deploy("0.7")
    assert place.stack.done == []
    assert place.file.read() is None


def test_a_rule_that_is_deployed_off_stays_off(place: Place) -> None:
    place.stack.is_on = place.stack.is_meant_on = False
    place.deploy("0.7")
    assert place.stack.done == ["deploy", "put 0.5", "settings agrees"]


def test_a_file_of_an_older_release_can_be_read(place: Place) -> None:
    place.file.path.parent.mkdir()
    place.file.path.write_text('{"parameters": [], "quiet_rule": "listener"}')
    assert place.file.read() == Kept(parameters=(), quiet_rule="listener")


def test_the_file_is_named(place: Place) -> None:
    place.deploy("0.7")
    assert place.said[0] == f"{SAVED}{place.file.path}"


def test_a_file_that_cannot_be_read_stops_everything(place: Place) -> None:
    place.file.path.parent.mkdir()
    place.file.path.write_text("{")
    with pytest.raises(KeptFileError, match=r"(?s)dev\.json.*Set what is missing"):
        place.deploy("0.7")
    assert place.stack.done == []


def test_a_file_that_breaks_off_leaves_the_one_before(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        place.deploy("0.7", then=KeyboardInterrupt(), goes_on=True)
    before = place.file.read()
    assert before

    def break_off(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr("tools.kept_file.json.dump", break_off)
    with pytest.raises(OSError):
        place.file.write(before)
    assert place.file.read() == before
