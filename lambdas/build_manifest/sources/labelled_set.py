"""The set that a source makes: named, looked at, split and judged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import PicturesChanged
from ..labelled.model_type import StyleCount, in_style
from ..labelled.trouble import Trouble
from ..limits import SetLimits
from ..preflight.examined import Examined, Stored, labels_of
from ..preflight.sorting import Given
from ..preflight.verdict import Rules, Verdict, judge
from ..quarantine import ANY
from ..selection import Picture
from ..split import Split, split_set
from .data_source import DataSource
from .looking import find, look
from .ports import Access
from .reading import Side, read_source
from .said import digest_of, pairs, records_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """`split` is None if the source has test pictures of its own; `newest` is when anything of it was stored
    last. `lasting`: whether the same digest would be judged the same again. A picture that is not there has
    no ETag, and gives another digest once it is; one that cannot be read may be readable tomorrow."""

    digest: str
    records: list[Picture]
    verdict: Verdict
    split: Split | None
    newest: datetime
    lasting: bool


def labelled_set(
    source: DataSource,
    *,
    expected: str | None,
    access: Access,
    rules: Rules,
) -> LabelledSet:
    """Read the source; `expected` is the digest it must have, if it was measured before.

    Raises:
        PicturesChanged: it has another one, or a picture was replaced meanwhile.
        DataSourceInvalid, DatasetUnreadable, LabelFileUnreadable: see `errors`; also the errors of S3.
    """
    train, test = read_source(source, access.sources, access.locations)
    sides = {"train": train} if test is None else {"train": train, "test": test}
    named = (picture for side in sides.values() for picture in side.pictures)
    objects = find(named, access.sources, access.locations)
    seen = look(str(source), objects, access.sources, access.store)
    examined = {name: _examined(side, seen) for name, side in sides.items()}
    digest = digest_of(sides, examined, objects)
    if expected is not None and digest != expected:
        raise PicturesChanged(
            f"What {source} tells, or a picture, changed since it was measured (set {expected}; now set "
            f"{digest}). Nothing was written: the next run measures it again."
        )
    verdict, split = _judge(train, test, examined, rules)
    stored = [each.modified for of_bucket in objects.values() for each in of_bucket.values()]
    return LabelledSet(
        digest=digest,
        records=records_of(examined),
        verdict=verdict,
        split=split,
        lasting=all(len(seen[bucket]) == len(of_bucket) for bucket, of_bucket in objects.items()),
        newest=max([*stored, *(side.modified for side in sides.values())]),
    )


def _examined(side: Side, seen: dict[str, dict[str, Stored]]) -> list[Examined]:
    return [Examined(picture, seen.get(picture.bucket, {}).get(picture.key)) for picture in side.pictures]


def _judge(
    train: Side, test: Side | None, examined: dict[str, list[Examined]], rules: Rules
) -> tuple[Verdict, Split | None]:
    if test is not None:
        given = Given(examined["train"], train.troubles), Given(examined["test"], test.troubles)
        return judge(*given, rules), None
    pictures, of_other_kind = _of_one_kind(examined["train"])
    troubles = [*train.troubles, *of_other_kind]
    training, testing, split = _split(pictures, rules.limits)
    return judge(Given(training, troubles), Given(testing), rules), split


def _of_one_kind(examined: Sequence[Examined]) -> tuple[list[Examined], list[Trouble]]:
    """Before the split, since each side of it may have more of the other kind, and without the annotations of
    the other kind: a picture that has both would otherwise be counted again, on its side, as it was."""
    style = StyleCount.of(one.picture for one in examined).style
    pictures: list[Examined] = []
    troubles: list[Trouble] = []
    for one in examined:
        picture = in_style(one.picture, style)
        if isinstance(picture, Trouble):
            troubles.append(picture)
        else:
            pictures.append(replace(one, picture=picture))
    return pictures, troubles


def _split(pictures: list[Examined], limits: SetLimits) -> tuple[list[Examined], list[Examined], Split]:
    """By what can be used; a bad picture comes where it would be if it were not bad."""
    verdict = judge(Given(pictures), None, Rules(limits=ANY, quarantine=True))
    good = {one.picture.uri for one in verdict.train}
    split = split_set(pairs(verdict.train, (labels_of(one.picture) for one in verdict.train)), limits)
    of_all = split
    if len(good) < len(pictures):
        of_all = split_set(pairs(pictures, (labels_of(one.picture) for one in pictures)), limits)
    sides: tuple[list[Examined], list[Examined]] = ([], [])
    for one, picture in zip(pictures, pairs(pictures, [("",)] * len(pictures)), strict=True):
        which = split if one.picture.uri in good else of_all
        sides[which.tests(picture)].append(one)
    return (*sides, split)
