"""The answers of a model to a sample, kept so that nothing is asked twice.

judge_evaluation reads them to compare two models.
"""

import json
from collections.abc import Sequence

from .ask import Asked
from .model import Why
from .request import Place
from .sample import Picture

_SCHEMA_VERSION = 1


class Answers:
    """Of one version to these pictures; with what an earlier invocation kept, if it is the same version's.

    `execution`: the run that asks. Another run may read what this one cannot: a right was granted, a picture
    put back.
    """

    def __init__(
        self,
        *,
        version: str,
        pictures: Sequence[Picture],
        kept: bytes | None = None,
        execution: str | None = None,
    ) -> None:
        self._version = version
        self._pictures = pictures
        self._execution = execution
        self._asked = _earlier(kept, version, pictures, execution) if kept is not None else {}

    @property
    def all(self) -> list[Asked]:
        """What is known, in the order of the pictures."""
        return [self._asked[picture.place] for picture in self._pictures if picture.place in self._asked]

    @property
    def missing(self) -> list[Picture]:
        """The pictures that are still to be asked about."""
        return [picture for picture in self._pictures if picture.place not in self._asked]

    def add(self, asked: Asked) -> None:
        self._asked[asked.picture.place] = asked

    def as_json(self) -> bytes:
        """What is kept."""
        document = {
            "schema_version": _SCHEMA_VERSION,
            "asked": self._version,
            "asked_by": self._execution,
            "pictures": [
                {
                    "bucket": asked.picture.place.bucket,
                    "key": asked.picture.place.key,
                    "answer": asked.found,
                    "error": asked.error,
                }
                for asked in self.all
            ],
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _earlier(
    kept: bytes, version: str, pictures: Sequence[Picture], execution: str | None
) -> dict[Place, Asked]:
    """Without what may be answered now: only an answer lasts, and for the run that found it a picture's own
    fault. What is no such file is written anew."""
    of_place = {picture.place: picture for picture in pictures}
    found: dict[Place, Asked] = {}
    try:
        document = json.loads(kept)
        if document["asked"] != version or document["schema_version"] != _SCHEMA_VERSION:
            return {}
        lasting = {None, Why.UNREADABLE} if execution and document.get("asked_by") == execution else {None}
        for entry in document["pictures"]:
            place = Place(bucket=entry["bucket"], key=entry["key"])
            if place not in of_place:
                continue
            asked = Asked(
                picture=of_place[place], found=entry["answer"], error=entry["error"], milliseconds=None
            )
            if asked.why in lasting:
                found[place] = asked
    except (ValueError, LookupError, TypeError):
        return {}
    return found
