"""The server's own paths under /_local/, for tests and demos."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.door.call_log import CallLog
from local_aws.door.faults import Faults, parse_faults
from local_aws.outbox import Outbox
from local_aws.permission_log import PERMISSIONS
from local_aws.state_stops import STOPS, parse_stops

PREFIX = "/_local/"

ConfigureRekognition = Callable[..., object]
"""`local_aws.rekognition.configure`; raises ValueError or TypeError for what it cannot use."""


@dataclass(frozen=True, kw_only=True)
class Admin:
    """Answers GET calls, PUT faults, PUT stops, GET permissions, GET outbox and PUT rekognition."""

    calls: CallLog
    faults: Faults
    outbox: Outbox
    configure_rekognition: ConfigureRekognition

    def answer(self, *, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """HTTP status and JSON document; mistakes of the caller are told, never raised."""
        paths = self._paths()
        if path not in paths:
            return 404, {"message": f"There is no {path}; there are {', '.join(paths)}."}
        allowed, handle = paths[path]
        if method != allowed:
            return 405, {"message": f"{path} answers {allowed}, not {method}."}
        try:
            return 200, handle(json.loads(body)) if allowed == "PUT" else handle(None)
        except json.JSONDecodeError as problem:
            return 400, {"message": f"The body of PUT {path} is not JSON: {problem}."}
        except (TypeError, ValueError) as problem:
            return 400, {"message": str(problem)}

    def _paths(self) -> Mapping[str, tuple[str, Callable[[Any], Any]]]:
        return {
            f"{PREFIX}calls": ("GET", lambda _: self.calls.as_json()),
            f"{PREFIX}faults": ("PUT", self._put_faults),
            f"{PREFIX}stops": ("PUT", self._put_stops),
            f"{PREFIX}permissions": ("GET", lambda _: PERMISSIONS.as_json()),
            f"{PREFIX}outbox": ("GET", lambda _: self.outbox.as_json()),
            f"{PREFIX}rekognition": ("PUT", self._put_rekognition),
        }

    def _put_faults(self, document: Any) -> dict[str, Any]:
        faults = parse_faults(document)
        self.faults.replace(faults)
        return {"faults": len(faults)}

    def _put_stops(self, document: Any) -> dict[str, Any]:
        stops = parse_stops(document)
        STOPS.replace(stops)
        return {"stops": len(stops)}

    def _put_rekognition(self, document: Any) -> dict[str, Any]:
        if not isinstance(document, dict):
            raise ValueError(f"Expected a JSON object of settings, found {document!r}.")
        self.configure_rekognition(**document)
        return document
