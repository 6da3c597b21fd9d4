"""Objects under a KMS key: the right to the object is not enough, and an ETag tells nothing."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import error_code, fresh, user_session

BODY = b"a picture"


class EncryptedBucket:
    """A bucket whose default encryption is a key of the account."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.name = fresh("encrypted")
        self.key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.s3 = aws.client("s3")
        self.s3.create_bucket(Bucket=self.name)
        self.s3.put_bucket_encryption(
            Bucket=self.name,
            ServerSideEncryptionConfiguration={
                "Rules": [
                    {
                        "ApplyServerSideEncryptionByDefault": {
                            "SSEAlgorithm": "aws:kms",
                            "KMSMasterKeyID": self.key,
                        }
                    }
                ]
            },
        )
        self.s3.put_object(Bucket=self.name, Key="a.png", Body=BODY)

    def user(self, *actions: str, **condition: Any) -> Any:
        """Somebody with every right to objects, and these to the key."""
        objects = {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{self.name}/*"}
        key = {"Effect": "Allow", "Action": list(actions), "Resource": self.key, **condition}
        session = user_session(self.aws, objects, *([key] if actions else []))
        return self.aws.client("s3", session=session)


@pytest.fixture
def bucket(aws: LocalAws) -> EncryptedBucket:
    return EncryptedBucket(aws)


@pytest.mark.mend("s3-kms-reads")
def test_a_read_needs_the_right_to_decrypt(bucket: EncryptedBucket) -> None:
    def read(s3: Any, **more: Any) -> str | None:
        return error_code(lambda: s3.get_object(Bucket=bucket.name, Key="a.png", **more))

    assert read(bucket.user()) == "AccessDenied"
    assert read(bucket.user("kms:GenerateDataKey"), Range="bytes=0-2") == "AccessDenied"
    assert read(bucket.user("kms:Decrypt")) is None
    assert read(bucket.s3) is None
    # What a file is like is told without its key.
    assert error_code(lambda: bucket.user().head_object(Bucket=bucket.name, Key="a.png")) is None


@pytest.mark.mend("s3-kms-writes")
def test_a_write_needs_the_right_to_a_data_key(bucket: EncryptedBucket) -> None:
    def write(s3: Any, **more: Any) -> str | None:
        return error_code(lambda: s3.put_object(Bucket=bucket.name, Key="b.png", Body=BODY, **more))

    assert write(bucket.user("kms:Decrypt")) == "AccessDenied"
    assert write(bucket.user("kms:GenerateDataKey")) is None
    assert write(bucket.user(), ServerSideEncryption="AES256") is None


@pytest.mark.mend("s3-kms-reads")
@pytest.mark.parametrize(
    ("service", "error"), [("s3.us-east-1", None), ("rekognition.us-east-1", "AccessDenied")]
)
def test_a_right_may_be_tied_to_calls_of_s3(bucket: EncryptedBucket, service: str, error: str | None) -> None:
    via = {"StringEquals": {"kms:ViaService": f"{service}.amazonaws.com"}}
    reader = bucket.user("kms:Decrypt", Condition=via)

    assert error_code(lambda: reader.get_object(Bucket=bucket.name, Key="a.png")) == error


@pytest.mark.mend("s3-kms-writes")
def test_a_key_that_is_not_there_is_refused(bucket: EncryptedBucket) -> None:
    missing = bucket.key[:-12] + "0" * 12
    put = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": missing}

    said = error_code(lambda: bucket.s3.put_object(Bucket=bucket.name, Key="c.png", Body=BODY, **put))

    assert said == "KMS.NotFoundException"


@pytest.mark.mend("s3-kms-etags")
def test_the_etag_is_the_md5_under_sse_s3_and_chance_under_a_key(bucket: EncryptedBucket) -> None:
    def etag(**more: Any) -> str:
        bucket.s3.put_object(Bucket=bucket.name, Key="d.png", Body=BODY, **more)
        found: str = bucket.s3.head_object(Bucket=bucket.name, Key="d.png")["ETag"].strip('"')
        return found

    md5 = hashlib.md5(BODY, usedforsecurity=False).hexdigest()
    assert etag(ServerSideEncryption="AES256") == md5
    under_kms = [etag(), etag()]
    assert len({md5, *under_kms}) == 3
    assert {len(found) for found in under_kms} == {32}
    assert etag(ServerSideEncryption="AES256") == md5
