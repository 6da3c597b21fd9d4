"""Says what is wrong with settings: key, value found, what is allowed, where to change it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_KEY = "[key]"
"""How pydantic marks, in an error's location, that it speaks of a mapping's key and not of its value."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    key: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"  {self.key}\n    found:   {self.found}\n    allowed: {self.allowed}"


class SettingsError(Exception):
    """Settings that cannot be used. Its text is all that the person who wrote them has to read."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 setting" if len(self.problems) == 1 else f"{len(self.problems)} settings"
        lines = [f"cdk.json has {count} that cannot be used:", *map(str, self.problems)]
        super().__init__("\n".join([*lines, "Change cdk.json at the keys named above, then try again."]))


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """One problem for each error that pydantic found in `model`, in the words of the fields' descriptions."""
    return [_problem(details, model) for details in error.errors()]


def _problem(details: ErrorDetails, model: type[BaseModel]) -> Problem:
    location = [part for part in details["loc"] if part != _KEY]
    owner, allowed = _nearest(location, model)
    if details["type"] == "extra_forbidden":
        allowed = _known_keys(str(location[-1]), owner)
    found = "nothing" if details["type"] == "missing" else json.dumps(details["input"], ensure_ascii=False)
    return Problem(key=".".join(["context", *map(str, location)]), found=found, allowed=allowed)


def _known_keys(unknown: str, owner: type[BaseModel]) -> str:
    known = list(owner.model_fields)
    close = get_close_matches(unknown, known, n=1)
    return f"the keys {', '.join(known)}" + (f" (did you mean {close[0]}?)" if close else "")


def _nearest(location: list[Any], model: type[BaseModel]) -> tuple[type[BaseModel], str]:
    """The innermost model that `location` leads to, and the description of the last field on the way."""
    description = ""
    for part in location:
        field = model.model_fields.get(str(part))
        if field is None:
            continue  # a mapping's key, an index in a list, or a key that nobody knows
        description = field.description or description
        model = _model_in(field.annotation) or model
    return model, description


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds: itself, or as the values of a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _model_in(argument))), None)
