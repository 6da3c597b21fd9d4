"""Mends to Lambda: what a function sees around it, and how its failures are told."""

from __future__ import annotations

import contextvars
import hashlib
import json
import queue
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from local_aws.clock import Clock
from local_aws.mends import lambda_bootstrap
from local_aws.mends.registry import mend

ALONE = ("-I", "-S")
"""Python without the site-packages, PYTHON* variables and folders of whoever started the server."""
LOG_WAIT_SECONDS = 5.0
"""For the end of an invocation's log, which comes at once unless the process ends without one."""
LOG_POLL_SECONDS = 0.05
_KEPT = ("PATH", "LANG", "TZ", "NODE_PATH", "LAMBDA_TASK_ROOT")
_KEPT_PREFIXES = ("AWS_", "_LAMBDA_")
_SPAWN_FAILED = "Worker init failed: "
_DIED = ("Worker process died", "Worker process exited immediately", "Worker returned no response")

_spawned_for: contextvars.ContextVar[Mapping[str, Any]] = contextvars.ContextVar("spawned_for")
_unpacking = threading.Lock()
_failure: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("failure", default=None)


@mend("lambda-runtime", target="ministack.core.lambda_runtime._detect_runtime_binary")
def detect_runtime(original: Any) -> Any:
    """A Python function runs in a runtime that tells its failures as AWS's does and survives them.

    MiniStack's tells only the message, and the process ends with the first exception.
    """

    def detect(runtime: str) -> tuple[str, str]:
        if runtime.startswith("python"):
            return sys.executable, Path(lambda_bootstrap.__file__).read_text()
        found: tuple[str, str] = original(runtime)
        return found

    return detect


@mend("lambda-isolation", target="ministack.core.lambda_runtime.subprocess")
def start_alone(original: Any) -> Any:
    """A function sees its own asset, its own variables and a folder of its own for temporary files.

    MiniStack lets it import whatever the server's virtual environment has, so that a dependency
    that was never bundled fails only on AWS, and hands it the server's whole environment.
    """

    def popen(command: list[str], *, env: Mapping[str, str], cwd: str | None = None, **options: Any) -> Any:
        if cwd is None:  # a custom runtime's own binary
            return original.Popen(command, env=env, **options)
        if command[0] == sys.executable:
            command = [command[0], *ALONE, *command[1:]]
        temporary = Path(cwd).parent / "tmp"
        temporary.mkdir(exist_ok=True)
        own = environment(env, temporary, _spawned_for.get({}))
        own["_LAMBDA_TIME_SCALE"] = str(Clock().time_scale)
        return original.Popen(command, env=own, cwd=cwd, **options)

    return SimpleNamespace(**{**vars(original), "Popen": popen})


@mend("lambda-isolation", target="ministack.core.lambda_runtime.Worker")
def worker(original: Any) -> Any:
    """A function finds the variables that depend on its configuration, as AWS_EXECUTION_ENV.

    MiniStack leaves out those that its own runtimes do not need.
    """

    class Worker(original):  # type: ignore[misc]
        def _spawn(self) -> None:
            _spawned_for.set(self.config)
            super()._spawn()

    return Worker


@mend("lambda-code", target="ministack.core.lambda_runtime.zipfile")
def unpack_once(original: Any) -> Any:
    """Every environment of a function finds the same code, unpacked once, with what was compiled of it.

    MiniStack unpacks it anew for each, so that each compiles all of it again.
    """

    class ZipFile(original.ZipFile):  # type: ignore[misc]
        def extractall(self, path: str, *args: Any, **options: Any) -> None:
            if Path(path).name != "code":  # a layer
                super().extractall(path, *args, **options)
                return
            digest = hashlib.sha256(Path(self.filename).read_bytes()).hexdigest()
            shared = Path(tempfile.gettempdir()) / "lambda-code" / digest
            with _unpacking:
                if not shared.exists():
                    unfinished = shared.with_suffix(".unfinished")
                    super().extractall(unfinished, *args, **options)
                    unfinished.rename(shared)
            Path(path).rmdir()
            Path(path).symlink_to(shared)

    return SimpleNamespace(**{**vars(original), "ZipFile": ZipFile})


@mend("lambda-errors", target="ministack.core.lambda_runtime.Worker")
def failing_worker(original: Any) -> Any:
    """What the runtime tells of a failure reaches whoever made the invocation.

    MiniStack passes only the message on.
    """

    class Worker(original):  # type: ignore[misc]
        def invoke(self, *args: Any, **options: Any) -> Any:
            response = super().invoke(*args, **options)
            _failure.set(response.get("failure"))
            return response

    return Worker


@mend("lambda-logs", target="ministack.core.lambda_runtime.Worker")
def listening_worker(original: Any) -> Any:
    """All that a function printed is in the log of its invocation, and reading it takes no time.

    MiniStack waits for 50 ms and loses, or logs with the next invocation, what comes later.
    """

    class Worker(original):  # type: ignore[misc]
        def _drain_stderr_bounded(self, *args: Any, **options: Any) -> str:
            if not str(self.config.get("Runtime", "")).startswith("python"):
                return str(super()._drain_stderr_bounded(*args, **options))
            lines: list[str] = []
            give_up_at = time.monotonic() + LOG_WAIT_SECONDS
            while True:
                try:
                    line = str(self._stderr_queue.get(timeout=LOG_POLL_SECONDS))
                except queue.Empty:
                    is_running = self._proc is not None and self._proc.poll() is None
                    if is_running and time.monotonic() < give_up_at:
                        continue
                    return "\n".join(lines)
                if line.endswith(lambda_bootstrap.END_OF_LOG):
                    rest = line.removesuffix(lambda_bootstrap.END_OF_LOG)
                    return "\n".join([*lines, rest] if rest else lines)
                lines.append(line)

    return Worker


@mend("lambda-errors", target="ministack.services.lambda_svc._execute_function_warm")
def execute(original: Any) -> Any:
    """A function that fails has its exception's class as errorType, with its stack trace.

    MiniStack says Runtime.HandlerError whatever happened, so that no Retry or Catch on a function's
    own error ever matches.
    """

    def run(function: Mapping[str, Any], event: Any, request_id: str) -> Any:
        _failure.set(None)
        result = original(function, event, request_id)
        failure = _failure.get() or _runtime_failure(result, request_id)
        if failure is None:
            return result
        return {**result, "body": {**failure, "requestId": request_id}, "error": True}

    return run


def environment(spawned: Mapping[str, str], temporary: Path, config: Mapping[str, Any]) -> dict[str, str]:
    """The variables of Lambda's own (Developer Guide, "Defined runtime environment variables").

    The function's variables are added by its runtime. The home folder is empty, so that no SDK
    finds the developer's profiles there.
    """
    kept = {
        name: value for name, value in spawned.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    log_group = config.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{config.get('FunctionName')}"
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        **kept,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime')}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
    }


def _runtime_failure(result: Mapping[str, Any], request_id: str) -> dict[str, Any] | None:
    """What the runtime or its sandbox reports when the handler could not."""
    if not result.get("error"):
        return None
    message = str(result["body"]["errorMessage"])
    if message.startswith(f"{_SPAWN_FAILED}{{"):
        failure: dict[str, Any] = json.loads(message.removeprefix(_SPAWN_FAILED))
        return failure
    if message.startswith("Task timed out"):
        return {"errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: {request_id} Error: {message}"}
    if message.startswith(_DIED):
        told = f"RequestId: {request_id} Error: Runtime exited without providing a reason"
        return {"errorType": "Runtime.ExitError", "errorMessage": told}
    return dict(result["body"])
