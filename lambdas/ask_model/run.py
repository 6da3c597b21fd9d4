"""One invocation: which pictures, what is known of them, and what comes of asking about the others."""

from collections.abc import Callable, Sequence
from typing import Protocol

from .answers import Answers
from .ask import AnyModel, Asking
from .errors import SampleMissing
from .request import Place, Request
from .sample import Picture, choose, parse_sample
from .tally import Tally, tally
from .unchanged import LookUp, UnchangedOnly

_SAVE_EVERY = 50
# Someone waits for a smoke test or a canary: a model that says six times, within a minute, that it has too
# much to do has told what there is to know. A comparison has the time.
_PATIENCE = {"compare": None, "smoke": 5, "canary": 5}


class Files(Protocol):
    """Where samples and answers are; `results_bucket.ResultsBucket` is one."""

    def read(self, place: Place) -> bytes | None:
        """A file; None if there is none."""

    def write(self, place: Place, content: bytes) -> None:
        """Keep a file."""


MakeAsking = Callable[..., Asking]


def run(
    request: Request,
    *,
    files: Files,
    model: AnyModel,
    look_up: LookUp,
    seconds_left: Callable[[], float],
    asking: MakeAsking = Asking,
) -> Tally:
    """Ask the model.

    Raises:
        SampleMissing, SampleUnreadable: there is nothing to ask about.
        StorageDenied, StorageUnavailable, StorageRefused: a file or the model is out of reach.
    """
    content = files.read(request.sample)
    if content is None:
        raise SampleMissing(
            f"There is no sample of held-out pictures at {request.sample}: the version was trained by hand, "
            "or by an older release."
        )
    pictures = choose(
        parse_sample(content, request.sample),
        per_label=request.pictures_per_label,
        at_most=request.at_most,
        turn=request.turn,
    )
    kept = None if request.answers is None else files.read(request.answers)
    answers = Answers(version=request.version, pictures=pictures, kept=kept, execution=request.execution)
    round_of_questions = asking(
        model=_unchanged_only(model, pictures, request, look_up),
        per_second=request.per_second,
        seconds_left=seconds_left,
        patience=_PATIENCE[request.purpose],
    )
    for number, asked in enumerate(round_of_questions.about(answers.missing), start=1):
        answers.add(asked)
        if request.answers is not None and number % _SAVE_EVERY == 0:
            files.write(request.answers, answers.as_json())
    if request.answers is not None:
        files.write(request.answers, answers.as_json())
    return tally(answers.all, complete=not answers.missing)


def _unchanged_only(
    model: AnyModel, pictures: Sequence[Picture], request: Request, look_up: LookUp
) -> AnyModel:
    if request.trained_at is None:
        return model
    etags = {picture.place: picture.etag for picture in pictures if picture.etag is not None}
    return UnchangedOnly(model=model, trained_at=request.trained_at, etags=etags, look_up=look_up)
