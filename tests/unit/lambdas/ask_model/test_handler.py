"""The function as Lambda calls it: S3 is moto's, Rekognition is told what to answer."""

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.ask_model import handler as handler_module
from lambdas.ask_model import observability
from lambdas.ask_model.errors import SampleMissing
from lambdas.ask_model.handler import handler
from tests.unit.lambdas.conftest import FakeContext
from tests.unit.lambdas.emf import metrics_of

from .pictures import SAMPLE, entry, sample

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")


@pytest.fixture
def client(aws: None, monkeypatch: pytest.MonkeyPatch) -> "S3Client":
    # Powertools reads POWERTOOLS_METRICS_NAMESPACE when it is imported, which is before this.
    monkeypatch.setattr(observability.metrics, "namespace", "TrainingPipeline-test")
    handler_module._s3.cache_clear()
    handler_module._impatient_s3.cache_clear()
    handler_module._rekognition.cache_clear()
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=SAMPLE.bucket)
    client.put_object(Bucket=SAMPLE.bucket, Key=SAMPLE.key, Body=sample(entry("a", "cat"), entry("b", "dog")))
    return client


def ask(context: FakeContext, *, labels: tuple[str, ...], **changed: Any) -> dict[str, Any]:
    """Rekognition finds one label in each picture; none for a picture that cannot be read."""
    event = {
        "purpose": "canary",
        "version": "set-1",
        "arn": "arn:aws:rekognition:us-east-1:123456789012:project/p/version/set-1/1700000000000",
        "sample": {"bucket": SAMPLE.bucket, "key": SAMPLE.key},
        "per_second": 1000,
        "execution_id": "arn:run",
        **changed,
    }
    with Stubber(handler_module._rekognition()) as stub:
        for label in labels:
            if label:
                found = [{"Name": label, "Confidence": 90.0}]
                stub.add_response("detect_custom_labels", {"CustomLabels": found})
            else:
                stub.add_client_error("detect_custom_labels", "InvalidS3ObjectException")
        return dict(handler(event, context))


def test_a_canary_is_a_metric_of_its_version(
    client: "S3Client", lambda_context: FakeContext, capsys: pytest.CaptureFixture[str]
) -> None:
    result = ask(lambda_context, labels=("cat", "cat"))

    assert (result["agreement"], result["asked"]) == (0.5, 2)
    found = metrics_of(capsys.readouterr().out)
    assert {metric.name: metric.value for metric in found if metric.unit != "Milliseconds"} == {
        "PicturesAsked": 2,
        "AnswerErrors": 0,
        "Agreement": 50,
    }
    assert {metric.name for metric in found if metric.unit == "Milliseconds"} == {
        "MedianAnswer",
        "SlowestAnswer",
    }
    assert all(("version", "set-1") in metric.dimensions for metric in found)


def test_what_cannot_be_read_is_no_disagreement(
    client: "S3Client", lambda_context: FakeContext, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(lambda_context, labels=("", ""))

    assert {metric.name: metric.value for metric in metrics_of(capsys.readouterr().out)} == {
        "PicturesAsked": 2,
        "AnswerErrors": 0,
    }


def test_a_comparison_is_no_metric_and_keeps_its_answers(
    client: "S3Client", lambda_context: FakeContext, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "evaluation/set-1/answers-live.json"
    ask(lambda_context, labels=("cat", "cat"), purpose="compare", answers_key=key)

    assert metrics_of(capsys.readouterr().out) == []
    assert client.get_object(Bucket=SAMPLE.bucket, Key=key)["ContentType"] == "application/json"


def test_errors_escape_under_their_own_names(client: "S3Client", lambda_context: FakeContext) -> None:
    client.delete_object(Bucket=SAMPLE.bucket, Key=SAMPLE.key)

    with pytest.raises(SampleMissing):
        ask(lambda_context, labels=())
