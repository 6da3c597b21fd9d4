"""Which S3 object a file means when it names a picture."""

import re
from dataclasses import dataclass

from .model import Place
from .trouble import Trouble, broken, quoted

# The API model's pattern for a bucket. Stricter naming rules are S3's to apply.
_S3_URI = re.compile(r"s3://([0-9A-Za-z.\-_]{3,255})/(.+)", re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_LONGEST_KEY = 1024
_FIX = "Name the picture as S3 lists it: the key is taken as it is, nothing in it is decoded."


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Where relative names begin: `prefix` is empty or, as a rule, ends with a slash."""

    bucket: str
    prefix: str = ""


Reference = tuple[str, str]
"""Bucket and key."""


def absolute(name: object, place: Place) -> Reference | Trouble:
    """An S3 URI and nothing else, which is what a manifest must have.

    The key is taken raw, since no AWS page says that a source-ref is percent-encoded.
    """
    match = _S3_URI.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        return _wrong(name, place, "s3://BUCKET/KEY")
    return _checked(match[1], match[2], place)


def resolved(name: object, place: Place, base: Folder) -> Reference | Trouble:
    """An S3 URI, or a key relative to `base`. "./" at the beginning, which tools write, is nothing."""
    if not isinstance(name, str) or not name or _SCHEME.match(name):
        found = absolute(name, place)
        if isinstance(found, Trouble):
            return _wrong(name, place, "s3://BUCKET/KEY, or a key relative to the folder of the pictures")
        return found
    relative = name.removeprefix("./")
    if not relative or relative.startswith("/") or ".." in relative.split("/"):
        return _wrong(name, place, "a key relative to the folder of the pictures, without a leading / or ..")
    return _checked(base.bucket, base.prefix + relative, place)


def is_text(value: str) -> bool:
    """Whether it can be written as UTF-8: JSON can spell half a surrogate pair, which is no text."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _checked(bucket: str, key: str, place: Place) -> Reference | Trouble:
    if not is_text(key):
        return _wrong(key, place, "a name in Unicode")
    length = len(key.encode())
    if length > _LONGEST_KEY:
        return broken(
            "ERROR_INVALID_SOURCE_REF_FORMAT",
            place,
            key=key,
            found=f"the key has {length:,} bytes",
            allowed=f"at most {_LONGEST_KEY:,} bytes, which is the limit of S3",
            fix=_FIX,
        )
    return bucket, key


def _wrong(name: object, place: Place, allowed: str) -> Trouble:
    return broken(
        "ERROR_INVALID_SOURCE_REF_FORMAT",
        place,
        found=f"the picture is named {quoted(name)}" if name else "the picture has no name",
        allowed=allowed,
        fix=_FIX,
    )
