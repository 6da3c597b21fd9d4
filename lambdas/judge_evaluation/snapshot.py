"""Reads the testing snapshot: the test pictures, what is to be seen in them, and what the model said.

Custom Labels guide, "Interpreting the evaluation manifest snapshot". The service documents the file by two
examples, so nothing in it is taken for granted: what is missing or unknown is left out, counted, and said.
A snapshot can be large (a line for each of up to 250,000 pictures), so it is read line by line.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .boxes import Box, LabelledBox

_SOURCE = "source-ref"
_DETAILS = "rekognition-custom-labels-evaluation-details"
_TRUTH = re.compile(r"rekognition-custom-labels-training(-\d+)?")
_PREDICTION = re.compile(r"rekognition-custom-labels-evaluation(-\d+)?")
_PLACE = re.compile(r"s3://([^/]+)/(.+)", re.DOTALL)
_KNOWN = re.compile(r"rekognition-custom-labels-(training|evaluation)(-\d+)?(-metadata)?")
_METADATA = "-metadata"
_KINDS_NAMED = 10

_Json = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """What the model said in its test; `confidence` is from 0 to 1.

    `found`: the confidence reaches the label's assumed threshold. A true box that the model missed altogether
    is listed, too, with `found` false.
    """

    label: str
    confidence: float
    found: bool
    box: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TestedPicture:
    """One line. `labels` are those of the truth, sorted; `boxes` only for models of locations."""

    __test__ = False  # pytest looks for classes of this name

    bucket: str
    key: str
    labels: tuple[str, ...]
    boxes: tuple[LabelledBox, ...] = ()
    predictions: tuple[Prediction, ...] = ()

    @property
    def found(self) -> frozenset[str]:
        """The labels that the model found."""
        return frozenset(prediction.label for prediction in self.predictions if prediction.found)


@dataclass(kw_only=True)
class Reader:
    """Reads the lines of one snapshot. `thresholds` (0 to 1, by label) decide what was found where a line
    does not say; `problems` counts, by what is wrong, what could not be read so far."""

    thresholds: Mapping[str, float] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)

    def pictures(self, lines: Iterable[bytes]) -> Iterator[TestedPicture]:
        """The pictures in the order of the lines, without those lines that name none."""
        for line in lines:
            if line.strip() and (picture := self.picture(line)) is not None:
                yield picture

    def picture(self, line: bytes) -> TestedPicture | None:
        """The picture of one line; None if it names none."""
        document = self._document(line)
        place = None if document is None else _PLACE.fullmatch(str(document.get(_SOURCE)))
        if document is None or place is None:
            self._note(f"a line is no JSON object with a {_SOURCE} of the form s3://BUCKET/KEY")
            return None
        truth = list(self._labelled(document, _TRUTH))
        said = list(self._labelled(document, _PREDICTION))
        return TestedPicture(
            bucket=place[1],
            key=place[2],
            labels=tuple(sorted({each.label for each in truth})),
            boxes=tuple(LabelledBox(label=each.label, box=each.box) for each in truth if each.box),
            predictions=tuple(self._prediction(each) for each in said),
        )

    def said(self) -> list[str]:
        """The problems in words, the most frequent first; empty if everything could be read."""
        return [
            f"In the testing snapshot {problem} ({count:,} times); that was left out."
            for problem, count in self.problems.most_common(_KINDS_NAMED)
        ]

    def _document(self, line: bytes) -> _Json | None:
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(document, Mapping):
            return None
        for name in document:
            if not (name == _SOURCE or _KNOWN.fullmatch(name)):
                self._note("an attribute is neither of the training nor of the evaluation")
        return document

    def _labelled(self, document: _Json, names: re.Pattern[str]) -> Iterator["_Labelled"]:
        """The labels of such attributes: one of the whole picture, or one for each box."""
        for name, value in document.items():
            if not names.fullmatch(name):
                continue
            metadata = document.get(f"{name}{_METADATA}")
            if not isinstance(metadata, Mapping):
                self._note("an attribute has no metadata")
            elif isinstance(value, Mapping):
                yield from self._boxed(value, metadata)
            elif isinstance(label := metadata.get("class-name"), str) and label:
                yield _Labelled(label=label, box=None, metadata=metadata)
            else:
                self._note("a label has no class-name")

    def _boxed(self, value: _Json, metadata: _Json) -> Iterator["_Labelled"]:
        objects, names = _list(metadata.get("objects")), metadata.get("class-map")
        size = _size(value)
        for number, annotation in enumerate(_list(value.get("annotations"))):
            if not isinstance(annotation, Mapping) or not isinstance(names, Mapping):
                self._note("a box has no label")
                continue
            label = names.get(str(annotation.get("class_id")))
            if not isinstance(label, str):
                self._note("a box has no label")
                continue
            box = _box(annotation, size)
            if box is None:
                self._note("a box has no edges, or its picture no size")
            details = objects[number] if number < len(objects) else None
            yield _Labelled(label=label, box=box, metadata=details if isinstance(details, Mapping) else {})

    def _prediction(self, each: "_Labelled") -> Prediction:
        confidence = _number(each.metadata.get("confidence"))
        if confidence is None or not 0 <= confidence <= 1:
            self._note("a prediction has no confidence from 0 to 1")
            confidence = 0.0
        return Prediction(
            label=each.label, confidence=confidence, found=self._is_found(each, confidence), box=each.box
        )

    def _is_found(self, each: "_Labelled", confidence: float) -> bool:
        details = each.metadata.get(_DETAILS)
        if isinstance(details, Mapping):
            found = [details.get("is-true-positive"), details.get("is-false-positive")]
            if all(isinstance(flag, bool) for flag in found):
                return any(found)
        threshold = self.thresholds.get(each.label)
        if threshold is None:
            self._note("a prediction does not say whether it reached its threshold")
            return False
        return confidence >= threshold

    def _note(self, problem: str) -> None:
        self.problems[problem] += 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Labelled:
    """A label of a picture or of a box, and what is said of it."""

    label: str
    box: Box | None
    metadata: _Json


def _size(value: _Json) -> tuple[float, float] | None:
    sizes = _list(value.get("image_size"))
    first = sizes[0] if sizes else None
    if not isinstance(first, Mapping):
        return None
    width, height = _number(first.get("width")), _number(first.get("height"))
    return (width, height) if width and height and width > 0 and height > 0 else None


def _box(annotation: _Json, size: tuple[float, float] | None) -> Box | None:
    edges = [_number(annotation.get(name)) for name in ("left", "top", "width", "height")]
    if size is None or None in edges:
        return None
    left, top, width, height = (edge or 0.0 for edge in edges)
    return Box(left=left / size[0], top=top / size[1], width=width / size[0], height=height / size[1])


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
