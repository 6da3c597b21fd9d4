"""Holds a value to the shape that AWS's model gives it: types, required members, bounds, patterns, enums."""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One constraint that a value breaks, in the words AWS uses."""

    path: str
    value: Any
    constraint: str
    is_type: bool = False
    """A wrong type: AWS cannot even read it (SerializationException)."""

    def __str__(self) -> str:
        shown = "null" if self.value is None else f"'{str(self.value)[:200]}'"
        return f"Value {shown} at '{self.path}' failed to satisfy constraint: {self.constraint}"


def violations(shape: Shape | None, value: Any, *, path: str = "") -> Iterator[Violation]:
    """Every constraint of the shape that the value breaks.

    The value is as botocore would hold it, or plain JSON (times as numbers or text, blobs in base64).
    Members that the model does not know are passed over, as AWS does.
    """
    if shape is None or (isinstance(shape, StructureShape) and shape.is_document_type):
        return
    check = _CHECKS.get(shape.type_name)
    if check is None:
        return
    if not check.accepts(value):
        yield Violation(path=path, value=value, constraint=f"Member must be {check.noun}", is_type=True)
        return
    yield from _bounds(shape, value, path=path)
    yield from check.inside(shape, value, path)


def describe(found: list[Violation]) -> str:
    """One message for all of them, as AWS writes it."""
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: " + "; ".join(map(str, found))


def _bounds(shape: Shape, value: Any, *, path: str) -> Iterator[Violation]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    size: float
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        size, kind = value, "value"
    elif isinstance(value, (str, bytes, list, dict)):
        size, kind = _length(shape, value), "length"
    else:
        return
    if minimum is not None and size < minimum:
        constraint = f"Member must have {kind} greater than or equal to {minimum}"
        yield Violation(path=path, value=value, constraint=constraint)
    if maximum is not None and size > maximum:
        constraint = f"Member must have {kind} less than or equal to {maximum}"
        yield Violation(path=path, value=value, constraint=constraint)


def _length(shape: Shape, value: str | bytes | list[Any] | dict[str, Any]) -> int:
    if shape.type_name == "blob" and isinstance(value, str):
        return len(base64.b64decode(value))
    return len(value)


def _members(shape: Shape, value: Any, path: str) -> Iterator[Violation]:
    if not isinstance(shape, StructureShape):
        return
    present = {name: member for name, member in value.items() if member is not None}
    for name in shape.required_members:
        if name not in present:
            yield Violation(path=_join(path, name), value=None, constraint="Member must not be null")
    if shape.is_tagged_union and len(present.keys() & shape.members.keys()) != 1:
        constraint = f"Member must have exactly one of {', '.join(shape.members)}"
        yield Violation(path=path, value=value, constraint=constraint)
    for name, member_shape in shape.members.items():
        if name in present and not getattr(member_shape, "is_eventstream", False):
            yield from violations(member_shape, present[name], path=_join(path, name))


def _items(shape: Shape, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(shape, ListShape):
        for position, item in enumerate(value, start=1):
            yield from violations(shape.member, item, path=f"{path}.{position}.member")


def _entries(shape: Shape, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(shape, MapShape):
        for key, item in value.items():
            yield from violations(shape.key, key, path=f"{path}.{key}.key")
            yield from violations(shape.value, item, path=f"{path}.{key}.value")


def _text(shape: Shape, value: Any, path: str) -> Iterator[Violation]:
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        constraint = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        yield Violation(path=path, value=value, constraint=constraint)
    source = shape.metadata.get("pattern")
    pattern = compiled(source) if source else None
    if pattern is not None and not pattern.fullmatch(value):
        constraint = f"Member must satisfy regular expression pattern: {source}"
        yield Violation(path=path, value=value, constraint=constraint)


def _nothing(_shape: Shape, _value: Any, _path: str) -> Iterator[Violation]:
    return iter(())


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """A model's pattern; None for the few that only Java can read (Unicode classes), which go unchecked."""
    try:
        return re.compile(pattern.replace(r"\p{ASCII}", r"[\x00-\x7F]"))
    except re.error:
        return None


def _is_integer(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_blob(value: Any) -> bool:
    if isinstance(value, str):
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return False
        return True
    return isinstance(value, (bytes, bytearray)) or hasattr(value, "read")


def _is_time(value: Any) -> bool:
    return isinstance(value, (str, datetime.datetime)) or _is_number(value)


def _join(path: str, name: str) -> str:
    """AWS names members in its messages with a small first letter."""
    name = name[:1].lower() + name[1:]
    return f"{path}.{name}" if path else name


@dataclass(frozen=True, kw_only=True)
class _Check:
    noun: str
    accepts: Callable[[Any], bool]
    inside: Callable[[Shape, Any, str], Iterator[Violation]] = _nothing


_INTEGER = _Check(noun="a whole number", accepts=_is_integer)
_NUMBER = _Check(noun="a number", accepts=_is_number)
_CHECKS: Mapping[str, _Check] = {
    "structure": _Check(noun="an object", accepts=lambda v: isinstance(v, dict), inside=_members),
    "list": _Check(noun="a list", accepts=lambda v: isinstance(v, list), inside=_items),
    "map": _Check(noun="an object", accepts=lambda v: isinstance(v, dict), inside=_entries),
    "string": _Check(noun="text", accepts=lambda v: isinstance(v, str), inside=_text),
    "boolean": _Check(noun="true or false", accepts=lambda v: isinstance(v, bool)),
    "integer": _INTEGER,
    "long": _INTEGER,
    "float": _NUMBER,
    "double": _NUMBER,
    "blob": _Check(noun="base64", accepts=_is_blob),
    "timestamp": _Check(noun="a time", accepts=_is_time),
}
