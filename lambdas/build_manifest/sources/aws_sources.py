"""Buckets through S3, datasets through Rekognition."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..aws_errors import domain_errors, error_code
from ..dataset_bucket import DatasetBucket
from ..errors import DatasetUnreadable, DataSourceInvalid, LabelFileUnreadable, PicturesChanged
from ..listing import Listing, Page
from .data_source import LabelFile
from .ports import Opened

if TYPE_CHECKING:
    from mypy_boto3_rekognition.client import RekognitionClient
    from mypy_boto3_s3.client import S3Client

_CHUNK_BYTES = 1024 * 1024
# The most that the API lists at once.
_ENTRIES = 100
# Rekognition allows 5 calls a second of each such operation to an account ("Amazon Rekognition endpoints and
# quotas"). So 200,000 entries take 7 minutes of the function's 15, and more than some 250,000 do not fit.
_SECONDS_A_CALL = 0.2
_CHANGING = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
# The last: a token is no longer good once there are other entries.
_CHANGED = ("ResourceNotReadyException", "ResourceInUseException", "InvalidPaginationTokenException")
_READABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class BucketPages:
    """See `located.Pages`. Raises the errors of `aws_errors`."""

    def __init__(self, *, client: "S3Client", bucket: str) -> None:
        self._bucket = bucket
        self._listing = Listing(client=client, bucket=bucket)

    def page(self, prefix: str, *, after: str, token: str | None = None) -> Page:
        with domain_errors(f"looking for pictures under {prefix!r} in bucket {self._bucket}"):
            return self._listing.page(prefix, after=after, token=token)


class AwsSources:
    """See `ports.Sources`."""

    def __init__(
        self,
        *,
        s3: "S3Client",
        rekognition: "RekognitionClient",
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`s3`: one of `listing.hand_over_pages`."""
        self._s3 = s3
        self._rekognition = rekognition
        self._sleep = sleep
        self._clock = clock

    def reader(self, bucket: str) -> DatasetBucket:
        return DatasetBucket(client=self._s3, name=bucket)

    def pages(self, bucket: str) -> BucketPages:
        return BucketPages(client=self._s3, bucket=bucket)

    def open_file(self, file: LabelFile) -> Opened:
        doing = f"reading the file of labels {file.uri}"
        with domain_errors(doing):
            try:
                # Asked by listing, as in `DatasetBucket.read_lines`: only so is "missing" not "denied".
                if not Listing(client=self._s3, bucket=file.bucket).has(file.key):
                    raise _missing(file, "there is no such file")
                answer = self._s3.get_object(Bucket=file.bucket, Key=file.key)
            except ClientError as error:
                if error_code(error) in ("NoSuchBucket", "NoSuchKey"):
                    raise _missing(file, f"S3 says {error_code(error)}") from error
                raise
        body = answer["Body"]

        def pieces() -> Iterator[bytes]:
            with domain_errors(doing), body:
                yield from body.iter_chunks(_CHUNK_BYTES)

        return Opened(pieces(), answer["LastModified"])

    def open_dataset(self, arn: str) -> Opened:
        with _dataset_errors(arn):
            found = self._rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]
        status = found.get("Status", "unknown")
        if status in _CHANGING:
            raise _being_changed(arn, status)
        if status not in _READABLE:
            message = found.get("StatusMessage", "")
            raise DatasetUnreadable(
                f"The dataset {arn} is {status}{f' ({message})' if message else ''}; allowed is "
                f"{' or '.join(_READABLE)}. Mend it in its project."
            )

        def pieces() -> Iterator[bytes]:
            pages = self._rekognition.get_paginator("list_dataset_entries").paginate(
                DatasetArn=arn, PaginationConfig={"PageSize": _ENTRIES}
            )
            with _dataset_errors(arn):
                began = self._clock()
                for page in pages:
                    yield "".join(f"{entry}\n" for entry in page["DatasetEntries"]).encode()
                    if page.get("NextToken"):
                        self._sleep(max(0.0, _SECONDS_A_CALL - (self._clock() - began)))
                        began = self._clock()

        return Opened(pieces(), found.get("LastUpdatedTimestamp") or found["CreationTimestamp"])


@contextmanager
def _dataset_errors(arn: str) -> Iterator[None]:
    with domain_errors(f"reading the dataset {arn}"):
        try:
            yield
        except ClientError as error:
            code = error_code(error)
            if code == "AccessDeniedException":
                raise DataSourceInvalid(
                    f"The dataset {arn} may not be read. Allowed are those of the environment's data_source, "
                    'and of the projects in "data_projects" of cdk.json: add its project there and deploy.'
                ) from error
            if code in ("ResourceNotFoundException", "InvalidParameterException"):
                raise DatasetUnreadable(
                    f"There is no dataset {arn} in this account and Region ({code}). Its ARN changes when it "
                    "is made anew: look it up with `aws rekognition describe-projects`, and correct "
                    "data_source."
                ) from error
            if code in _CHANGED:
                raise _being_changed(arn, code) from error
            raise


def _being_changed(arn: str, found: str) -> PicturesChanged:
    """As an upload that goes on: the next run measures again."""
    return PicturesChanged(f"The dataset {arn} is being changed ({found}). Nothing was written.")


def _missing(file: LabelFile, found: str) -> LabelFileUnreadable:
    return LabelFileUnreadable(
        file.uri,
        found=found,
        allowed="a Ground Truth manifest, COCO instances or a CSV file",
        fix="Upload it, or correct data_source in cdk.json or in the input of Training.",
    )
