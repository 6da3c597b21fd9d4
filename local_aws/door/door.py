"""The ASGI layer in front of MiniStack through which every request passes."""

from __future__ import annotations

import logging
import uuid
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from local_aws.door.admin import PREFIX, Admin
from local_aws.door.asgi import (
    AsgiApp,
    Receive,
    Scope,
    Send,
    json_response,
    read_request,
    replay,
    send_response,
)
from local_aws.door.call_log import CallLog
from local_aws.door.faults import Fault, Faults
from local_aws.door.models import VALIDATED_SERVICES
from local_aws.door.requests import AwsCall, HttpRequest, UnreadableRequestError, recognise
from local_aws.door.responses import HttpResponse, error_response, parse_response
from local_aws.door.validation import describe, violations
from local_aws.permission_log import PERMISSIONS
from local_aws.state_stops import STOPS

RESET_PATH = "/_ministack/reset"
INVALID_REQUEST_CODES = {
    "cloudwatch": "ValidationError",
    "s3": "InvalidArgument",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
}
"""What these services call a request that breaks their model; the others say ValidationException."""

logger = logging.getLogger("local_aws")


@dataclass(frozen=True, kw_only=True)
class Door:
    """Names, logs, fails on demand and checks each call, then lets MiniStack answer it."""

    inside: AsgiApp
    calls: CallLog
    faults: Faults
    admin: Admin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http" or (scope["path"].startswith("/_") and not _is_ours(scope)):
            await self.inside(scope, receive, send)
            return
        request = await read_request(scope, receive)
        if request is None:
            return
        if scope["path"].startswith(PREFIX):
            status, document = self.admin.answer(method=request.method, path=request.path, body=request.body)
            await send_response(json_response(status, document), send)
        elif scope["path"] == RESET_PATH:
            await self.inside(scope, replay(request.body, receive), send)
            self._forget()
        elif scope["path"] == "/health":
            await self.inside(scope, replay(request.body, receive), send)
        else:
            await self._aws_call(scope, request, receive, send)

    def _forget(self) -> None:
        self.calls.clear()
        self.faults.replace([])
        self.admin.outbox.clear()
        STOPS.replace([])
        PERMISSIONS.clear()

    async def _aws_call(self, scope: Scope, request: HttpRequest, receive: Receive, send: Send) -> None:
        call = recognise(request)
        logged = self.calls.record(service=call.service, operation=call.operation, caller=call.caller)
        fault = self.faults.fault_for(service=call.service, operation=call.operation, caller=call.caller)
        lost = fault is not None and fault.takes_effect
        refusal = (_injected(call, fault) if fault and not lost else None) or _invalid_request(call)
        if refusal is not None:
            logged.error, response = refusal
            await send_response(response, send)
            return
        inside_receive = replay(request.body, receive)
        if call.model is None or call.model.has_event_stream_output:
            await self.inside(scope, inside_receive, send)
            return
        captured = await self._captured(scope, inside_receive)
        logged.error, response = _checked(call, captured)
        if fault and lost:
            logged.took_effect = logged.error is None
            logged.error, response = _injected(call, fault)
        await send_response(response, send)

    async def _captured(self, scope: Scope, receive: Receive) -> HttpResponse:
        messages: list[MutableMapping[str, Any]] = []

        async def keep(message: MutableMapping[str, Any]) -> None:
            messages.append(message)

        await self.inside(scope, receive, keep)
        start = next(message for message in messages if message["type"] == "http.response.start")
        body = b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")
        return HttpResponse(status=start["status"], headers=tuple(start["headers"]), body=body)


def _injected(call: AwsCall, fault: Fault) -> tuple[str, HttpResponse]:
    message = f"{fault.error} was asked for through PUT /_local/faults."
    return fault.error, _error(call, fault.error, message)


def _is_ours(scope: Scope) -> bool:
    return bool(scope["path"].startswith(PREFIX) or scope["path"] == RESET_PATH)


def _invalid_request(call: AwsCall) -> tuple[str, HttpResponse] | None:
    if call.service not in VALIDATED_SERVICES or call.model is None:
        return None
    code = INVALID_REQUEST_CODES.get(call.service, "ValidationException")
    try:
        found = list(violations(call.model.input_shape, call.parameters()))
    except UnreadableRequestError as problem:
        return "SerializationException", _error(call, "SerializationException", str(problem))
    if not found:
        return None
    if any(violation.is_type for violation in found):
        code = "SerializationException"
    return code, _error(call, code, describe(found))


def _checked(call: AwsCall, response: HttpResponse) -> tuple[str | None, HttpResponse]:
    """The error code of the response, and the response; one that breaks the model becomes a loud 500.

    Empty lists and maps pass: AWS answers them where its own model asks for at least one member, as
    GetParameters does for InvalidParameters.
    """
    if call.model is None:
        return None, response
    try:
        parsed = parse_response(call.model, call.protocol, response)
    except Exception as problem:
        return _our_mistake(call, f"cannot be read: {problem}")
    if response.status >= 300:
        return str(parsed.get("Error", {}).get("Code") or response.status), response
    if call.service not in VALIDATED_SERVICES:
        return None, response
    parsed.pop("ResponseMetadata", None)
    found = [each for each in violations(call.model.output_shape, parsed) if each.value not in ([], {})]
    return _our_mistake(call, describe(found)) if found else (None, response)


def _our_mistake(call: AwsCall, problem: str) -> tuple[str, HttpResponse]:
    message = f"The local AWS answered {call.service} {call.operation} unlike AWS: {problem}"
    logger.error(message)
    return "InternalFailure", _error(call, "InternalFailure", message)


def _error(call: AwsCall, code: str, message: str) -> HttpResponse:
    return error_response(
        service=call.service,
        protocol=call.protocol,
        code=code,
        message=message,
        request_id=str(uuid.uuid4()),
    )
