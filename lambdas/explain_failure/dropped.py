"""Which lines of a manifest a dataset does not hold, and which it holds with errors.

A quarter of a million lines are compared within a function of 1 GB and 15 minutes. Of an entry only 16 bytes
are remembered, the fingerprint of its picture, which makes some 30 MB; the manifest is a stream that is read
once to compare and once to tell, in seconds. Listing is what takes long: 2,500 calls at 5 a second are more
than 8 minutes. So it begins with the smaller dataset, and when the time is nearly over, what is left is told
from the lines alone.
"""

import hashlib
import json
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Protocol

from .catalogue import NOT_KEPT, REPEATED_SOURCE_REF
from .dataset_request import WrittenDataset
from .manifest_lines import examine, label_errors
from .request import Place, Side
from .training_files import LineError, marked, source_ref

SECONDS_FOR_THE_REST = 90
"""Of the function's time, for reading the manifests and writing the report."""

# (code, message) of each error of an entry, by the fingerprint of its picture.
_Errors = dict[bytes, tuple[tuple[str, str], ...]]


class Entries(Protocol):
    """What Rekognition keeps in its datasets; `dataset_entries` provides it."""

    def pages(self, arn: str, *, only_errors: bool) -> Iterator[list[str]]:
        """The entries as JSON texts, page by page: all of them, or those with errors."""


class Manifests(Protocol):
    """Where the manifests lie; `results_bucket` provides it."""

    def read_lines(self, place: Place) -> Iterable[bytes] | None:
        """The lines of a file as a stream; None if there is no such object."""


class Comparison:
    """Of datasets with what was written for them. `is_certain` tells, once it is over, whether it could be
    made in full."""

    def __init__(self, *, entries: Entries, manifests: Manifests, seconds_left: Callable[[], float]) -> None:
        self.is_certain = True
        self._entries = entries
        self._manifests = manifests
        self._seconds_left = seconds_left

    def lines(self, datasets: Sequence[WrittenDataset]) -> Iterator[LineError]:
        """Each line that is in error, and each that is missing with the likely reason.

        Raises:
            StorageDenied, StorageUnavailable, StorageRefused: entries or a manifest could not be read.
        """
        by_size = sorted(datasets, key=lambda dataset: dataset.kept)
        # Errors first: they are few, and only Rekognition knows them.
        for dataset in by_size:
            if dataset.in_error:
                yield from self._in_error(dataset)
        for dataset in by_size:
            if dataset.kept != dataset.written:
                yield from self._missing(dataset)

    def _in_error(self, dataset: WrittenDataset) -> Iterator[LineError]:
        errors: _Errors = {}
        for document in self._listed(dataset, only_errors=True):
            found = tuple(dict.fromkeys(marked(document)))
            if picture := source_ref(document):
                errors[_fingerprint(picture)] = found
            else:
                yield from (LineError(code, said, dataset.side, 0, "") for code, said in found)
        for number, line in enumerate(self._manifest(dataset), start=1):
            _, picture = examine(line)
            for code, said in errors.pop(_fingerprint(picture), ()):
                yield LineError(code, said, dataset.side, number, picture)

    def _missing(self, dataset: WrittenDataset) -> Iterator[LineError]:
        kept: set[bytes] | None = {
            _fingerprint(source_ref(document)) for document in self._listed(dataset, only_errors=False)
        }
        missing = sum(1 for _ in missing_lines(self._manifest(dataset), dataset.side, kept))
        if missing != dataset.written - dataset.kept:
            # The list was not read to its end, or Rekognition spells its pictures otherwise than we do, or
            # somebody changes the dataset. What the lines tell by themselves is true all the same.
            self.is_certain = False
            kept = None
        yield from missing_lines(self._manifest(dataset), dataset.side, kept)

    def _listed(self, dataset: WrittenDataset, *, only_errors: bool) -> Iterator[object]:
        """As many entries as there is time for."""
        for page in self._entries.pages(dataset.arn, only_errors=only_errors):
            yield from map(_parsed, page)
            if self._seconds_left() < SECONDS_FOR_THE_REST:
                self.is_certain = False
                return

    def _manifest(self, dataset: WrittenDataset) -> Iterable[bytes]:
        lines = self._manifests.read_lines(dataset.manifest)
        if lines is None:
            self.is_certain = False
            return ()
        return lines


def _parsed(entry: str) -> object:
    try:
        return json.loads(entry)
    except ValueError:
        return None


def missing_lines(lines: Iterable[bytes], side: Side, kept: Container[bytes] | None) -> Iterator[LineError]:
    """The lines that a dataset leaves out; `kept` are the fingerprints of the pictures that it holds, None if
    that is not known: then only lines that tell the reason themselves."""
    seen: set[bytes] = set()
    for number, line in enumerate(lines, start=1):
        code, picture = examine(line)
        mark = _fingerprint(picture)
        if not code and mark in seen:
            code = REPEATED_SOURCE_REF
        elif not code:
            seen.add(mark)
            if kept is not None and mark not in kept:
                code = NOT_KEPT
        if code:
            yield LineError(code, "", side, number, picture)


def bad_lines(lines: Iterable[bytes], side: Side) -> Iterator[LineError]:
    """The lines that cannot be used, of a manifest from which no dataset could be made."""
    seen: set[bytes] = set()
    for number, line in enumerate(lines, start=1):
        code, picture = examine(line)
        mark = _fingerprint(picture)
        if not code and mark in seen:
            code = REPEATED_SOURCE_REF
        seen.add(mark)
        for each in [code] if code else label_errors(line):
            yield LineError(each, "", side, number, picture)


def _fingerprint(picture: str) -> bytes:
    return hashlib.blake2b(picture.encode("utf-8", "surrogatepass"), digest_size=16).digest()
