"""The ASGI layer in front of MiniStack through which every request passes."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from local_aws.door.admin import PREFIX, Admin
from local_aws.door.call_log import CallLog
from local_aws.door.faults import Faults
from local_aws.door.models import VALIDATED_SERVICES
from local_aws.door.requests import AwsCall, HttpRequest, UnreadableRequestError, recognise
from local_aws.door.responses import HttpResponse, error_response, parse_response
from local_aws.door.validation import describe, violations

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

RESET_PATH = "/_ministack/reset"
INVALID_REQUEST_CODES = {"s3": "InvalidArgument", "sns": "InvalidParameter"}
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
        request = await _read(scope, receive)
        if request is None:
            return
        if scope["path"].startswith(PREFIX):
            status, document = self.admin.answer(method=request.method, path=request.path, body=request.body)
            await _send(_json_response(status, document), send)
        elif scope["path"] == RESET_PATH:
            await self.inside(scope, _replay(request.body, receive), send)
            self._forget()
        elif scope["path"] == "/health":
            await self.inside(scope, _replay(request.body, receive), send)
        else:
            await self._aws_call(scope, request, receive, send)

    def _forget(self) -> None:
        self.calls.clear()
        self.faults.replace([])
        self.admin.outbox.clear()

    async def _aws_call(self, scope: Scope, request: HttpRequest, receive: Receive, send: Send) -> None:
        call = recognise(request)
        logged = self.calls.record(service=call.service, operation=call.operation, caller=call.caller)
        refusal = self._injected(call) or _invalid_request(call)
        if refusal is not None:
            logged.error, response = refusal
            await _send(response, send)
            return
        inside_receive = _replay(request.body, receive)
        if call.model is None or call.model.has_event_stream_output:
            await self.inside(scope, inside_receive, send)
            return
        captured = await self._captured(scope, inside_receive)
        logged.error, response = _checked(call, captured)
        await _send(response, send)

    def _injected(self, call: AwsCall) -> tuple[str, HttpResponse] | None:
        error = self.faults.error_for(service=call.service, operation=call.operation)
        if error is None:
            return None
        message = f"{error} was asked for through PUT /_local/faults."
        return error, _error(call, error, message)

    async def _captured(self, scope: Scope, receive: Receive) -> HttpResponse:
        messages: list[MutableMapping[str, Any]] = []

        async def keep(message: MutableMapping[str, Any]) -> None:
            messages.append(message)

        await self.inside(scope, receive, keep)
        start = next(message for message in messages if message["type"] == "http.response.start")
        body = b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")
        return HttpResponse(status=start["status"], headers=tuple(start["headers"]), body=body)


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


def _json_response(status: int, document: Any) -> HttpResponse:
    body = json.dumps(document).encode()
    headers = ((b"Content-Type", b"application/json"), (b"Content-Length", str(len(body)).encode()))
    return HttpResponse(status=status, headers=headers, body=body)


async def _read(scope: Scope, receive: Receive) -> HttpRequest | None:
    """The whole request; None when the client went away."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return HttpRequest(
        method=scope["method"],
        raw_path=(scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
        path=scope["path"],
        query_string=scope.get("query_string", b"").decode("utf-8"),
        headers=headers,
        body=body,
    )


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read to MiniStack, then whatever else the client does."""
    sent = False

    async def again() -> MutableMapping[str, Any]:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _send(response: HttpResponse, send: Send) -> None:
    await send({"type": "http.response.start", "status": response.status, "headers": list(response.headers)})
    await send({"type": "http.response.body", "body": response.body, "more_body": False})
