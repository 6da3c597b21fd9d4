"""Which operation of which service an HTTP request is, and what it asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from ministack.core.iam_evaluator import resolve_caller_identity
from ministack.core.router import detect_service, extract_access_key_id
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request
from moto.core.routing import RestRouter
from werkzeug.exceptions import NotFound

from local_aws.door.models import botocore_name, service_model

ANONYMOUS = "anonymous"
_RPC_PATH = re.compile(r"/service/\w+/operation/(\w+)")
"""Smithy RPC v2 puts the operation in the path."""


class UnreadableRequestError(Exception):
    """The body is not of the form that the protocol asks for."""


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """A request as it arrived; header names in lower case."""

    method: str
    raw_path: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, list[str]]:
        """The query string, and the body of a form, as MiniStack's router wants them."""
        form = self.body.decode("utf-8", "replace") if self.is_form else ""
        return {
            **parse_qs(form, keep_blank_values=True),
            **parse_qs(self.query_string, keep_blank_values=True),
        }

    @property
    def is_form(self) -> bool:
        """Whether the body holds query-protocol parameters."""
        return self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


@dataclass(frozen=True, kw_only=True)
class AwsCall:
    """A request that was understood as a call of AWS."""

    service: str
    """botocore's name of the service, such as stepfunctions."""
    operation: str
    """As in AWS's API reference, such as StartExecution."""
    caller: str
    """ARN of who signed it."""
    protocol: str
    model: OperationModel | None
    """None when botocore does not know the operation."""
    uri_parameters: Mapping[str, Any]
    request: HttpRequest

    def parameters(self) -> dict[str, Any]:
        """What the caller asked for, by botocore's member names. Raises UnreadableRequestError."""
        if self.model is None or self.model.input_shape is None:
            return {}
        try:
            if self.protocol == "json":
                return _json_object(self.request.body)
            return _parse(self.model, self.protocol, self.request, self.uri_parameters)
        except Exception as problem:
            raise UnreadableRequestError(f"The request cannot be read: {problem}") from problem


def recognise(request: HttpRequest) -> AwsCall:
    """Name the call; a request that fits no operation is named by its method and path."""
    query = request.query
    service = botocore_name(detect_service(request.method, request.path, dict(request.headers), query))
    model = service_model(service)
    operation_name, protocol, uri_parameters = _operation(service, request, query)
    known = model is not None and operation_name in model.operation_names
    return AwsCall(
        service=service,
        operation=operation_name,
        caller=_caller(request, query),
        protocol=protocol,
        model=model.operation_model(operation_name) if model is not None and known else None,
        uri_parameters=uri_parameters,
        request=request,
    )


def _operation(
    service: str, request: HttpRequest, query: Mapping[str, list[str]]
) -> tuple[str, str, Mapping[str, Any]]:
    if target := request.headers.get("x-amz-target"):
        return target.rpartition(".")[2], "json", {}
    if match := _RPC_PATH.search(request.path):
        return match[1], "smithy-rpc-v2-cbor", {}
    model = service_model(service)
    protocol = model.protocol if model is not None else "unknown"
    if protocol.startswith("rest"):
        name, uri_parameters = _rest_operation(service, request)
        return name, protocol, uri_parameters
    if "Action" in query:
        return query["Action"][0], "query", {}
    return f"{request.method} {request.path}", protocol, {}


def _rest_operation(service: str, request: HttpRequest) -> tuple[str, Mapping[str, Any]]:
    try:
        operation, uri_parameters = _router(service).match(_werkzeug(request))
    except NotFound:
        return f"{request.method} {request.path}", {}
    return operation.name, uri_parameters


@lru_cache(maxsize=64)
def _router(service: str) -> RestRouter:
    model = service_model(service)
    if model is None:
        raise LookupError(f"botocore has no service {service}.")
    return RestRouter(model)


def _werkzeug(request: HttpRequest) -> Request:
    url = f"http://127.0.0.1{request.raw_path}"
    if request.query_string:
        url += f"?{request.query_string}"
    found: Request = Request.from_primitives(request.method, url, request.headers, request.body)
    found.environ["RAW_URI"] = request.raw_path
    return found


def _parse(
    model: OperationModel, protocol: str, request: HttpRequest, uri_parameters: Mapping[str, Any]
) -> dict[str, Any]:
    http = _werkzeug(request)
    parsed: dict[str, Any] = PROTOCOL_PARSERS[protocol](model).parse(
        {
            "method": http.method,
            "values": http.values,
            "headers": http.headers,
            "body": request.body,
            "url_path": http.path,
            "url_params": dict(uri_parameters),
        }
    )
    return {name: value for name, value in parsed.items() if value is not None}


def _json_object(body: bytes) -> dict[str, Any]:
    value = json.loads(body or b"{}")
    if not isinstance(value, dict):
        raise TypeError(f"expected a JSON object, found {type(value).__name__}")
    return value


def _caller(request: HttpRequest, query: Mapping[str, list[str]]) -> str:
    access_key_id = extract_access_key_id(dict(request.headers), query)
    if not access_key_id:
        return ANONYMOUS
    identity = resolve_caller_identity(access_key_id)
    return str(identity["userArn"]) if identity else f"unknown access key {access_key_id}"
