"""The function as Lambda calls it, against moto."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lambdas.judge_evaluation import handler as handler_module
from lambdas.judge_evaluation import observability
from lambdas.judge_evaluation.errors import EvaluationMissing
from lambdas.judge_evaluation.handler import handler
from tests.unit.lambdas.conftest import FakeContext

from .snapshots import classified, lines
from .summaries import label_result, summary

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

BUCKET = "pictures-bucket"
KEY = "evaluation/summary.json"


@pytest.fixture
def client(aws: None, monkeypatch: pytest.MonkeyPatch) -> "S3Client":
    # Powertools reads POWERTOOLS_METRICS_NAMESPACE when it is imported, which is before this.
    monkeypatch.setattr(observability.metrics, "namespace", "TrainingPipeline-test")
    monkeypatch.setenv("BUCKET_NAME", BUCKET)
    monkeypatch.setenv("RESULTS_PREFIX", "evaluation/")
    handler_module._s3.cache_clear()
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


def event(**changed: object) -> dict[str, Any]:
    usual = {
        "version": "set-1",
        "f1": 0.9,
        "summary": {"Bucket": BUCKET, "Name": KEY},
        "minimum_f1": 0.8,
        "execution_id": "arn:run",
    }
    return {**usual, **changed}


def test_a_version_is_judged_and_its_score_is_a_metric(
    client: "S3Client", lambda_context: FakeContext, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.dumps(summary(label_result("cat"), label_result("dog", 0.5))).encode()
    client.put_object(Bucket=BUCKET, Key=KEY, Body=content)

    accepted: Any = handler(event(), lambda_context)
    rejected: Any = handler(event(minimum_f1=0.95), lambda_context)

    assert (accepted["verdict"], rejected["verdict"]) == ("accepted", "rejected")
    assert [found["label"] for found in accepted["labels"]] == ["dog", "cat"]
    assert json.loads(json.dumps(accepted)) == accepted
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [line["F1"] for line in logged if "_aws" in line] == [[0.9], [0.9]]


def test_a_sample_is_drawn_and_a_version_held_against_the_live_one(
    client: "S3Client", lambda_context: FakeContext
) -> None:
    client.put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(summary(label_result("cat"))).encode())
    documents = [classified(f"{number}.jpg", ["cat"], ("cat", 0.9, number < 4)) for number in range(8)]
    client.put_object(Bucket=BUCKET, Key="snapshot", Body=b"\n".join(lines(*documents)))

    drawn: Any = handler(
        event(mode="sample", snapshot={"Bucket": BUCKET, "Name": "snapshot"}), lambda_context
    )

    place = {"bucket": BUCKET, "key": "evaluation/set-1/sample.json"}
    assert drawn == {
        "sample": place,
        "pictures": 8,
        "test_pictures": 8,
        "worth_comparing": True,
        "warnings": [],
    }
    sample = json.loads(client.get_object(Bucket=BUCKET, Key=place["key"])["Body"].read())
    answers = [
        {"bucket": each["bucket"], "key": each["key"], "answer": [{"label": "cat", "confidence": 0.8}]}
        for each in sample["pictures"]
    ]
    body = json.dumps({"schema_version": 1, "asked": "set-0", "pictures": answers}).encode()
    client.put_object(Bucket=BUCKET, Key="evaluation/set-1/answers-set-0.json", Body=body)
    champion = {
        "version": "set-0",
        "state": "answered",
        "summary": {"Bucket": BUCKET, "Name": KEY},
        "answers": {"bucket": BUCKET, "key": "evaluation/set-1/answers-set-0.json"},
    }

    verdict: Any = handler(event(sample=place, champion=champion, tolerance=0.02), lambda_context)

    assert verdict["verdict"] == "rejected"
    assert "On the same 8 pictures its F1 is 0.667, that of the live model set-0 1" in verdict["reason"]


def test_errors_escape_under_their_own_names(client: "S3Client", lambda_context: FakeContext) -> None:
    with pytest.raises(EvaluationMissing, match=KEY):
        handler(event(), lambda_context)
