"""What AWS refused, for a person: a right that is missing is named, since trying again would not help."""

from __future__ import annotations

import re

from botocore.exceptions import BotoCoreError, ClientError

RIGHTS = 'docs/operator-guide.md, "Rights of whoever deploys"'
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_NAMED = re.compile(r"not authorized to perform: ([\w-]+:\w+)")


def in_words(problem: ClientError | BotoCoreError, *, otherwise: str) -> str:
    """`otherwise` says how to go on after anything but a missing right."""
    if isinstance(problem, ClientError) and problem.response["Error"]["Code"] in _DENIED:
        found = _NAMED.search(problem.response["Error"].get("Message", ""))
        right = found.group(1) if found else problem.operation_name
        return (
            f"These credentials lack the right {right}: {problem}\n"
            f"Have it granted, then run this again to go on. All that is needed: {RIGHTS}"
        )
    return f"AWS refused: {problem}\n{otherwise}"
