"""The answer to CloudFormation (User Guide, "Custom resource response objects")."""

import json

import urllib3

from .errors import AnswerNotDelivered
from .request import Request

LARGEST_ANSWER = 4096
"""Bytes that CloudFormation takes."""
_PATIENT = urllib3.Retry(
    total=6, backoff_factor=1, status_forcelist=(429, 500, 502, 503, 504), allowed_methods=("PUT",)
)
_ELLIPSIS = " …"


def answer(request: Request, *, reason: str | None) -> None:
    """Tell CloudFormation that the request is done, or, with a reason, that it failed.

    Raises:
        AnswerNotDelivered: it could not be told.
    """
    try:
        response = urllib3.PoolManager().request(
            "PUT",
            request.response_url,
            body=body(request, reason=reason),
            # The URL is signed without a content type.
            headers={"Content-Type": ""},
            retries=_PATIENT,
            timeout=10,
        )
    except urllib3.exceptions.HTTPError as problem:
        # Its text has the URL in it.
        raise AnswerNotDelivered(f"CloudFormation could not be answered: {type(problem).__name__}") from None
    if response.status >= 300:
        raise AnswerNotDelivered(f"CloudFormation's bucket answered {response.status} to the answer")


def body(request: Request, *, reason: str | None) -> bytes:
    """The answer; a reason that is too long loses its end."""
    document = {
        "Status": "SUCCESS" if reason is None else "FAILED",
        "PhysicalResourceId": request.physical_id,
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_id,
    }
    kept = reason
    while True:
        written = json.dumps(document if kept is None else {**document, "Reason": kept}).encode()
        excess = len(written) - LARGEST_ANSWER
        if excess <= 0 or not kept:
            return written
        # A character may take up to 12 bytes as JSON writes it, so this takes a few turns.
        kept = kept.removesuffix(_ELLIPSIS)[: -max(1, excess // 12 + len(_ELLIPSIS))] + _ELLIPSIS
