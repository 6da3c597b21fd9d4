"""Run the pinned CDK CLI, against AWS or against a local one that must not see the developer's AWS."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.processes import stop

REPOSITORY = Path(__file__).resolve().parent.parent
CLI = REPOSITORY / "node_modules" / ".bin" / "cdk"
STACK_PREFIX = "TrainingPipeline-"
LOCAL = "local"
"""The environment of `cdk.json` that is deployed to the local AWS only."""
LINES_SHOWN_ON_FAILURE = 60


class CdkCliError(Exception):
    """The CLI ended with an error; the message holds the end of what it wrote, if that was captured."""


def stack_name(environment_name: str) -> str:
    """The stack of an environment, as `app.py` names it."""
    return f"{STACK_PREFIX}{environment_name}"


def with_our_programs(environment: Mapping[str, str]) -> dict[str, str]:
    """Put `.venv/bin` first on PATH: it holds the Python of the app and the Node of the CLI."""
    programs = REPOSITORY / ".venv" / "bin"
    return {**environment, "PATH": os.pathsep.join([str(programs), environment.get("PATH", os.defpath)])}


def local_environment(
    *, developer: Mapping[str, str], aws: Mapping[str, str], work_dir: Path
) -> dict[str, str]:
    """Environment variables with which the CLI and the app reach a local AWS, and nothing else.

    All of the developer's AWS variables and files are left out, so that no real account can be
    touched. The CLI's caches go to `work_dir`: it remembers the account of an access key, and `test`
    may be another emulator's key too. Telemetry and notices would need the Internet.
    """
    inherited = {name: value for name, value in developer.items() if not name.startswith(("AWS_", "CDK_"))}
    not_proxied = ",".join(
        filter(None, [inherited.get("NO_PROXY") or inherited.get("no_proxy"), "127.0.0.1"])
    )
    return with_our_programs(
        {
            **inherited,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            **aws,
            "NO_PROXY": not_proxied,
            "no_proxy": not_proxied,
            "CDK_HOME": str(work_dir / "cdk"),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
        }
    )


@dataclass(frozen=True, kw_only=True)
class CdkCli:
    """The CLI with one environment and one directory for the synthesised templates.

    With `on_line` each line that it writes goes there; without, it has the terminal, so that it can ask.
    If we are interrupted, it and all that it started end before we go on: Node is a child of a wrapper.
    """

    environment: Mapping[str, str]
    assembly_dir: Path
    on_line: Callable[[str], None] | None = None
    root: Path = field(default=REPOSITORY)

    def synth(self, *stacks: str) -> None:
        """Write the templates and assets of these stacks, or of all, to `assembly_dir`."""
        self._run(["synth", *stacks, "--quiet", "--output", str(self.assembly_dir)])

    def bootstrap(self, *, account: str, region: str) -> None:
        """Make the bucket and the roles that `deploy` needs in this account and Region."""
        self._run(["bootstrap", f"aws://{account}/{region}"])

    def deploy(
        self, stack: str, *, outputs_file: Path | None = None, ask: bool, revert_drift: bool = False
    ) -> None:
        """Deploy what `synth` wrote. `ask`: show what changes in permissions, and wait for a yes.

        `revert_drift`: compare with what is there. Otherwise CloudFormation compares with the template
        before only, and an unchanged template mends nothing that somebody changed or deleted by hand.
        """
        outputs = ["--outputs-file", str(outputs_file)] if outputs_file else []
        drift = ["--revert-drift"] if revert_drift else []
        approval = "broadening" if ask else "never"
        self._run(["deploy", stack, *self._synthesised, "--require-approval", approval, *outputs, *drift])

    def destroy(self, stack: str) -> None:
        """Delete the stack, without asking: the caller has."""
        self._run(["destroy", stack, *self._synthesised, "--force"])

    @property
    def _synthesised(self) -> list[str]:
        return ["--app", str(self.assembly_dir)]

    def _run(self, arguments: Sequence[str]) -> None:
        if not CLI.exists():
            raise CdkCliError(f"The CDK CLI is not installed ({CLI} is missing). Run: make setup")
        command = [str(CLI), *arguments, *self._options]
        if self.on_line is None:
            code, said = self._run_at_the_terminal(command), ""
        else:
            code, said = self._run_captured(command, self.on_line)
        if code:
            raise CdkCliError(f"`cdk {' '.join(arguments[:2])}` ended with exit code {code}.{said}")

    @property
    def _options(self) -> list[str]:
        """Captured output: one line an event, no colours, all of it on one stream."""
        return [] if self.on_line is None else ["--progress", "events", "--no-color", "--ci", "--no-notices"]

    def _run_at_the_terminal(self, command: Sequence[str]) -> int:
        process = subprocess.Popen(command, cwd=self.root, env=dict(self.environment), text=True)  # noqa: S603 - our own CLI
        try:
            return process.wait()
        except BaseException:
            stop(process)
            raise

    def _run_captured(self, command: Sequence[str], on_line: Callable[[str], None]) -> tuple[int, str]:
        tail: deque[str] = deque(maxlen=LINES_SHOWN_ON_FAILURE)
        process = subprocess.Popen(  # noqa: S603 - our own CLI
            command,
            cwd=self.root,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            assert process.stdout is not None  # noqa: S101 - PIPE was asked for
            for line in process.stdout:
                if line.strip():
                    tail.append(line.rstrip())
                    on_line(line.rstrip())
            code = process.wait()
        except BaseException:
            stop(process)
            raise
        return code, "\n" + "\n".join(tail)
