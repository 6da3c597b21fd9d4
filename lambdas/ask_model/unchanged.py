"""Pictures are asked about only as they were when the version was trained.

Its own test, to which its answers are held, saw them so, and so did the model that it is compared with. A
picture that was replaced under its key since then shows something else.
"""

from collections.abc import Callable
from datetime import datetime

from .ask import AnyModel
from .model import PICTURE_CHANGED, Answer, NoAnswer
from .request import Place

WhenWritten = Callable[[Place], datetime | None]
"""When the object was last written; None if nobody can say."""


class UnchangedOnly:
    """A model that is not shown a picture which was written after `trained_at`; see `ask.AnyModel`.

    S3 tells the time of the last write in whole seconds, and counts a copy of an object onto itself (another
    storage class, another key) as one: such a picture is left out though nothing of it changed.
    """

    def __init__(self, *, model: AnyModel, trained_at: datetime, when_written: WhenWritten) -> None:
        self._model = model
        self._trained_at = trained_at
        self._when_written = when_written

    def ask(self, place: Place) -> Answer:
        """See `model.Model.ask`.

        Raises:
            NoAnswer: the picture was changed, or the model gave none.
        """
        written = self._when_written(place)
        if written is not None and written > self._trained_at:
            raise NoAnswer(PICTURE_CHANGED)
        return self._model.ask(place)
