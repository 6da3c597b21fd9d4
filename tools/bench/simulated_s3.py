"""An S3 that answers each request after a set time, with the very XML of S3, whatever the number of keys.

It holds one bucket, whose name it ignores, and answers what `build_manifest` asks of S3: ListObjectsV2,
GetObject, PutObject and uploads in parts. It checks no signature. `GET /_requests` tells how many requests of
each operation it has answered.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import itertools
import json
import re
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote_plus, unquote, urlsplit
from xml.sax.saxutils import escape

from tools.bench.pictures import PICTURE, keys

PAGE = 1_000
REQUESTS_PATH = "/_requests"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_MODIFIED = "2026-01-01T00:00:00.000Z"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it arrived; header names in lower case."""

    method: str
    key: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Response:
    """What it is answered with."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def url_encoded(text: str) -> str:
    """As S3 encodes keys in a listing with `encoding-type=url`."""
    return quote_plus(text, safe="/*").replace("~", "%7E")


def _error(status: int, code: str, message: str) -> Response:
    body = f"{_XML}<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(status=status, body=body.encode())


class SimulatedS3:
    """The bucket, and the answers to requests about it."""

    def __init__(self, pictures: Iterable[str]) -> None:
        """`pictures`: keys under each of which lies the same picture, with an ETag of its own."""
        self.requests: Counter[str] = Counter()
        self._keys = sorted(pictures)
        self._shown = {key: self._contents(key, _md5(key.encode()), len(PICTURE)) for key in self._keys}
        self._stored: dict[str, tuple[str, bytes]] = {}
        """ETag and bytes, by key."""
        self._uploads: dict[str, dict[int, bytes]] = {}
        self._numbers = itertools.count()

    @staticmethod
    def _contents(key: str, etag: str, size: int) -> tuple[bytes, bytes]:
        """An object in a listing, with its key encoded and not."""
        rest = (
            f"<LastModified>{_MODIFIED}</LastModified><ETag>&quot;{etag}&quot;</ETag>"
            f"<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>"
            f"<Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )
        encoded, plain = url_encoded(key), escape(key)
        return (
            f"<Contents><Key>{encoded}</Key>{rest}".encode(),
            f"<Contents><Key>{plain}</Key>{rest}".encode(),
        )

    def answer(self, request: Request) -> Response:
        operation, answer = self._operation(request)
        self.requests[operation] += 1
        return answer(request)

    def _operation(self, request: Request) -> tuple[str, Callable[[Request], Response]]:
        query = request.query
        known: dict[tuple[str, bool, bool], tuple[str, Callable[[Request], Response]]] = {
            ("GET", False, False): ("ListObjectsV2", self._list),
            ("GET", True, False): ("GetObject", self._get),
            ("PUT", True, False): ("PutObject", self._put),
            ("POST", True, False): ("CreateMultipartUpload", self._create_upload),
            ("PUT", True, True): ("UploadPart", self._upload_part),
            ("POST", True, True): ("CompleteMultipartUpload", self._complete_upload),
            ("DELETE", True, True): ("AbortMultipartUpload", self._abort_upload),
        }
        is_known = bool(request.key) or query.get("list-type") == "2"
        unknown = ("unknown", lambda _request: _error(501, "NotImplemented", "Nothing here does that."))
        asked = (request.method, bool(request.key), "uploadId" in query)
        return known.get(asked, unknown) if is_known else unknown

    def _list(self, request: Request) -> Response:
        query, encoded = request.query, request.query.get("encoding-type") == "url"
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        after = query.get("start-after", "")
        if token := query.get("continuation-token"):
            after = base64.b64decode(token).decode()
        most = min(PAGE, int(query.get("max-keys", PAGE)))
        found, folders, next_after = self._page(prefix, delimiter, after, most)
        spell = url_encoded if encoded else escape
        said = [
            f"{_XML}<ListBucketResult {_NAMESPACE}><Name>bucket</Name><Prefix>{spell(prefix)}</Prefix>",
            f"<NextContinuationToken>{_token(next_after)}</NextContinuationToken>" if next_after else "",
            f"<KeyCount>{len(found) + len(folders)}</KeyCount><MaxKeys>{most}</MaxKeys>",
            f"<Delimiter>{spell(delimiter)}</Delimiter>" if delimiter else "",
            "<EncodingType>url</EncodingType>" if encoded else "",
            f"<IsTruncated>{str(bool(next_after)).lower()}</IsTruncated>",
        ]
        objects = b"".join(self._shown[key][0 if encoded else 1] for key in found)
        ends = "".join(f"<CommonPrefixes><Prefix>{spell(name)}</Prefix></CommonPrefixes>" for name in folders)
        return Response(body="".join(said).encode() + objects + ends.encode() + b"</ListBucketResult>")

    def _page(
        self, prefix: str, delimiter: str, after: str, most: int
    ) -> tuple[list[str], list[str], str | None]:
        """The keys and folders of a page, and after which of them the next one starts."""
        found: list[str] = []
        folders: list[str] = []
        last = ""
        at = max(bisect_left(self._keys, prefix), bisect_right(self._keys, after))
        while at < len(self._keys) and self._keys[at].startswith(prefix):
            if len(found) + len(folders) == most:
                return found, folders, last
            key = self._keys[at]
            name, slash, _ = key.removeprefix(prefix).partition(delimiter) if delimiter else (key, "", "")
            if slash:
                folder = prefix + name + delimiter
                # No key sorts between the end of a folder and this.
                last = folder + "\U0010ffff"
                folders.append(folder)
                at = bisect_right(self._keys, last)
            else:
                last = key
                found.append(key)
                at += 1
        return found, folders, None

    def _get(self, request: Request) -> Response:
        if request.key not in self._shown:
            return _error(404, "NoSuchKey", "The specified key does not exist.")
        told, body = self._stored.get(request.key) or (_md5(request.key.encode()), PICTURE)
        etag = f'"{told}"'
        if request.headers.get("if-match", etag) != etag:
            return _error(412, "PreconditionFailed", "At least one of the preconditions did not hold.")
        headers = {"ETag": etag, "Accept-Ranges": "bytes", "Content-Type": "binary/octet-stream"}
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", "")):
            first, last = int(asked[1]), min(int(asked[2] or len(body)), len(body) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
            return Response(status=206, body=body[first : last + 1], headers=headers)
        return Response(body=body, headers=headers)

    def _put(self, request: Request) -> Response:
        return Response(headers={"ETag": f'"{self._store(request.key, request.body)}"'})

    def _store(self, key: str, body: bytes, etag: str | None = None) -> str:
        if key not in self._shown:
            insort(self._keys, key)
        etag = etag or _md5(body)
        self._stored[key] = (etag, body)
        self._shown[key] = self._contents(key, etag, len(body))
        return etag

    def _create_upload(self, request: Request) -> Response:
        name = f"upload-{next(self._numbers)}"
        self._uploads[name] = {}
        body = (
            f"{_XML}<InitiateMultipartUploadResult {_NAMESPACE}><Bucket>bucket</Bucket>"
            f"<Key>{escape(request.key)}</Key><UploadId>{name}</UploadId></InitiateMultipartUploadResult>"
        )
        return Response(body=body.encode())

    def _upload_part(self, request: Request) -> Response:
        self._uploads[request.query["uploadId"]][int(request.query["partNumber"])] = request.body
        return Response(headers={"ETag": f'"{_md5(request.body)}"'})

    def _complete_upload(self, request: Request) -> Response:
        parts = [part for _, part in sorted(self._uploads.pop(request.query["uploadId"]).items())]
        etag = f"{_md5(b''.join(bytes.fromhex(_md5(part)) for part in parts))}-{len(parts)}"
        self._store(request.key, b"".join(parts), etag)
        body = (
            f"{_XML}<CompleteMultipartUploadResult {_NAMESPACE}><Bucket>bucket</Bucket>"
            f"<Key>{escape(request.key)}</Key><ETag>&quot;{etag}&quot;</ETag></CompleteMultipartUploadResult>"
        )
        return Response(body=body.encode())

    def _abort_upload(self, request: Request) -> Response:
        self._uploads.pop(request.query["uploadId"], None)
        return Response(status=204)


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _token(after: str) -> str:
    return base64.b64encode(after.encode()).decode()


def _serving(s3: SimulatedS3, seconds: float) -> Callable[..., Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                target, request = await _read(reader, writer)
                if target == REQUESTS_PATH:
                    response = Response(body=json.dumps(s3.requests).encode())
                else:
                    await asyncio.sleep(seconds)
                    response = s3.answer(request)
                head = [f"HTTP/1.1 {response.status} Answered", f"Content-Length: {len(response.body)}"]
                head += [f"{name}: {value}" for name, value in response.headers.items()]
                writer.write("\r\n".join([*head, "\r\n"]).encode() + response.body)
                await writer.drain()
        writer.close()

    return serve


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, Request]:
    """What the next request is for, and the request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _version = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(_CONTINUE)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return target, request_of(method, target, headers, body)


def request_of(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """`target` is the path with its query; the path's first part is the bucket."""
    url = urlsplit(target)
    return Request(
        method=method,
        key=unquote(url.path.removeprefix("/").partition("/")[2]),
        query=dict(parse_qsl(url.query, keep_blank_values=True)),
        headers=headers,
        body=body,
    )


async def start(s3: SimulatedS3, *, seconds: float = 0.0) -> tuple[asyncio.Server, int]:
    """Serve on the loop-back; the server and its port. `seconds`: what each request takes."""
    server = await asyncio.start_server(_serving(s3, seconds), "127.0.0.1", limit=2**20)
    return server, server.sockets[0].getsockname()[1]


async def _main(pictures: int, labels: int, seconds: float) -> None:
    server, port = await start(SimulatedS3(keys(pictures, labels=labels)), seconds=seconds)
    print(port, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=int)
    parser.add_argument("labels", type=int)
    parser.add_argument("seconds", type=float)
    with suppress(KeyboardInterrupt):
        asyncio.run(_main(**vars(parser.parse_args())))
