"""Asks a model about pictures, one after the other: not too fast, and patiently if it has too much to do."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from .model import Answer, Found, NoAnswer, Why, why
from .request import Place
from .sample import Picture

# Of a fault that may pass: an internal error, a lost connection. Waits of 1 and 2 s.
_TRIES_AFTER_A_FAULT = 3
_LONGEST_PAUSE = 30.0
ANSWER_SECONDS = 40.0
"""What one more answer may take: the clients' time-outs and a little."""


class AnyModel(Protocol):
    """What answers; `model.Model` does."""

    def ask(self, place: Place) -> Answer:
        """See `model.Model.ask`."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A picture that was asked about; either `found` or `error`, a code, is None."""

    picture: Picture
    found: list[Found] | None
    error: str | None
    milliseconds: float | None
    """What the answer took; None without one, and for one of an earlier invocation."""

    @property
    def why(self) -> Why | None:
        """Whose fault it is that there is no answer; None if there is one."""
        return None if self.error is None else why(self.error)

    @property
    def agrees(self) -> bool:
        """Whether the model found what its own evaluation found."""
        return self.found is not None and {seen["label"] for seen in self.found} == self.picture.expected


class Asking:
    """One round of questions. `seconds_left` says how long the function may still run: the round ends before
    that, or at once if the model is not ready, and leaves the rest unasked."""

    def __init__(
        self,
        *,
        model: AnyModel,
        per_second: float,
        seconds_left: Callable[[], float],
        patience: int | None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`patience`: how often to ask again a model that has too much to do; None: while there is time."""
        self._model = model
        self._interval = 1 / per_second
        self._seconds_left = seconds_left
        self._patience = patience
        self._sleep = sleep
        self._clock = clock
        self._next = clock()

    def about(self, pictures: Sequence[Picture]) -> Iterator[Asked]:
        """What came of each, in order."""
        for picture in pictures:
            asked = self._about(picture)
            if asked is None:
                return
            yield asked
            if asked.why is Why.NOT_READY:
                return

    def _about(self, picture: Picture) -> Asked | None:
        """None if the time is up."""
        tries, pause = 0, 0.0
        while self._waited(pause):
            try:
                answer = self._model.ask(picture.place)
            except NoAnswer as error:
                tries += 1
                if self._is_final(error.code, tries):
                    return Asked(picture=picture, found=None, error=error.code, milliseconds=None)
                pause = min(2.0 ** (tries - 1), _LONGEST_PAUSE)
            else:
                return Asked(
                    picture=picture, found=answer.found, error=None, milliseconds=answer.milliseconds
                )
        return None

    def _is_final(self, code: str, tries: int) -> bool:
        match why(code):
            case Why.BUSY:
                return self._patience is not None and tries > self._patience
            case Why.FAULT:
                return tries >= _TRIES_AFTER_A_FAULT
        return True

    def _waited(self, pause: float) -> bool:
        """Wait so long, and until it is time for the next question; False if there is no time for it."""
        pause = max(pause, self._next - self._clock())
        if self._seconds_left() < pause + ANSWER_SECONDS:
            return False
        if pause > 0:
            self._sleep(pause)
        self._next = self._clock() + self._interval
        return True
