"""What was found wrong, gathered by code: the substance of words and report alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .catalogue import Meaning, Whose, codes_in, meaning_of
from .training_files import LineError, SetError
from .uncoded import meaning_of_text, speaks_of_data

PLACES_KEPT = 10_000
"""Of each code, for the report. A set has up to 250,000 lines, and this function 1 GB."""


@dataclass(slots=True)
class OfLines:
    """All lines with one code."""

    code: str
    meaning: Meaning
    count: int = 0
    places: list[LineError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OfSet:
    """One thing wrong with a set as a whole; `code` is empty where Rekognition gave only words."""

    code: str
    meaning: Meaning
    sides: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """`whose` tells whether other pictures, other permissions or another attempt would help."""

    sets: Sequence[OfSet]
    lines: Sequence[OfLines]
    whose: Whose


def gather(said: str, errors: Sequence[SetError], lines: Iterable[LineError]) -> Findings:
    """Bring Rekognition's words, its summary and its marked lines together.

    Only what is known to be the data's own fault is held against the data: a training that is tried again
    costs nothing, since Rekognition bills for those that succeed.
    """
    sets = _sets(said, errors)
    return Findings(sets=sets, lines=by_code(lines), whose=_whose(said, sets))


def _whose(said: str, sets: Sequence[OfSet]) -> Whose:
    if not sets:
        return "data" if speaks_of_data(said) else "service"
    return next((found.meaning.whose for found in sets if found.meaning.whose != "data"), "data")


def _sets(said: str, errors: Sequence[SetError]) -> list[OfSet]:
    sides: dict[str, list[str]] = {code: [] for code in codes_in(said)}
    for error in errors:
        places = sides.setdefault(error.code, [])
        if error.side is not None and error.side not in places:
            places.append(error.side)
    found = [OfSet(code, meaning_of(code), tuple(places)) for code, places in sides.items()]
    if not found and (meaning := meaning_of_text(said)) is not None:
        return [OfSet("", meaning, ())]
    return found


def by_code(lines: Iterable[LineError]) -> list[OfLines]:
    """Those with most lines first."""
    found: dict[str, OfLines] = {}
    for error in lines:
        group = found.setdefault(error.code, OfLines(error.code, meaning_of(error.code)))
        group.count += 1
        if len(group.places) < PLACES_KEPT:
            group.places.append(error)
    return sorted(found.values(), key=lambda group: (-group.count, group.code))
