"""S3 as the caller of a request sees it.

Rekognition reads manifests and pictures and writes results with the caller's own rights (Custom Labels
guide, "Set up SDK permissions": GetBucketAcl, GetBucketLocation and ListBucket on the bucket; GetObject,
GetObjectAcl, GetObjectVersion, GetObjectTagging and PutObject on the keys).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

Result = TypeVar("Result")

ATTEMPTS = 4
"""The service tries again when S3 is busy; a caller only sees a fault that lasts."""
FIRST_PAUSE_SECONDS = 0.1
_DENIED = {"AccessDenied", "AccessDeniedException", "403", "Forbidden", "InvalidAccessKeyId", "ExpiredToken"}
_MISSING = {"NoSuchKey", "NoSuchBucket", "NoSuchVersion", "404", "NotFound", "InvalidBucketName"}


class StorageError(Exception):
    """S3 did not give or take what was asked."""


class StorageDeniedError(StorageError):
    """The caller lacks the right."""


class StorageMissingError(StorageError):
    """No such bucket, key or version."""


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object found; its content travels only when `read` is called."""

    etag: str
    size: int
    read: Callable[[], bytes]
    close: Callable[[], None]


class ObjectStore(Protocol):
    """The part of S3 that Rekognition uses, with one caller's rights. Every method may raise StorageError."""

    def check_bucket(self, bucket: str) -> None:
        """GetBucketAcl, GetBucketLocation and ListBucket are all allowed."""

    def check_object(self, bucket: str, key: str) -> None:
        """GetObjectAcl and GetObjectTagging are allowed, and GetObjectVersion where there are versions."""

    def open(self, bucket: str, key: str, version: str | None = None) -> StoredObject:
        """GetObject (GetObjectVersion with a version)."""

    def write(self, bucket: str, key: str, body: bytes, *, kms_key: str | None = None) -> None:
        """PutObject, under a key where one is given."""


@dataclass(frozen=True, kw_only=True)
class S3Store:
    """ObjectStore over a botocore S3 client that signs as the caller."""

    client: Any

    def check_bucket(self, bucket: str) -> None:
        self._call(lambda: self.client.get_bucket_acl(Bucket=bucket))
        self._call(lambda: self.client.get_bucket_location(Bucket=bucket))
        self._call(lambda: self.client.list_objects_v2(Bucket=bucket, MaxKeys=1))

    def check_object(self, bucket: str, key: str) -> None:
        self._call(lambda: self.client.get_object_acl(Bucket=bucket, Key=key))
        self._call(lambda: self.client.get_object_tagging(Bucket=bucket, Key=key))
        head = self._call(lambda: self.client.head_object(Bucket=bucket, Key=key))
        version = head.get("VersionId")
        if version and version != "null":
            self._call(lambda: self.client.head_object(Bucket=bucket, Key=key, VersionId=version))

    def open(self, bucket: str, key: str, version: str | None = None) -> StoredObject:
        extra = {"VersionId": version} if version else {}
        found = self._call(lambda: self.client.get_object(Bucket=bucket, Key=key, **extra))
        body = found["Body"]
        return StoredObject(
            etag=found["ETag"], size=int(found["ContentLength"]), read=body.read, close=body.close
        )

    def write(self, bucket: str, key: str, body: bytes, *, kms_key: str | None = None) -> None:
        extra = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
        self._call(lambda: self.client.put_object(Bucket=bucket, Key=key, Body=body, **extra))

    def _call(self, request: Callable[[], Result]) -> Result:
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return request()
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _DENIED:
                    raise StorageDeniedError(str(error)) from error
                if code in _MISSING:
                    raise StorageMissingError(str(error)) from error
                if attempt == ATTEMPTS:
                    raise StorageError(str(error)) from error
            except BotoCoreError as error:
                if attempt == ATTEMPTS:
                    raise StorageError(str(error)) from error
            time.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")
