"""Deploy a stack without losing what operators have set. Can be interrupted at any moment and run again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from tools.cdk_cli import CdkCliError
from tools.deployed_stack import DeployedStack, ValueRefusedError
from tools.environments import RETRIES
from tools.kept_file import Kept, KeptFile
from tools.kept_parameters import Fate, KeptParameter, Release, kept_parameters
from tools.settings_run import SettingsRun, SettingsRunError

if TYPE_CHECKING:
    from boto3.session import Session

    from tools.environments import SignedIn

ALLOWED = {spec.name: spec.allowed for spec in OPERATOR_PARAMETERS}
PATH_OUTPUT = "ParameterPath"
SETTINGS_OUTPUT = "SettingsWorkflowArn"
HISTORY = "aws ssm get-parameter-history --name NAME"
NEXT_TIME = "The next `make deploy` of this folder waits for its end, then puts back the values of"


def synthesised(assembly_dir: Path, stack: str) -> Release:
    """What the CDK CLI is about to deploy."""
    manifest = json.loads((assembly_dir / "manifest.json").read_text(encoding="utf-8"))
    properties = manifest["artifacts"][stack]["properties"]
    template = (assembly_dir / properties["templateFile"]).read_text(encoding="utf-8")
    return Release(template=json.loads(template), tags=properties.get("tags", {}))


def keeping_deployment(
    signed_in: SignedIn, *, stack: str, report: Callable[[str], None]
) -> KeepingDeployment:
    """For the account and Region that we are signed in to."""
    session: Session = signed_in.session
    return KeepingDeployment(
        stack=DeployedStack(
            name=stack,
            cloudformation=session.client("cloudformation", config=RETRIES),
            events=session.client("events", config=RETRIES),
            ssm=session.client("ssm", config=RETRIES),
            report=report,
        ),
        settings=SettingsRun(stepfunctions=session.client("stepfunctions", config=RETRIES), report=report),
        file=KeptFile.of(stack=stack, account=signed_in.account, region=signed_in.region),
        report=report,
    )


@dataclass(frozen=True, kw_only=True)
class KeepingDeployment:
    """Saves the values, deploys, puts back what CloudFormation wrote over, applies the parameters."""

    stack: DeployedStack
    settings: SettingsRun
    file: KeptFile
    report: Callable[[str], None]

    def carry_out(self, deploy: Callable[[], None], *, release: Release, reverts_drift: bool = False) -> None:
        """`deploy` has the CDK CLI deploy `release`, and raises CdkCliError.

        A failed deployment was rolled back, which writes initial values as well: then too everything is
        put back before the error goes on. While CloudFormation goes on with an interrupted one, nothing
        can be put back: that is left to the next call, which finds the file.

        Only after a deployment that went well is it an error if the parameters cannot be applied. Before
        one, it may be what the release mends; after a failed one, the failure is what has to be told.
        """
        self.stack.settle()
        kept = self._kept(release, reverts_drift=reverts_drift, unheard=self._recover())
        if kept is None:
            deploy()
            return
        self._save(kept)
        try:
            deploy()
        except CdkCliError:
            self._finish_if_possible(kept)
            raise
        except KeyboardInterrupt:
            if self.stack.is_changing():
                self.report(f"Interrupted, but CloudFormation goes on. {NEXT_TIME} {self.file.path}")
            else:
                self._finish_if_possible(kept)
            raise
        self._finish(kept)

    def _recover(self) -> tuple[str, ...]:
        """Put back what an interrupted deployment left; returns the parameters that are yet to be applied."""
        left = self.file.read()
        if left is None:
            return ()
        self.report(f"An earlier deployment did not end well. {self.file.path} has what is left to do")
        return self._finish_if_possible(left)

    def _kept(self, release: Release, *, reverts_drift: bool, unheard: tuple[str, ...]) -> Kept | None:
        """What is there to keep; None if the stack is not there yet."""
        path = self.stack.outputs().get(PATH_OUTPUT)
        if path is None:
            return None
        before = self.stack.release()
        values = self.stack.values(list(before.parameters(path)))
        parameters = kept_parameters(
            values, path=path, before=before, after=release, reverts_drift=reverts_drift
        )
        is_rewritten = any(parameter.is_redefined and parameter.is_operators for parameter in parameters)
        listener = self.stack.listener(before)
        if listener and listener.is_meant_on and not listener.is_on:
            self._wake(listener.rule)
            listener = replace(listener, is_on=True)
            unheard = tuple(values)
        # Values that only pass through must not be applied: switching training on starts one.
        quiet_rule = listener.rule if listener and listener.is_on and is_rewritten else None
        return Kept(parameters=parameters, quiet_rule=quiet_rule, unheard=unheard)

    def _wake(self, rule: str) -> None:
        """No file tells why it is off. It may be in another folder, such as that of a CI job."""
        self.stack.switch_on(rule)
        self.report(
            f"The rule {rule}, which has changed parameters applied, was off. It may be that a deployment "
            "from another folder was interrupted. It is on again, and after this deployment each parameter "
            f"that changed meanwhile is applied. Values that were lost: {HISTORY}"
        )

    def _save(self, kept: Kept) -> None:
        if kept.quiet_rule:
            self.stack.make_sure_of_switching_on(kept.quiet_rule)
        self.file.write(kept)
        self.report(f"The parameters' values are saved in {self.file.path}")
        for parameter in kept.parameters:
            if line := parameter.announcement():
                self.report(line)
        if kept.quiet_rule:
            self.stack.switch_off(kept.quiet_rule)
            self.report(
                "Until the end of the deployment no changed parameter is applied, unless CloudFormation "
                "changes the rule that does it, and so switches it on"
            )

    def _finish(self, kept: Kept) -> None:
        """Leave everything as it was. The file goes last, so that this can be done again from any point."""
        unheard = self._restore(kept)
        # What is back must not be put back again: operators may set it until this can be done.
        self.file.write(Kept(parameters=(), quiet_rule=None, unheard=unheard))
        self._apply(unheard)
        self.file.remove()

    def _finish_if_possible(self, kept: Kept) -> tuple[str, ...]:
        """As `_finish`, but parameters that cannot be applied are told, and returned; the file stays."""
        try:
            self._finish(kept)
        except SettingsRunError as problem:
            self.report(f"The parameters are not applied yet. {problem}")
            left = self.file.read()
            return left.unheard if left else ()
        return ()

    def _restore(self, kept: Kept) -> tuple[str, ...]:
        """Put the values back and have the rule listen; returns the parameters that it has not heard of."""
        self.stack.settle()
        now = self.stack.values([parameter.name for parameter in kept.parameters])
        for parameter in kept.parameters:
            self._put_back(parameter, now.get(parameter.name))
        if kept.quiet_rule is None:
            return kept.unheard
        self.stack.switch_on(kept.quiet_rule)
        news = [parameter.name for parameter in kept.parameters if parameter.is_news(now)]
        return tuple(dict.fromkeys([*kept.unheard, *news]))

    def _apply(self, unheard: Sequence[str]) -> None:
        """What changed while nobody listened, then the schedule: the release may have reset its rule."""
        workflow = self.stack.outputs().get(SETTINGS_OUTPUT)
        if workflow is None:
            return
        for name in unheard:
            if name.rpartition("/")[2] in ALLOWED:
                self.settings.apply(workflow, name)
        self.settings.agree(workflow)

    def _put_back(self, parameter: KeptParameter, now: str | None) -> None:
        name, value, fate = parameter.short_name, parameter.value, parameter.fate(now)
        if fate is Fate.LOST:
            try:
                self.stack.put(parameter.name, value)
            except ValueRefusedError as refusal:
                self.report(
                    f"{name} was {value}, which is not allowed any more. In force now: {now}. "
                    f"Allowed: {ALLOWED.get(name, refusal)}"
                )
            else:
                self.report(f"{name} is {value} again (the deployment had set it to {now})")
        elif fate is Fate.FOLLOWED:
            self.report(f"{name} was {value}, the initial value, and is now the new one, {now}")
        elif fate is Fate.CHANGED:
            self.report(f"{name} was set to {now} during the deployment, and stays so")
        elif fate is Fate.GONE:
            self.report(f"{name} was {value}; there is no such parameter any more")
