"""PutEvents: which entries it refuses, one by one, while the call as a whole succeeds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import json_response

from local_aws.mends.registry import mend


@mend("event-entries", target="ministack.services.eventbridge._put_events")
def refuse_bad_entries(original: Any) -> Any:
    """An entry without a source, a detail type or a JSON object as its detail fails; MiniStack sends it.

    API reference, PutEventsResultEntry: InvalidArgument and MalformedDetail, neither worth a retry.
    """

    def _put_events(data: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        entries = data.get("Entries", [])
        problems = [_problem(entry) for entry in entries]
        if not any(problems):
            return original(data, *args, **kwargs)
        good = [entry for entry, problem in zip(entries, problems, strict=True) if problem is None]
        status, headers, body = original({**data, "Entries": good}, *args, **kwargs)
        if status >= 300:
            return status, headers, body
        answer = json.loads(body)
        answered = iter(answer["Entries"])
        results = [problem or next(answered) for problem in problems]
        failed = answer["FailedEntryCount"] + len(entries) - len(good)
        return json_response({"FailedEntryCount": failed, "Entries": results})

    return _put_events


def _problem(entry: Mapping[str, Any]) -> dict[str, str] | None:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            message = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        detail = None
    if isinstance(detail, dict):
        return None
    return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
