"""What the Training workflow asks of this function."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from .errors import RequestInvalid
from .layout import is_set_name
from .sources.data_source import DataSource, data_source_from

Mode = Literal["measure", "check", "write"]
_MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, kw_only=True)
class Request:
    """`measure` tells what a set of today's pictures would be, `check` whether Rekognition would train
    it, and `write` writes its files.

    `digest`: the set that was measured; `check` and `write` refuse any other. `previous_digest`: the
    set that was trained last, against which new pictures are counted; None before the first training.
    `minimum_images_per_label` is the operator's parameter, `quarantine` the environment's setting (see
    `preflight.verdict`).
    `data_source` is where the labelled pictures are told of; None stands for the folders.
    """

    mode: Mode
    digest: str | None
    previous_digest: str | None
    minimum_images_per_label: int = 1
    quarantine: bool = False
    data_source: DataSource | None = None

    @classmethod
    def from_event(cls, event: Mapping[str, object]) -> "Request":
        """Parse the event of an invocation.

        Raises:
            RequestInvalid: the mode is unknown, or a digest is missing or malformed.
            DataSourceInvalid: `data_source` is none of those that there are.
        """
        mode = next((known for known in _MODES if known == event.get("mode")), None)
        if mode is None:
            raise RequestInvalid(
                f'"mode" is {event.get("mode")!r}; it must be one of {", ".join(_MODES)}. The Training '
                "workflow sends it."
            )
        request = cls(
            mode=mode,
            digest=_digest(event, "digest"),
            previous_digest=_digest(event, "previous_digest"),
            minimum_images_per_label=_minimum(event),
            quarantine=_quarantine(event),
            data_source=data_source_from(event.get("data_source")),
        )
        if request.mode != "measure" and request.digest is None:
            raise RequestInvalid(
                f'"digest" is missing; mode "{mode}" needs the digest that "measure" returned.'
            )
        return request


def _minimum(event: Mapping[str, object]) -> int:
    value = event.get("minimum_images_per_label", 1)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise RequestInvalid(
            f'"minimum_images_per_label" is {value!r}; it must be a whole number of at least 1.'
        )
    return value


def _quarantine(event: Mapping[str, object]) -> bool:
    value = event.get("quarantine", False)
    if not isinstance(value, bool):
        raise RequestInvalid(f'"quarantine" is {value!r}; it must be true or false.')
    return value


def _digest(event: Mapping[str, object], name: str) -> str | None:
    value = event.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not is_set_name(value):
        raise RequestInvalid(
            f'"{name}" is {str(value)[:80]!r}; it must be null or the 64 hexadecimal digits (0-9a-f) '
            "of a set, as this function returns them."
        )
    return value
