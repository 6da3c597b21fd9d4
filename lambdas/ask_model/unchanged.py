"""Pictures are asked about only as they were when the version was trained.

Its own test, to which its answers are held, saw them so, and so did the model that it is compared with. A
picture that was replaced under its key since then shows something else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from .ask import AnyModel
from .model import PICTURE_CHANGED, Answer, NoAnswer
from .request import Place


@dataclass(frozen=True, kw_only=True)
class Written:
    """When the object under a key was written, in whole seconds, and its ETag without the quotes."""

    at: datetime
    etag: str


LookUp = Callable[[Place], Written | None]
"""None if nobody can say."""


class UnchangedOnly:
    """A model that is not shown a picture which was changed after `trained_at`; see `ask.AnyModel`.

    A picture was changed if it was written since, and has not the ETag that it had: a nightly export that
    writes the same bytes once more changes nothing. Where the former ETag is not among `etags`, the time
    decides, and a copy of an object onto itself (another storage class, another key) counts as a change.
    """

    def __init__(
        self, *, model: AnyModel, trained_at: datetime, etags: Mapping[Place, str], look_up: LookUp
    ) -> None:
        self._model = model
        self._trained_at = trained_at
        self._etags = etags
        self._look_up = look_up

    def ask(self, place: Place) -> Answer:
        """See `model.Model.ask`.

        Raises:
            NoAnswer: the picture was changed, or the model gave none.
        """
        written = self._look_up(place)
        if written is not None and written.at > self._trained_at and written.etag != self._etags.get(place):
            raise NoAnswer(PICTURE_CHANGED)
        return self._model.ask(place)
