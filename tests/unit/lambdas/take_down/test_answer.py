"""What CloudFormation is answered."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import urllib3

from lambdas.take_down import answer as module
from lambdas.take_down.answer import LARGEST_ANSWER, answer, body
from lambdas.take_down.errors import AnswerNotDelivered
from lambdas.take_down.request import PHYSICAL_ID, Request

EVENT = {
    "RequestType": "Delete",
    "StackId": "arn:aws:cloudformation:us-east-1:000000000000:stack/S/1",
    "RequestId": "r-1",
    "LogicalResourceId": "TakeDown",
    "PhysicalResourceId": "of-old",
    "ResponseURL": "http://127.0.0.1:1/x?Signature=secret",
}


def test_a_success_repeats_what_was_asked() -> None:
    assert json.loads(body(Request.from_event(EVENT), reason=None)) == {
        "Status": "SUCCESS",
        "PhysicalResourceId": "of-old",
        "StackId": EVENT["StackId"],
        "RequestId": "r-1",
        "LogicalResourceId": "TakeDown",
    }


def test_what_is_created_bears_a_name_that_never_changes() -> None:
    event = {name: value for name, value in EVENT.items() if name != "PhysicalResourceId"}

    assert Request.from_event(event).physical_id == PHYSICAL_ID


def test_a_failure_says_why() -> None:
    written = json.loads(body(Request.from_event(EVENT), reason="It is in use."))

    assert (written["Status"], written["Reason"]) == ("FAILED", "It is in use.")


@pytest.mark.parametrize("character", ["a", "ü", "😀", '"', "\n"])
def test_a_reason_that_is_too_long_loses_its_end_and_no_more(character: str) -> None:
    written = body(Request.from_event(EVENT), reason="Begins. " + character * 9000)

    assert LARGEST_ANSWER - 60 < len(written) <= LARGEST_ANSWER
    reason = json.loads(written)["Reason"]
    assert reason.startswith("Begins. ")
    assert reason.endswith(" …")


class Bucket(HTTPServer):
    """Answers with each of `statuses`, then with 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Put)
        self.statuses: list[int] = []
        self.received: list[tuple[str | None, Any]] = []


class Put(BaseHTTPRequestHandler):
    server: Bucket

    def do_PUT(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((self.headers["Content-Type"], content))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def bucket(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setattr(
        module, "_PATIENT", urllib3.Retry(total=2, status_forcelist=(503,), allowed_methods=("PUT",))
    )
    with Bucket() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def request_to(bucket: Bucket) -> Request:
    return Request.from_event(
        {**EVENT, "ResponseURL": f"http://127.0.0.1:{bucket.server_port}/x?Signature=secret"}
    )


def test_it_is_put_without_a_content_type_and_again_if_the_bucket_is_busy(bucket: Bucket) -> None:
    bucket.statuses = [503]

    answer(request_to(bucket), reason=None)

    assert [(kind, content["Status"]) for kind, content in bucket.received] == [("", "SUCCESS")] * 2


@pytest.mark.parametrize("statuses", [[403], [503, 503, 503]])
def test_an_answer_that_is_not_taken_is_an_error_that_tells_no_secret(
    bucket: Bucket, statuses: list[int]
) -> None:
    bucket.statuses = statuses

    with pytest.raises(AnswerNotDelivered) as problem:
        answer(request_to(bucket), reason="Why.")

    assert "secret" not in str(problem.value)
