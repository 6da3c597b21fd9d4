"""The service over a made-up S3, clock and threads, so that tests decide when what happens."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, cast

import botocore.session
from botocore.model import Shape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from local_aws.door.validation import violations
from local_aws.rekognition.platform import Platform
from local_aws.rekognition.service import Service
from local_aws.rekognition.storage import StorageDeniedError, StorageMissingError, StoredObject

ACCOUNT = "000000000000"
BUCKET = "pictures"
MODEL = botocore.session.get_session().get_service_model("rekognition")


class InlineExecutor(Executor):
    """Does the work at once, on the thread that asks."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(kw_only=True)
class FakeStore:
    """S3 in a dictionary, with rights that can be taken away."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    keys: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """The KMS keys that objects were written under."""
    """Names of rights, or keys, that are refused."""
    reads: list[str] = field(default_factory=list)
    """Keys whose content was transferred."""

    def put(self, key: str, content: bytes) -> None:
        self.objects[BUCKET, key] = content

    def check_bucket(self, bucket: str) -> None:
        self._require("bucket")

    def check_object(self, bucket: str, key: str) -> None:
        self._require("object")
        self._find(bucket, key)

    def open(self, bucket: str, key: str, version: str | None = None) -> StoredObject:
        self._require("get")
        self._require(key)
        content = self._find(bucket, key)

        def read() -> bytes:
            self.reads.append(key)
            return content

        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return StoredObject(etag=etag, size=len(content), read=read, close=lambda: None)

    def write(self, bucket: str, key: str, body: bytes, *, kms_key: str | None = None) -> None:
        self._require("put")
        self.objects[bucket, key] = body
        self.keys[bucket, key] = kms_key

    def _require(self, right: str) -> None:
        if right in self.denied:
            raise StorageDeniedError(f"AccessDenied: {right}")

    def _find(self, bucket: str, key: str) -> bytes:
        if (bucket, key) not in self.objects:
            raise StorageMissingError(f"NoSuchKey: {key}")
        return self.objects[bucket, key]


@dataclass(kw_only=True)
class FakeTime:
    """A clock that stands still until told; AWS seconds count in full."""

    now: float = 1_000.0

    def scaled(self, aws_seconds: float) -> float:
        return aws_seconds

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return 1_800_000_000.0 + self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds


class CallError(Exception):
    """The service answered with an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(kw_only=True)
class Lab:
    """The service, and everything around it that a test may turn."""

    store: FakeStore = field(default_factory=FakeStore)
    time: FakeTime = field(default_factory=FakeTime)
    workers: Executor = field(default_factory=InlineExecutor)

    def __post_init__(self) -> None:
        self.platform = Platform(
            clock=self.time,
            open_storage=lambda _: self.store,
            monotonic=self.time.monotonic,
            wall=self.time.wall,
            workers=self.workers,
        )
        self.service = Service(platform=self.platform, requests=InlineExecutor())

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Make a call as an SDK would; request, response and error are held to botocore's model."""
        model = MODEL.operation_model(operation)
        assert list(violations(model.input_shape, params)) == []
        body = create_serializer("json").serialize_to_request(params, model)["body"]
        status, _, content = asyncio.run(
            self.service.answer(
                target=f"RekognitionService.{operation}",
                body=body,
                account_id=ACCOUNT,
                region="us-east-1",
                access_key_id="AKIATEST",
            )
        )
        if status != 200:
            error = json.loads(content)
            assert error["__type"] in {shape.name for shape in model.error_shapes}
            raise CallError(error["__type"], error["Message"])
        response = {"body": content, "headers": {}, "status_code": status}
        parsed: dict[str, Any] = create_parser("json").parse(response, cast(Shape, model.output_shape))
        parsed.pop("ResponseMetadata")
        assert list(violations(model.output_shape, parsed)) == []
        assert set(json.loads(content)) == set(parsed), (
            "the response has members that the model does not know"
        )
        return parsed

    # What tests do all the time

    def project(self, name: str = "birds") -> str:
        return str(self.call("CreateProject", ProjectName=name)["ProjectArn"])

    def manifest(self, key: str, *lines: str) -> dict[str, Any]:
        self.store.put(key, "".join(f"{line}\n" for line in lines).encode())
        return {"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": key}}}

    def dataset(self, project_arn: str, kind: str, *lines: str, wait: bool = True) -> str:
        """Made from those lines; empty without any."""
        source = {"DatasetSource": self.manifest(f"{kind}.manifest", *lines)} if lines else {}
        answer = self.call("CreateDataset", ProjectArn=project_arn, DatasetType=kind, **source)
        if wait:
            self.time.pass_seconds(20)
        return str(answer["DatasetArn"])

    def describe_dataset(self, arn: str) -> dict[str, Any]:
        description: dict[str, Any] = self.call("DescribeDataset", DatasetArn=arn)["DatasetDescription"]
        return description

    def train(self, project_arn: str, name: str = "v1", **params: Any) -> str:
        """Start a training; its time still has to pass."""
        output = {"S3Bucket": BUCKET, "S3KeyPrefix": "evaluation/"}
        answer = self.call(
            "CreateProjectVersion", ProjectArn=project_arn, VersionName=name, OutputConfig=output, **params
        )
        return str(answer["ProjectVersionArn"])

    def describe_version(self, project_arn: str, name: str = "v1") -> dict[str, Any]:
        answer = self.call("DescribeProjectVersions", ProjectArn=project_arn, VersionNames=[name])
        [description] = answer["ProjectVersionDescriptions"]
        found: dict[str, Any] = description
        return found

    def result(self, place: dict[str, Any]) -> bytes:
        """The content of a result file."""
        return self.store.objects[place["Bucket"], place["Name"]]


def line(key: str, *labels: str, **changes: Any) -> str:
    """A good manifest line of a picture with those labels."""
    document: dict[str, Any] = {"source-ref": f"s3://{BUCKET}/{key}"}
    for number, label in enumerate(labels):
        document[f"label{number}"] = 1
        document[f"label{number}-metadata"] = {
            "class-name": label,
            "confidence": 1,
            "human-annotated": "yes",
            "creation-date": "2026-01-02T03:04:05",
            "type": "groundtruth/image-classification",
            "job-name": "folders",
        }
    return json.dumps(document | changes)
