"""The report of a judged version: in the bucket, in the message, in the event."""

import json
from typing import Any

from tests.report_schema import violations
from tests.workflows.operator import Operator
from tests.workflows.pictures import noises


def report_of(operator: Operator, page: str) -> tuple[bytes, dict[str, Any]]:
    """Both files, of the page's S3 URI."""
    bucket, _, key = page.removeprefix("s3://").partition("/")
    s3 = operator.aws.client("s3")
    answer = s3.get_object(Bucket=bucket, Key=key)
    assert answer["ContentType"] == "text/html; charset=utf-8"
    document = s3.get_object(Bucket=bucket, Key=key.replace(".html", ".json"))["Body"].read()
    return answer["Body"].read(), json.loads(document)


def test_a_deployed_and_then_a_rejected_version_have_their_reports(stocked: Operator) -> None:
    first = stocked.run()

    assert first["outcome"] == "deployed"
    page, report = report_of(stocked, first["evaluation_report"])
    assert violations(report) == []
    assert report["notes"] == []
    assert (report["version"], report["champion"]) == (first["version"], None)
    assert report["verdict"]["verdict"] == "accepted"
    assert report["training"]["billed_seconds"] > 0
    assert report["training"]["ended_at"]
    assert report["data_set"]["train"] == first["pictures"]["train"]
    assert {label["label"] for label in report["labels"]} == {"apple", "pear"}
    assert report["confusion"]["labels"] == ["apple", "pear"]
    assert first["version"].encode() in page
    (message,) = stocked.messages()
    bucket, _, key = first["evaluation_report"].removeprefix("s3://").partition("/")
    assert first["evaluation_report"] in message["message"]
    assert f".console.aws.amazon.com/s3/object/{bucket}?region=" in message["message"]
    assert f"&prefix={key}\n" in message["message"]

    stocked.set("Minimum-F1-Score", "1.0")
    stocked.upload(noises(("apple", "pear"), 40))
    second = stocked.run()

    assert second["outcome"] == "rejected"
    page, report = report_of(stocked, second["evaluation_report"])
    assert violations(report) == []
    assert report["notes"] == []
    assert report["verdict"]["verdict"] == "rejected"
    assert report["champion"]["version"] == first["version"]
    assert [each["version"] for each in report["history"]] == [first["version"], second["version"]]
    assert {label["champion_f1"] for label in report["labels"]} != {None}
    changes = report["data_set"]["changes"]
    # The first 20 have the names of those before.
    assert changes == {"since": first["version"], "added": 60, "replaced": 20, "relabelled": 0, "removed": 0}
    assert second["new_pictures"] == 80
    assert report["most_wrong"]
    assert b"data:image/png;base64," in page
    assert second["evaluation_report"] in stocked.messages()[-1]["message"]


def test_a_report_that_cannot_be_written_costs_no_verdict(stocked: Operator) -> None:
    stocked.aws.faults(
        [{"service": "dynamodb", "operation": "Query", "error": "InternalServerError", "times": 1000}]
    )

    outcome = stocked.run()

    stocked.aws.faults([])
    assert outcome["outcome"] == "deployed"
    _, report = report_of(stocked, outcome["evaluation_report"])
    assert [note for note in report["notes"] if "the earlier versions" in note]
