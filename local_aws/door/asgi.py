"""Requests and responses as ASGI hands them about."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from local_aws.door.requests import HttpRequest
from local_aws.door.responses import HttpResponse

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


def json_response(status: int, document: Any) -> HttpResponse:
    """A JSON document as a response."""
    body = json.dumps(document).encode()
    headers = ((b"Content-Type", b"application/json"), (b"Content-Length", str(len(body)).encode()))
    return HttpResponse(status=status, headers=headers, body=body)


async def read_request(scope: Scope, receive: Receive) -> HttpRequest | None:
    """The whole request; None when the client went away."""
    body = bytearray()
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
        body=bytes(body),
    )


def replay(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read to MiniStack, then whatever else the client does."""
    sent = False

    async def again() -> MutableMapping[str, Any]:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def send_response(response: HttpResponse, send: Send) -> None:
    """Send it whole."""
    await send({"type": "http.response.start", "status": response.status, "headers": list(response.headers)})
    await send({"type": "http.response.body", "body": response.body, "more_body": False})
