"""What an HTTP response says in AWS's terms, and how an error is written on each protocol's wire."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import OperationModel, StructureShape
from botocore.parsers import create_parser

from local_aws.door.models import service_model


@dataclass(frozen=True, kw_only=True)
class HttpResponse:
    """A response as it leaves; header names as they were given."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def parse_response(model: OperationModel, protocol: str, response: HttpResponse) -> dict[str, Any]:
    """What botocore would hand to the caller, an `Error` among it. Raises when it cannot be read."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    is_stream = model.has_streaming_output and response.status < 300
    body = io.BytesIO(response.body) if is_stream else response.body
    parsed: dict[str, Any] = create_parser(protocol).parse(
        {"status_code": response.status, "headers": headers, "body": body},
        model.output_shape,  # type: ignore[arg-type]  # None is fine: nothing is expected then
    )
    return parsed


def error_response(
    *, service: str, protocol: str, code: str, message: str, request_id: str, status: int | None = None
) -> HttpResponse:
    """An error of that name, in the form a client of the service reads.

    `code` is the name of the error in AWS's API reference, modelled or common; its HTTP status comes
    from the model, or is the one AWS uses for common errors.
    """
    wire_code, modelled_status = _on_the_wire(service, code)
    status = status or modelled_status or _common_status(wire_code, protocol)
    fault = "Sender" if status < 500 else "Receiver"
    write = {"rest-json": _rest_json, "rest-xml": _rest_xml, "query": _query}.get(protocol, _json)
    headers, body = write(wire_code, message, request_id, fault)
    headers = {**headers, "x-amzn-RequestId": request_id, "Content-Length": str(len(body.encode()))}
    return HttpResponse(
        status=status,
        headers=tuple((name.encode(), value.encode()) for name, value in headers.items()),
        body=body.encode(),
    )


def _json(code: str, message: str, _request_id: str, _fault: str) -> tuple[Mapping[str, str], str]:
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
    return headers, json.dumps({"__type": code, "message": message})


def _rest_json(code: str, message: str, _request_id: str, fault: str) -> tuple[Mapping[str, str], str]:
    kind = "User" if fault == "Sender" else "Service"
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    return headers, json.dumps({"Type": kind, "message": message})


def _rest_xml(code: str, message: str, request_id: str, _fault: str) -> tuple[Mapping[str, str], str]:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    )
    return {"Content-Type": "application/xml", "x-amz-request-id": request_id}, body


def _query(code: str, message: str, request_id: str, fault: str) -> tuple[Mapping[str, str], str]:
    body = (
        f"<ErrorResponse><Error><Type>{fault}</Type><Code>{escape(code)}</Code>"
        f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return {"Content-Type": "text/xml"}, body


def _on_the_wire(service: str, code: str) -> tuple[str, int | None]:
    """The code a client reads and the modelled status, for an error named as in the API reference."""
    model = service_model(service)
    for shape in model.error_shapes if model is not None else ():
        if not isinstance(shape, StructureShape):
            continue
        modelled = shape.metadata.get("error", {})
        if code in (shape.name, shape.error_code):
            return shape.error_code, modelled.get("httpStatusCode")
    return code, None


_COMMON_STATUS: Mapping[str, int] = {
    "InternalFailure": 500,
    "InternalError": 500,
    "InternalServerError": 500,
    "ServiceException": 500,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
    "SlowDown": 503,
    "RequestTimeout": 400,
    "NoSuchKey": 404,
    "NoSuchBucket": 404,
    "PreconditionFailed": 412,
}
"""Statuses of errors that models leave out (S3's, and AWS's common errors)."""


def _common_status(code: str, protocol: str) -> int:
    if code in _COMMON_STATUS:
        return _COMMON_STATUS[code]
    if "AccessDenied" in code:
        return 400 if protocol == "json" else 403
    return 400
