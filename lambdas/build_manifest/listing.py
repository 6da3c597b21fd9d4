"""Listings of the bucket, read quickly.

boto3 sends the requests: it signs them, tries again and tells errors. What it does with an answer, a page of
1,000 keys, takes longer than S3 takes to send it. So `hand_over_pages` makes a client return each page as
S3 wrote it, and it is read here; and from the second page on, several parts of the bucket are listed at once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from .errors import StorageRefused
from .selection import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

# Reading a page takes a CPU a tenth of the time, or more, that S3 takes to answer.
_AT_ONCE = 8
# More than are listed at once, because labels differ in size. Each may read one page in vain, at its end.
_CUTS = 16

_BODY = "UnreadPage"
_EMPTY = b"<ListBucketResult/>"
_END = b"</ListBucketResult>"
_NEXT = re.compile(rb"<NextContinuationToken>([^<]+)<")
_KEY = b"<Key>"


@dataclass(frozen=True, slots=True)
class Page:
    """`folders`: the common prefixes, if a delimiter was given. `next_token`: None on the last page."""

    objects: list[StoredObject]
    folders: list[str]
    next_token: str | None

    @property
    def last_key(self) -> str:
        """Empty if there is no object."""
        return self.objects[-1].key if self.objects else ""

    def objects_until(self, end: str | None) -> list[StoredObject]:
        """Those whose key is not greater than `end`; all of them if it is None."""
        if end is None or self.last_key <= end:
            return self.objects
        return [stored for stored in self.objects if stored.key <= end]


def hand_over_pages(client: "S3Client") -> "S3Client":
    """The same client; its `list_objects_v2` from now on answers only with what `Listing` reads."""
    # The wildcard has it called before the handlers of S3, which read all of a page to see whether it is
    # an error.
    client.meta.events.register("before-parse.*.ListObjectsV2", _keep_body)
    return client


def _keep_body(
    *, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_event: object
) -> None:
    """Put an empty page in the place of a whole one. Errors, and pages that were cut off, stay boto3's."""
    body: bytes = response_dict["body"]
    if body.rstrip().endswith(_END):
        customized_response_dict[_BODY] = body
        response_dict["body"] = _EMPTY


class Listing:
    """The keys of a bucket, raw: they are asked for URL-encoded, so that characters survive which XML cannot
    hold. Raises what boto3 raises, and StorageRefused for an answer that is no page of a listing.
    """

    def __init__(self, *, client: "S3Client", bucket: str) -> None:
        """`client`: one of `hand_over_pages`."""
        self._client = client
        self._bucket = bucket

    def pages(self, prefix: str, *, delimiter: str = "") -> Iterator[Page]:
        """One after the other."""
        asked = {"Delimiter": delimiter} if delimiter else {}
        page = page_of(self._request(prefix, asked))
        yield page
        while page.next_token is not None:
            page = page_of(self._request(prefix, {**asked, "ContinuationToken": page.next_token}))
            yield page

    def page(self, prefix: str, *, after: str, token: str | None = None) -> Page:
        """The first objects under the prefix whose keys come after `after`, in order; or `token`'s page."""
        if token is not None:
            return page_of(self._request(prefix, {"ContinuationToken": token}))
        return page_of(self._request(prefix, {"StartAfter": after} if after else {}))

    def has(self, key: str) -> bool:
        # A key sorts before all others that begin with it.
        return any(stored.key == key for stored in page_of(self._request(key, {"MaxKeys": 1})).objects)

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        """All under the prefix, in whatever order.

        What does not fit into one page is cut where folders begin, and its parts are listed at once. However
        many folders there are, that costs one request to find them, and one for each cut.
        """
        first = page_of(self._request(prefix, {}))
        yield from first.objects
        if first.next_token is None:
            return
        found = page_of(self._request(prefix, {"Delimiter": "/", "StartAfter": first.last_key})).folders
        folders = [folder for folder in found if folder > first.last_key]
        cuts = folders[:: -(-len(folders) // _CUTS) or 1]
        starts = [{"ContinuationToken": first.next_token}, *({"StartAfter": cut} for cut in cuts)]
        yield from self._at_once(prefix, list(zip(starts, [*cuts, None], strict=True)))

    def _at_once(
        self, prefix: str, parts: Sequence[tuple[Mapping[str, str], str | None]]
    ) -> Iterator[StoredObject]:
        """Each part is how to start, and the last key that can be in it; None is the end of the prefix.

        A page that goes on is not read before the next one is asked for: S3 is at work meanwhile.
        """
        with ThreadPoolExecutor(min(_AT_ONCE, len(parts))) as threads:
            waiting = {threads.submit(self._request, prefix, start): end for start, end in parts}
            try:
                while waiting:
                    for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                        end, body = waiting.pop(done), done.result()
                        token, last_key = _glance(body)
                        if token is not None and (end is None or last_key < end):
                            following = threads.submit(self._request, prefix, {"ContinuationToken": token})
                            waiting[following] = end
                        page = page_of(body)
                        if (page.next_token, page.last_key) != (token, last_key):
                            raise StorageRefused(f"S3 wrote a page of a listing of {prefix} in another way.")
                        yield from page.objects_until(end)
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def _request(self, prefix: str, asked: Mapping[str, Any]) -> bytes:
        answer: Mapping[str, Any] = self._client.list_objects_v2(
            Bucket=self._bucket, Prefix=prefix, EncodingType="url", **asked
        )
        if _BODY not in answer:
            raise StorageRefused(f"S3 answered with something else than a listing of {prefix}.")
        body: bytes = answer[_BODY]
        return body


def _glance(body: bytes) -> tuple[str | None, str]:
    """The next token and the last key that `page_of` would find, without reading the page.

    No text of a page can hold a "<".
    """
    token = _NEXT.search(body)
    _, found, rest = body.rpartition(_KEY)
    last_key = rest.partition(b"<")[0] if found else b""
    return token and unescape(token[1].decode()), unquote_plus(unescape(last_key.decode()))


def page_of(body: bytes) -> Page:
    """Read a page.

    Raises:
        StorageRefused: it is not one, or its keys are not URL-encoded.
    """
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  # boto3 reads the same answer of S3 so
        space, is_listing, _ = root.tag.partition("ListBucketResult")
        if not is_listing or root.findtext(f"{space}EncodingType") != "url":
            raise ValueError(f"{root.tag}, encoded as {root.findtext(f'{space}EncodingType')}")
        key, etag, size, modified = (f"{space}{name}" for name in ("Key", "ETag", "Size", "LastModified"))
        objects = []
        for contents in root.iterfind(f"{space}Contents"):
            told = {each.tag: each.text or "" for each in contents}
            objects.append(
                StoredObject(
                    unquote_plus(told[key]),
                    told[etag].strip('"'),
                    int(told[size]),
                    datetime.fromisoformat(told[modified]),
                )
            )
        prefixes = root.iterfind(f"{space}CommonPrefixes/{space}Prefix")
        folders = [unquote_plus(prefix.text or "") for prefix in prefixes]
        return Page(objects, folders, root.findtext(f"{space}NextContinuationToken") or None)
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise StorageRefused(f"S3 answered with something else than a listing ({error!r}).") from error
