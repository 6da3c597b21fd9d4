"""Runs the embedded AWS as a child process, for tests, the demo and `make local`."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from local_aws.__main__ import KEPT_VARIABLES, READY_LINE
from local_aws.admin_client import AdminClient, LocalAwsError
from local_aws.config import (
    DEFAULT_SCHEDULE_SCALE,
    DEFAULT_TIME_SCALE,
    REGION,
    ROOT_ACCESS_KEY,
    ROOT_SECRET_KEY,
)

START_SECONDS = 60.0
"""A start takes under 2 s; a machine busy with other work may need many times that."""
STOP_SECONDS = 5.0
"""After SIGTERM; a stack that still waits for a custom resource would keep the process alive."""
LOG_TAIL_LINES = 40
__all__ = ["LocalAws", "LocalAwsError"]

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class LocalAws:
    """A local AWS of one's own: `with LocalAws(port=0) as aws: aws.client("s3")`."""

    def __init__(
        self,
        *,
        port: int = 0,
        time_scale: float = DEFAULT_TIME_SCALE,
        schedule_scale: float = DEFAULT_SCHEDULE_SCALE,
        alarm_scale: float | None = None,
        without_mends: Sequence[str] = (),
    ) -> None:
        """Nothing starts before `start` or `with`. Port 0 picks a free one.

        The periods of alarms have the time scale, unless `alarm_scale` is given.
        """
        self._settings = {
            "LOCAL_AWS_PORT": str(port),
            "LOCAL_AWS_TIME_SCALE": str(time_scale),
            "LOCAL_AWS_SCHEDULE_SCALE": str(schedule_scale),
            "LOCAL_AWS_ALARM_SCALE": str(time_scale if alarm_scale is None else alarm_scale),
            "LOCAL_AWS_WITHOUT_MEND": ",".join(without_mends),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._workdir: tempfile.TemporaryDirectory[str] | None = None
        self._endpoint_url = ""
        self._owner = _owner_session()
        self._clients: dict[str, Any] = {}
        self._clients_lock = threading.Lock()

    def __enter__(self) -> LocalAws:
        """Start the server and wait until it answers."""
        self.start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self.stop()

    @property
    def endpoint_url(self) -> str:
        """Where every AWS service answers."""
        return self._endpoint_url

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which any AWS client talks to this server, signed in as its owner."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": ROOT_ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    @property
    def log_path(self) -> Path:
        """What the server writes to its output; gone after `stop`."""
        if self._workdir is None:
            raise LocalAwsError("The local AWS is not running.")
        return Path(self._workdir.name) / "server.log"

    def start(self) -> None:
        """Start the server in a process group of its own. Raises LocalAwsError with the log's tail."""
        self._workdir = tempfile.TemporaryDirectory(prefix="local-aws-")
        kept = {name: value for name, value in os.environ.items() if name in KEPT_VARIABLES}
        environment = {**kept, **self._settings, "TMPDIR": self._workdir.name}
        try:
            with self.log_path.open("wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "local_aws"],
                    cwd=PROJECT_ROOT,
                    env=environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """TERM, then KILL of the whole group, Lambda workers included; does nothing when not running."""
        process, self._process = self._process, None
        self._clients, self._endpoint_url = {}, ""
        if process is not None:
            _end_group(process)
        if self._workdir is not None:
            self._workdir.cleanup()
            self._workdir = None

    def client(self, service: str, *, session: boto3.Session | None = None) -> Any:
        """A boto3 client of this server that never retries.

        As the account's owner, one for each service (making one takes long), safe to use from several
        threads; or a new one with the credentials of `session`.
        """
        if session is not None:
            return self._new_client(service, session)
        with self._clients_lock:
            if service not in self._clients:
                self._clients[service] = self._new_client(service, self._owner)
            return self._clients[service]

    def _new_client(self, service: str, session: boto3.Session) -> Any:
        config = Config(inject_host_prefix=False, retries={"total_max_attempts": 1}, max_pool_connections=50)
        make: Any = session.client
        return make(service, endpoint_url=self.endpoint_url, config=config)

    def calls(self) -> list[dict[str, Any]]:
        """Every AWS call so far: service, operation, caller, error or None, and whether it took effect
        although its answer was lost; the oldest first."""
        calls: list[dict[str, Any]] = self._admin.get("calls")
        return calls

    def faults(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """Put these faults in force instead of the ones before; an empty list ends them all."""
        self._admin.put("faults", list(faults))

    def stops(self, stops: Sequence[Mapping[str, str]]) -> None:
        """Stop the next execution that enters a state, as StopExecution does: `machine` (a part of its name)
        and `state` each. They take the place of the ones before."""
        self._admin.put("stops", list(stops))

    def permissions(self) -> list[dict[str, Any]]:
        """What each role was allowed and denied so far: role, action, resource, allowed; each once."""
        decisions: list[dict[str, Any]] = self._admin.get("permissions")
        return decisions

    def outbox(self) -> list[dict[str, Any]]:
        """Every message published: topic, subject, message, kind; the oldest first."""
        messages: list[dict[str, Any]] = self._admin.get("outbox")
        return messages

    def rekognition(self, **settings: Any) -> None:
        """How trainings go: `training_seconds`, `next_training` to make one fail, `hold_trainings` to let
        none end for now."""
        self._admin.put("rekognition", settings)

    def reset(self) -> None:
        """Forget every resource, call, fault and message, as if just started. End executions first."""
        self._admin.reset()

    def log_tail(self) -> str:
        """The last lines of the server's log, for messages about what went wrong."""
        lines = self.log_path.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:])

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise LocalAwsError(f"The local AWS did not start. Its log ends:\n{self.log_tail()}")
            if self._is_ready():
                return
            time.sleep(0.02)
        raise LocalAwsError(
            f"The local AWS did not answer within {START_SECONDS:.0f} s. Its log ends:\n{self.log_tail()}"
        )

    def _is_ready(self) -> bool:
        if not self._endpoint_url:
            for line in self.log_path.read_text(errors="replace").splitlines():
                if line.startswith(READY_LINE):
                    self._endpoint_url = line.removeprefix(READY_LINE).strip()
        return bool(self._endpoint_url) and self._admin.is_up()

    @property
    def _admin(self) -> AdminClient:
        return AdminClient(endpoint_url=self._endpoint_url)


def _owner_session() -> boto3.Session:
    """Signed in as the account's owner, whatever profile the developer works with."""
    nothing: dict[str, Any] = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    return boto3.Session(
        aws_access_key_id=ROOT_ACCESS_KEY,
        aws_secret_access_key=ROOT_SECRET_KEY,
        region_name=REGION,
        botocore_session=botocore.session.Session(session_vars=nothing),
    )


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
