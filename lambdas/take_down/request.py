"""What CloudFormation asks for (User Guide, "Custom resource request objects")."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PHYSICAL_ID = "what-the-pipeline-made"
"""The same for ever: CloudFormation would take another one for a replacement, and delete the former."""


@dataclass(frozen=True, kw_only=True)
class Request:
    type: str
    stack_id: str
    request_id: str
    logical_id: str
    physical_id: str
    response_url: str
    """Whoever has it can answer for us: it is in no log."""
    until: float | None
    """Seconds since 1970 at which to give up, in an event that the function sent to itself."""

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "Request":
        """A Create has no physical id yet; an Update and a Delete keep theirs, whatever it is."""
        return cls(
            type=event["RequestType"],
            stack_id=event["StackId"],
            request_id=event["RequestId"],
            logical_id=event["LogicalResourceId"],
            physical_id=event.get("PhysicalResourceId") or PHYSICAL_ID,
            response_url=event["ResponseURL"],
            until=event.get("Until"),
        )
