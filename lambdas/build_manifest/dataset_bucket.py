"""The dataset bucket, through S3."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from .aws_errors import domain_error, domain_errors, error_code
from .errors import ImageUnreadable, PicturesChanged
from .layout import IMAGES_PREFIX, MANIFESTS_PREFIX, is_set_name, set_folder
from .line_stream import line_stream
from .listing import Listing
from .ports import Part
from .selection import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, ObjectIdentifierTypeDef

_CHUNK_BYTES = 1024 * 1024
# No threads: parts of 8 MiB one after the other keep memory flat. 10,000 parts make 78 GiB.
_IN_TURN = TransferConfig(use_threads=False)


class DatasetBucket:
    """See `ports.PictureStore`. Every method raises the errors of `aws_errors`. Keys are raw both ways."""

    def __init__(self, *, client: "S3Client", name: str, etags_are_content: bool = True) -> None:
        """`client`: one of `listing.hand_over_pages`."""
        self._client = client
        self._listing = Listing(client=client, bucket=name)
        self._name = name
        self._etags_are_content = etags_are_content

    @property
    def name(self) -> str:
        return self._name

    @property
    def etags_are_content(self) -> bool:
        return self._etags_are_content

    def labelled_objects(self) -> Iterator[StoredObject]:
        with domain_errors(f"listing {IMAGES_PREFIX} in bucket {self._name}"):
            yield from self._listing.objects(IMAGES_PREFIX)

    def content_hash(self, *, key: str, etag: str) -> str:
        """Read the picture in pieces of 1 MiB.

        Raises:
            PicturesChanged: the object is gone, or has another ETag by now.
            ImageUnreadable: the object is in a storage class that has to be restored first.
        """
        # Not for security: it has to be the function that S3 itself computes ETags with.
        digest = hashlib.md5(usedforsecurity=False)
        with domain_errors(f"reading {key!r} in bucket {self._name}"):
            with _picture_errors(key):
                body = self._client.get_object(Bucket=self._name, Key=key, IfMatch=f'"{etag}"')["Body"]
            with body:
                for chunk in body.iter_chunks(_CHUNK_BYTES):
                    digest.update(chunk)
        return digest.hexdigest()

    def read_range(self, *, key: str, etag: str, start: int, length: int) -> Part:
        """Read part of a picture. `start` must lie inside it, or be 0.

        Raises:
            PicturesChanged, ImageUnreadable: as `content_hash` does.
        """
        with domain_errors(f"reading {key!r} in bucket {self._name}"):
            with _picture_errors(key):
                answer = self._client.get_object(
                    Bucket=self._name,
                    Key=key,
                    IfMatch=f'"{etag}"',
                    Range=f"bytes={start}-{start + length - 1}",
                )
            with answer["Body"] as body:
                data = body.read()
        # "bytes 0-4095/123456"; absent where S3 sends the whole object instead of a part of it.
        _, _, total = answer.get("ContentRange", "").rpartition("/")
        return Part(data, int(total) if total.isdigit() else len(data), plain=_is_plain(answer))

    def read_lines(self, key: str) -> Iterator[bytes] | None:
        with domain_errors(f"reading {key} in bucket {self._name}"):
            # Asked by listing: reading what is not there answers 403, not 404, to a caller who may list
            # only some prefixes, and could not be told from a real denial.
            if not self._listing.has(key):
                return None
            body = self._client.get_object(Bucket=self._name, Key=key)["Body"]

        def lines() -> Iterator[bytes]:
            with domain_errors(f"reading {key} in bucket {self._name}"), body:
                yield from body.iter_lines(_CHUNK_BYTES)

        return lines()

    def write_lines(self, key: str, lines: Iterable[bytes]) -> None:
        with domain_errors(f"writing {key} in bucket {self._name}"), line_stream(lines) as stream:
            self._client.upload_fileobj(stream, self._name, key, Config=_IN_TURN)

    def write(self, key: str, content: bytes, *, content_type: str) -> None:
        with domain_errors(f"writing {key} in bucket {self._name}"):
            self._client.put_object(Bucket=self._name, Key=key, Body=content, ContentType=content_type)

    def set_names(self) -> list[str]:
        with domain_errors(f"listing {MANIFESTS_PREFIX} in bucket {self._name}"):
            pages = self._listing.pages(MANIFESTS_PREFIX, delimiter="/")
            folders = [folder for page in pages for folder in page.folders]
        names = (folder.removeprefix(MANIFESTS_PREFIX).rstrip("/") for folder in folders)
        return [name for name in names if is_set_name(name)]

    def delete_set(self, name: str) -> None:
        if not is_set_name(name):
            raise ValueError(f"{name!r} is not the digest of a set")
        with domain_errors(f"deleting {set_folder(name)} in bucket {self._name}"):
            for page in self._listing.pages(set_folder(name)):
                self._delete([{"Key": stored.key} for stored in page.objects])

    def _delete(self, objects: "list[ObjectIdentifierTypeDef]") -> None:
        """Delete up to 1,000 objects, which is also how many a page lists."""
        if not objects:
            return
        answer = self._client.delete_objects(Bucket=self._name, Delete={"Objects": objects, "Quiet": True})
        # S3 answers 200 and reports what it did not delete one by one.
        for error in answer.get("Errors", []):
            raise domain_error(
                f"deleting {error.get('Key', '?')}", error.get("Code", ""), error.get("Message", "")
            )


def _is_plain(answer: "GetObjectOutputTypeDef") -> bool:
    """Under SSE-S3, or not encrypted at all, an ETag is the content's (S3 API reference, Object: "ETag")."""
    encryption: str = answer.get("ServerSideEncryption", "AES256")
    return encryption == "AES256" and "SSECustomerAlgorithm" not in answer


@contextmanager
def _picture_errors(key: str) -> Iterator[None]:
    """What S3 answers where a picture is no longer what was listed, or cannot be read at all."""
    try:
        yield
    except ClientError as error:
        if error_code(error) in ("NoSuchKey", "PreconditionFailed", "404", "412"):
            raise PicturesChanged(
                f"{key!r} was replaced or deleted while the pictures were being read. No set was "
                "written: the next run measures them again."
            ) from error
        if error_code(error) == "InvalidObjectState":
            raise ImageUnreadable(
                f"{key!r} is archived (an S3 Glacier storage class) and cannot be read. Restore it, "
                f"or move it out of {IMAGES_PREFIX}."
            ) from error
        raise
