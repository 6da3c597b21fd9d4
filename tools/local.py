"""`make local`: the local AWS with the pipeline deployed, until Ctrl-C or SIGTERM.

`.local/outputs.json` appears once everything is ready, and goes when it is no longer true.
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from local_aws.config import Settings, SettingsError
from local_aws.launcher import LocalAws, LocalAwsError
from tools.cdk_cli import REPOSITORY, CdkCliError
from tools.local_stack import LOCAL_STACK, Outputs, deploy_local, local_cli
from tools.signals import end_like_ctrl_c

LOCAL_DIR = REPOSITORY / ".local"
SECONDS_BETWEEN_LOOKS = 1.0


def exports(environment: Mapping[str, str]) -> str:
    """Shell lines that point any AWS client at the server."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items())


def say(text: str) -> None:
    """Tell a step at once, also to a pipe."""
    print(text, flush=True)


def forget(directory: Path) -> None:
    """Remove what tells of a server that is not, or no longer, there."""
    for name in ("outputs.json", "environment.sh"):
        (directory / name).unlink(missing_ok=True)


@contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Hold the folder's lock; raises LocalAwsError if another `make local` runs there.

    Its outputs would be overwritten. The lock goes with the process, however it ends.
    """
    directory.mkdir(exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise LocalAwsError("`make local` already runs in this folder. Stop it first.") from problem
        yield


def announce(aws: LocalAws, outputs: Outputs) -> None:
    """Tell how to use the server."""
    say(f"\nReady: {LOCAL_STACK} at {aws.endpoint_url}. For any AWS client in another terminal:\n")
    say(exports(aws.environment))
    say("(or: source .local/environment.sh). The stack's outputs are in .local/outputs.json. For example:\n")
    bucket = f"s3://{outputs.bucket_name}/images_labeled_by_folder/"
    say(f"  aws s3 cp --recursive my-pictures {bucket}    # one folder a label")
    say(f"  aws stepfunctions start-execution --state-machine-arn {outputs.training_workflow_arn}")
    say("\nCtrl-C stops the server; everything in it is gone then.")


def told(message: Mapping[str, Any]) -> str:
    """A message as operators read it. An alarm's is a JSON document: its description says it in words."""
    text = message["message"]
    if not message["kind"]:
        with suppress(KeyError, TypeError, ValueError):
            text = json.loads(text)["AlarmDescription"]
    return f"{message['subject']}\n{text}"


def stay(aws: LocalAws) -> NoReturn:
    """Show what the pipeline tells its operators. Ends by LocalAwsError, should the server die."""
    shown = 0
    while True:
        messages = aws.outbox()
        for message in messages[shown:]:
            say(f"\n{time.strftime('%H:%M:%S')}  {told(message)}")
        shown = len(messages)
        time.sleep(SECONDS_BETWEEN_LOOKS)


def serve(settings: Settings, directory: Path) -> None:
    """Start, deploy, announce, and stay. Raises LocalAwsError when the server ends by itself."""
    forget(directory)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="make-local-") as work,
            LocalAws(
                port=settings.port,
                time_scale=settings.time_scale,
                schedule_scale=settings.schedule_scale,
                # What alarms on checks look at is measured by a schedule: in faster periods it looks missing.
                alarm_scale=settings.schedule_scale,
                without_mends=tuple(settings.without_mends),
            ) as aws,
        ):
            say(f"The local AWS runs at {aws.endpoint_url}")
            outputs_file = Path(work) / "outputs.json"
            cli = local_cli(aws, work_dir=Path(work), on_line=lambda _line: None)
            deploy_local(cli, outputs_file=outputs_file, on_step=say)
            outputs = Outputs.read(outputs_file)
            (directory / "environment.sh").write_text(exports(aws.environment), encoding="utf-8")
            announce(aws, outputs)
            # Moved in one step, last: whoever waits for the file finds all of it, and all of it true.
            ready = directory / ".outputs.json"
            ready.write_bytes(outputs_file.read_bytes())
            ready.replace(directory / "outputs.json")
            stay(aws)
    finally:
        forget(directory)


def main() -> int:
    """Run until told to stop; exit code 1 if the server could not start, deploy or stay."""
    end_like_ctrl_c()
    try:
        with only_one(LOCAL_DIR):
            serve(Settings.from_environment(os.environ), LOCAL_DIR)
    except KeyboardInterrupt:
        say("\nStopped.")
        return 0
    except (SettingsError, LocalAwsError, CdkCliError) as problem:
        with suppress(BrokenPipeError):
            print(problem, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
