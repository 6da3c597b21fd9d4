"""What the rules for sets need to know of a side: counts, not pictures."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .examined import Examined, labels_of


@dataclass(slots=True, kw_only=True)
class Tally:
    """`lines` are all that the sources have for this side; `bad` and `ignored` ones are among them,
    `missing` pictures among the bad. The others are the `kept`.

    `declared` are the labels before bad pictures are left out, `usable` says how many kept
    pictures have a label, and `contents` how many of these are not copies of one another.
    """

    name: str
    lines: int = 0
    bad: int = 0
    missing: int = 0
    ignored: int = 0
    kept: int = 0
    boxes: int = 0
    manifest_bytes: int = 0
    declared: Counter[str] = field(default_factory=Counter)
    usable: Counter[str] = field(default_factory=Counter)
    contents: dict[str, set[str]] = field(default_factory=dict)
    buckets: dict[str, str] = field(default_factory=dict)
    """Of kept pictures, each with the key of its first one."""

    def declare(self, pictures: Iterable[Examined]) -> None:
        for examined in pictures:
            self.declared.update(labels_of(examined.picture))

    def keep(self, examined: Examined, line_bytes: int) -> None:
        picture = examined.picture
        self.kept += 1
        self.boxes += len(picture.boxes)
        self.manifest_bytes += line_bytes
        self.buckets.setdefault(picture.bucket, picture.key)
        for label in labels_of(picture):
            self.usable[label] += 1
            content = examined.stored.content if examined.stored else ""
            self.contents.setdefault(label, set()).add(content)
