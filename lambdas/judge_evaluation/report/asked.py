"""What the event of a judgement says for its report alone.

Nothing of it is needed for the verdict, so what is missing or odd is simply not told.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`digest` names the set that was trained; `model_type` is `whole_picture` or `location`."""

    execution: str
    digest: str | None
    model_type: str
    billed_seconds: int | None
    ended_at: str | None

    @classmethod
    def from_event(cls, event: Mapping[str, object]) -> "Asked":
        seconds = event.get("billed_seconds")
        return cls(
            execution=_text(event, "execution_id") or "",
            digest=_text(event, "digest"),
            model_type=_text(event, "model_type") or "whole_picture",
            billed_seconds=seconds if isinstance(seconds, int) and seconds >= 0 else None,
            ended_at=_text(event, "ended_at"),
        )


def _text(event: Mapping[str, object], name: str) -> str | None:
    value = event.get(name)
    return value if isinstance(value, str) and value else None
