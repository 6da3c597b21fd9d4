"""The server's own paths, used in ways they were not meant."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from local_aws.launcher import LocalAws


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/_local/messages", None, 404, "there are /_local/calls, /_local/faults, /_local/stops"),
        ("POST", "/_local/faults", b"[]", 405, "answers PUT, not POST"),
        ("PUT", "/_local/faults", b"[", 400, "not JSON"),
        ("PUT", "/_local/faults", b"{}", 400, "Expected a JSON list of faults, found dict"),
        ("PUT", "/_local/rekognition", b"[]", 400, "Expected a JSON object"),
        ("PUT", "/_local/rekognition", b'{"seconds": 1}', 400, "unknown; allowed are training_seconds"),
        ("PUT", "/_local/rekognition", b'{"training_seconds": "long"}', 400, "training_seconds"),
    ],
)
def test_mistakes_are_told_in_plain_words(
    *, aws: LocalAws, method: str, path: str, body: bytes | None, status: int, words: str
) -> None:
    request = urllib.request.Request(aws.endpoint_url + path, data=body, method=method)  # noqa: S310 - http

    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request)  # noqa: S310 - http to our own server

    assert refusal.value.code == status
    assert words in json.loads(refusal.value.read())["message"]
