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

    accepted = handler(event(), lambda_context)
    rejected = handler(event(minimum_f1=0.95), lambda_context)

    assert accepted["accepted"] is True
    assert [found["label"] for found in accepted["labels"]] == ["dog", "cat"]
    assert json.loads(json.dumps(accepted)) == accepted
    assert {**rejected, "minimum_f1": 0.8, "accepted": True} == accepted
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [line["F1"] for line in lines if "_aws" in line] == [[0.9], [0.9]]


def test_errors_escape_under_their_own_names(client: "S3Client", lambda_context: FakeContext) -> None:
    with pytest.raises(EvaluationMissing, match=KEY):
        handler(event(), lambda_context)
