"""What a source says, as texts that are the same whenever it says the same."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..json_lines import json_text
from ..labelled.trouble import Trouble
from ..preflight.examined import Examined
from ..selection import Picture
from .looking import Objects
from .reading import Side

# Raise it when the same source would give other manifests than before: see `..digest`.
FORMAT = 1


def digest_of(sides: Mapping[str, Side], examined: Mapping[str, Sequence[Examined]], objects: Objects) -> str:
    """SHA-256, in hex, over what each side says of which pictures, whatever the order of its lines.

    Also over what is wrong with it: a set that failed its check has to be another once the broken line is
    gone. Where in the file something is told is not part of it.
    """
    digest = hashlib.sha256(b"build_manifest labelled %d\n" % FORMAT)
    for name, side in sides.items():
        digest.update(b"%s %d\n" % (name.encode(), len(side.pictures)))
        texts = [_picture_text(one, objects) for one in examined[name]]
        for text in (*sorted(texts), *sorted(map(_trouble_text, side.troubles))):
            content = text.encode(errors="replace")
            digest.update(len(content).to_bytes(4, "big") + content)
    return digest.hexdigest()


def records_of(sides: Mapping[str, Iterable[Examined]]) -> list[Picture]:
    """For the inventory: a record for each picture, by its URI, sorted. Its `content` stands for what is in
    it and what is said of it, so that a picture counts as new that has another label or box, or side.
    """
    told: defaultdict[str, list[str]] = defaultdict(list)
    for name, examined in sides.items():
        for one in examined:
            content = one.stored.content if one.stored else ""
            told[one.picture.uri].append(json_text([name, content, _said(one)]))
    return [Picture(uri, "", "", _hashed(sorted(texts))) for uri, texts in sorted(told.items())]


def _hashed(texts: list[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:32]


def _picture_text(one: Examined, objects: Objects) -> str:
    picture = one.picture
    stored = objects.get(picture.bucket, {}).get(picture.key)
    return json_text([picture.uri, stored.etag if stored else "", _said(one)])


def _said(one: Examined) -> list[object]:
    """The size that a source tells is worth a word only if it is not the true one: CSV tells none."""
    picture = one.picture
    return [picture.labels, picture.boxes, None if picture.size == one.size else picture.size]


def _trouble_text(trouble: Trouble) -> str:
    return json_text([trouble.code, trouble.key, trouble.found])


def pairs(examined: Iterable[Examined], labels: Iterable[Iterable[str]]) -> Iterator[Picture]:
    """For the split, which looks at a picture's content and label: one for each label that it has.

    What is missing has no content; its name keeps its place.
    """
    for one, names in zip(examined, labels, strict=True):
        content = one.stored.content if one.stored else _hashed([one.picture.uri])
        for label in names:
            yield Picture(one.picture.uri, "", label, content)
