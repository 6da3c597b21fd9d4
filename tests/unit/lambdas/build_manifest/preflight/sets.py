"""The smallest set that passes, to be broken in one way each."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from lambdas.build_manifest.labelled.model import Box, Place, Size, labelled_picture
from lambdas.build_manifest.labelled.trouble import Trouble
from lambdas.build_manifest.limits import SetLimits
from lambdas.build_manifest.preflight.examined import Examined, Stored
from lambdas.build_manifest.preflight.findings import Findings
from lambdas.build_manifest.preflight.headers import Header, PictureFormat, Unusable
from lambdas.build_manifest.preflight.sorting import Given
from lambdas.build_manifest.preflight.verdict import Rules, Verdict, judge

RULES = Rules(limits=SetLimits(train=250_000, test=250_000))
QUARANTINE = replace(RULES, quarantine=True)
BUCKET = "pictures-bucket"


def examined(
    key: str,
    labels: Sequence[str] = (),
    *,
    boxes: Sequence[Box] = (),
    stated: Size | None = None,
    content: str | None = None,
    size: int = 5_000,
    width: int = 640,
    height: int = 480,
    header: Header | Unusable | None = None,
    missing: bool = False,
    bucket: str = BUCKET,
    line: int = 1,
) -> Examined:
    """A picture as it should be, but for what is told; its content is its key unless told."""
    picture = labelled_picture(
        bucket,
        key,
        labels=set(labels),
        boxes=set(boxes),
        size=stated,
        place=Place("labels.manifest", "line", line),
    )
    kind = PictureFormat.PNG if key.endswith(".png") else PictureFormat.JPEG
    told = (key if content is None else content).encode()
    stored = Stored(
        hashlib.md5(told, usedforsecurity=False).hexdigest(), size, header or Header(kind, width, height)
    )
    return Examined(picture, None if missing else stored)


def many(side: str, count: int = 5, labels: Sequence[str] = ("cat", "dog")) -> list[Examined]:
    """`count` pictures of each label."""
    return [examined(f"{side}/{label}/{n}.jpg", [label]) for label in labels for n in range(count)]


def many_boxed(side: str, count: int = 5, labels: Sequence[str] = ("cat", "dog")) -> list[Examined]:
    return [
        examined(f"{side}/{label}/{n}.jpg", boxes=[Box(label, 10, 10, 100, 100)])
        for label in labels
        for n in range(count)
    ]


def verdict_on(
    train: Sequence[Examined],
    test: Sequence[Examined] | None = None,
    rules: Rules = RULES,
    *,
    troubles: Sequence[Trouble] = (),
) -> Verdict:
    return judge(Given(train, troubles), None if test is None else Given(test), rules)


def codes(findings: Findings) -> dict[str, int]:
    return {kind.code: kind.count for kind in findings}


def keys(pictures: Sequence[Examined] | None) -> list[str]:
    return [found.picture.key for found in pictures or []]


def only(findings: Findings) -> Trouble:
    (kind,) = findings
    (trouble,) = kind.examples
    return trouble
