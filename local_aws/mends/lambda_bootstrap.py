"""What runs inside a function's own process: the runtime that loads the handler and calls it.

It is started with `-I -S`, so it may import nothing but the standard library, and the function sees
nothing but its own asset and layers. It answers each line of its input with one line, in MiniStack's
worker protocol; `failure` beside a result is ours. Error names are those of AWS's Python runtime
(awslambdaric): Runtime.ImportModuleError, Runtime.HandlerNotFound, Runtime.MarshalError, else the
exception's own class.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

TASK_ROOT = "/var/task"
"""Where the asset lies on AWS, hence in the stack traces that people search for."""
END_OF_LOG = "-- end of the log of this invocation --"
"""Written to stderr after each invocation, so that the reader knows it has read everything."""
RESPONSE_LIMIT_BYTES = 6_291_556
"""Of a synchronous invocation (Lambda Developer Guide, "Lambda quotas")."""

Handler = Callable[[Any, Any], Any]


class RuntimeFailureError(Exception):
    """The runtime itself could not do its part; `name` is the error's type."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class LambdaContext:
    """The handler's second argument (Lambda Developer Guide, "Lambda context object in Python")."""

    def __init__(self, init: dict[str, Any], invocation: dict[str, Any]) -> None:
        self.function_name = init["function_name"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn = invocation.get("invoked_function_arn", init["arn"])
        self.memory_limit_in_mb = str(init["memory"])
        self.aws_request_id = invocation.get("request_id", "")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline = time.monotonic() + invocation["timeout_ms"] / 1000

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds before the function's time is over."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def load_handler(init: dict[str, Any]) -> Handler:
    """Import the function's module from its asset. Raises RuntimeFailureError, or what the module raises."""
    try:
        module = importlib.import_module(init["module"])
    except ImportError as problem:
        message = f"Unable to import module '{init['module']}': {problem}"
        raise RuntimeFailureError("Runtime.ImportModuleError", message) from problem
    handler: Handler | None = getattr(module, init["handler"], None)
    if handler is None:
        message = f"Handler '{init['handler']}' missing on module '{init['module']}'"
        raise RuntimeFailureError("Runtime.HandlerNotFound", message)
    return handler


def failure_of(problem: Exception, code_dir: str) -> dict[str, Any]:
    """The error as the runtime reports it."""
    frames = traceback.extract_tb(problem.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__ and "importlib" not in frame.filename]
    return {
        "errorMessage": str(problem),
        "errorType": problem.name if isinstance(problem, RuntimeFailureError) else type(problem).__name__,
        "stackTrace": [line.replace(code_dir, TASK_ROOT) for line in traceback.format_list(own)],
    }


def answer(handler: Handler, event: Any, context: LambdaContext, code_dir: str) -> dict[str, Any]:
    """Call the handler and tell how it went."""
    try:
        return {"status": "ok", "result": _as_json(handler(event, context))}
    except Exception as problem:
        traceback.print_exc()
        return {"status": "ok", "result": None, "failure": failure_of(problem, code_dir)}


def _as_json(result: Any) -> Any:
    try:
        text = json.dumps(result)
    except (TypeError, ValueError) as problem:
        raise RuntimeFailureError(
            "Runtime.MarshalError", f"Unable to marshal response: {problem}"
        ) from problem
    if len(text.encode()) > RESPONSE_LIMIT_BYTES:
        message = (
            f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT_BYTES} bytes)."
        )
        raise RuntimeFailureError("Function.ResponseSizeTooLarge", message)
    return result


def _shorten_sleeps() -> None:
    """A function that waits before it tries again waits no longer than all else here."""
    scale, sleep = float(os.environ.pop("_LAMBDA_TIME_SCALE", "1")), time.sleep
    time.sleep = lambda seconds: sleep(float(seconds) * scale)


def _prepare(init: dict[str, Any]) -> None:
    _shorten_sleeps()
    os.environ.update(init["env"])
    os.environ["_HANDLER"] = f"{init['module']}.{init['handler']}"
    layers = [path for path in os.environ.pop("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep) if path]
    sys.path[:0] = [init["code_dir"], *(os.path.join(layer, "python") for layer in layers)]  # noqa: PTH118


def main() -> None:
    """Serve invocations until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = os.fdopen(os.dup(2), "w", buffering=1)  # lines are in order with those of stderr
    init = json.loads(sys.stdin.readline())
    _prepare(init)

    def say(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    try:
        handler = load_handler(init)
    except Exception as problem:
        say({"status": "error", "error": json.dumps(failure_of(problem, init["code_dir"]))})
        return
    say({"status": "ready", "cold": True})
    for line in sys.stdin:
        message = json.loads(line)
        invocation = message["ctx"]
        os.environ.pop("_X_AMZN_TRACE_ID", None)
        if invocation.get("trace_id"):
            os.environ["_X_AMZN_TRACE_ID"] = invocation["trace_id"]
        answered = answer(handler, message["event"], LambdaContext(init, invocation), init["code_dir"])
        sys.stdout.flush()
        print(END_OF_LOG, file=sys.stderr, flush=True)
        say(answered)


if __name__ == "__main__":
    main()
