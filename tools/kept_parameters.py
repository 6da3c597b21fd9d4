"""What operators have set, across a deployment: what CloudFormation rewrites, and what to do about it.

CloudFormation leaves a parameter alone until something of its definition changes. Then its handler puts
all of the definition, the initial value included, over what an operator set; a change of the stack's tags
is enough, and a rollback writes the old definition the same way (aws-cloudformation-resource-providers-ssm,
`UpdateHandler`; aws/aws-cdk#25949).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

PARAMETER = "AWS::SSM::Parameter"


@dataclass(frozen=True, kw_only=True)
class Release:
    """A template and the tags of the stack, with which CloudFormation tags each parameter as well."""

    template: Mapping[str, Any]
    tags: Mapping[str, str]

    def parameters(self, path: str) -> dict[str, Mapping[str, Any]]:
        """The definitions of the parameters under a path, by name."""
        definitions = [
            resource["Properties"]
            for resource in self.template["Resources"].values()
            if resource["Type"] == PARAMETER
        ]
        return {
            definition["Name"]: definition
            for definition in definitions
            if str(definition.get("Name", "")).startswith(f"{path}/")
        }


class Fate(Enum):
    """What became of a value while the stack was deployed."""

    SAME = auto()
    GONE = auto()
    """The release has no such parameter any more."""
    FOLLOWED = auto()
    """No operator had changed it, so it became the new initial value."""
    LOST = auto()
    """An operator had set it, and CloudFormation wrote an initial value over it."""
    CHANGED = auto()
    """CloudFormation did not write that: somebody set it in the meantime."""


@dataclass(frozen=True, kw_only=True)
class KeptParameter:
    """A parameter as it was before a deployment."""

    name: str
    value: str
    initial: str
    """Its value in the template that was deployed before. A rollback writes it again."""
    coming: str | None
    """Its value in the template that was to be deployed; None if that has no such parameter."""
    is_redefined: bool
    """Whether that deployment changes its definition, or reverts drift: CloudFormation writes `coming`."""

    @property
    def short_name(self) -> str:
        """The part that operators know."""
        return self.name.rpartition("/")[2]

    @property
    def is_operators(self) -> bool:
        """Whether somebody set it. Who set it to the initial value cannot be told from who did nothing."""
        return self.value != self.initial

    def fate(self, now: str | None) -> Fate:
        """What became of it; `now` is None if it is not there."""
        if now is None:
            return Fate.GONE
        if now == self.value:
            return Fate.SAME
        if not self.is_redefined or now not in (self.initial, self.coming):
            return Fate.CHANGED
        return Fate.LOST if self.is_operators else Fate.FOLLOWED

    def is_news(self, values: Mapping[str, str]) -> bool:
        """Whether it was written with another value, even if that was put back since."""
        return self.fate(values.get(self.name)) in (Fate.FOLLOWED, Fate.LOST, Fate.CHANGED)

    def announcement(self) -> str | None:
        """What the deployment is about to do to it, for a person; None if nothing."""
        if self.coming is None:
            return f"{self.short_name}, now {self.value}, is not part of this release."
        if self.is_redefined and self.is_operators:
            return (
                f"{self.short_name} is {self.value}. CloudFormation is about to set it to {self.coming}; "
                f"afterwards {self.value} is put back."
            )
        return None


def kept_parameters(
    values: Mapping[str, str], *, path: str, before: Release, after: Release, reverts_drift: bool = False
) -> tuple[KeptParameter, ...]:
    """The parameters that are there and deployed. New ones, and ones that somebody deleted, are nothing
    to keep.

    `reverts_drift`: CloudFormation compares with what is there, and to it an operator's value is drift.
    """
    old, new = before.parameters(path), after.parameters(path)
    return tuple(
        KeptParameter(
            name=name,
            value=values[name],
            initial=old[name]["Value"],
            coming=new[name]["Value"] if name in new else None,
            is_redefined=name in new
            and (reverts_drift or old[name] != new[name] or before.tags != after.tags),
        )
        for name in old
        if name in values
    )
