"""The function as Lambda calls it, against moto."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lambdas.build_manifest import handler as handler_module
from lambdas.build_manifest import observability
from lambdas.build_manifest.errors import PicturesChanged, RequestInvalid, SettingsMissing
from lambdas.build_manifest.handler import handler
from lambdas.build_manifest.layout import CONTENT_HASHES_KEY, IMAGES_PREFIX, set_folder
from tests.unit.lambdas.conftest import FakeContext

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

BUCKET = "pictures-bucket"
TABLE = "registry"


@pytest.fixture
def client(aws: None, monkeypatch: pytest.MonkeyPatch) -> "S3Client":
    monkeypatch.setenv("BUCKET_NAME", BUCKET)
    monkeypatch.setenv("DATA_LOCATIONS", "[]")
    monkeypatch.setenv("REGISTRY_TABLE_NAME", TABLE)
    # Powertools reads POWERTOOLS_METRICS_NAMESPACE when it is imported, which is before this.
    monkeypatch.setattr(observability.metrics, "namespace", "TrainingPipeline-test")
    handler_module._s3.cache_clear()
    handler_module._dynamodb.cache_clear()
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "kind", "KeyType": "HASH"},
            {"AttributeName": "name", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "kind", "AttributeType": "S"},
            {"AttributeName": "name", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


def upload(client: "S3Client", labels: dict[str, int]) -> None:
    for label, count in labels.items():
        for number in range(count):
            key = f"{IMAGES_PREFIX}{label}/{number}.png"
            client.put_object(Bucket=BUCKET, Key=key, Body=f"{label} {number}".encode())


def event(mode: str, digest: str | None = None, previous: str | None = None) -> dict[str, Any]:
    return {"mode": mode, "digest": digest, "previous_digest": previous, "execution_id": "arn:run"}


def keys(client: "S3Client", prefix: str) -> list[str]:
    return [
        found["Key"] for found in client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    ]


def test_a_set_is_measured_then_written_then_holds_nothing_new(
    client: "S3Client", lambda_context: FakeContext
) -> None:
    upload(client, {"cat": 10, "dog": 10})
    orphan = f"{set_folder('a' * 64)}train.manifest"
    client.put_object(Bucket=BUCKET, Key=orphan, Body=b"{}")

    measured = handler(event("measure"), lambda_context)
    assert keys(client, "manifests/") == [orphan]
    result = handler(event("write", measured["digest"]), lambda_context)
    again = handler(event("measure", previous=measured["digest"]), lambda_context)

    assert measured["pictures"]["total"] == measured["new_pictures"] == 20
    assert result["manifests"] is not None
    assert keys(client, "manifests/") == sorted(result["manifests"].values())
    lines = client.get_object(Bucket=BUCKET, Key=result["manifests"]["train"])["Body"].read().splitlines()
    assert len(lines) == result["pictures"]["train"]
    assert again["new_pictures"] == 0
    assert json.loads(json.dumps(again)) == again


def test_a_warm_second_invocation_carries_nothing_over(
    client: "S3Client", lambda_context: FakeContext
) -> None:
    upload(client, {"cat": 10, "dog": 10})
    client.put_object(Bucket=BUCKET, Key=f"{IMAGES_PREFIX}cat/notes.txt", Body=b"notes")
    first = handler(event("measure"), lambda_context)

    for key in keys(client, IMAGES_PREFIX):
        client.delete_object(Bucket=BUCKET, Key=key)
    upload(client, {"eel": 3})
    second = handler(event("measure"), lambda_context)
    upload(client, {"cat": 10, "dog": 10})
    client.put_object(Bucket=BUCKET, Key=f"{IMAGES_PREFIX}cat/notes.txt", Body=b"notes")
    for number in range(3):
        client.delete_object(Bucket=BUCKET, Key=f"{IMAGES_PREFIX}eel/{number}.png")
    third = handler(event("measure"), lambda_context)

    assert list(second["pictures"]["labels"]) == ["eel"]
    assert second["pictures"]["total"] == second["new_pictures"] == 3
    assert second["skipped"] == {"total": 0, "reasons": {}}
    assert {**third, "youngest_seconds": None} == {**first, "youngest_seconds": None}


def test_a_warm_invocation_uses_the_bucket_it_is_told_now(
    client: "S3Client", lambda_context: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(client, {"cat": 3})
    handler(event("measure"), lambda_context)
    client.create_bucket(Bucket="another-bucket")
    monkeypatch.setenv("BUCKET_NAME", "another-bucket")

    result = handler(event("measure"), lambda_context)

    assert (result["bucket"], result["pictures"]["total"]) == ("another-bucket", 0)


def test_pictures_are_counted_in_metrics_and_the_log_carries_the_execution(
    client: "S3Client", lambda_context: FakeContext, capsys: pytest.CaptureFixture[str]
) -> None:
    upload(client, {"cat": 3})
    client.put_object(Bucket=BUCKET, Key=f"{IMAGES_PREFIX}cat/notes.txt", Body=b"notes")

    handler(event("measure"), lambda_context)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (metrics,) = [line for line in lines if "_aws" in line]
    assert (metrics["PicturesCounted"], metrics["PicturesSkipped"], metrics["PicturesNew"]) == ([3], [1], [3])
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "TrainingPipeline-test"
    assert metrics["mode"] == "measure"


@pytest.mark.parametrize("variable", ["BUCKET_NAME", "DATA_LOCATIONS", "REGISTRY_TABLE_NAME", "AWS_REGION"])
def test_a_missing_setting_is_named(
    client: "S3Client", lambda_context: FakeContext, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv(variable)

    with pytest.raises(SettingsMissing, match=variable):
        handler(event("measure"), lambda_context)


def test_errors_escape_under_their_own_names(client: "S3Client", lambda_context: FakeContext) -> None:
    with pytest.raises(RequestInvalid):
        handler(event("erase"), lambda_context)
    with pytest.raises(PicturesChanged):
        handler(event("write", "a" * 64), lambda_context)


def test_under_kms_pictures_are_read_because_their_etags_are_chance(
    client: "S3Client", lambda_context: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETAGS_ARE_CONTENT", "false")
    upload(client, {"cat": 10, "dog": 10})

    handler(event("measure"), lambda_context)

    assert keys(client, CONTENT_HASHES_KEY) == [CONTENT_HASHES_KEY]


def test_under_sse_s3_no_picture_is_read(client: "S3Client", lambda_context: FakeContext) -> None:
    upload(client, {"cat": 10, "dog": 10})

    handler(event("measure"), lambda_context)

    assert keys(client, CONTENT_HASHES_KEY) == []
