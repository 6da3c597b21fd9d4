"""Topics: the outbox, and what Publish refuses."""

from __future__ import annotations

import re
from typing import Any

from ministack.services import sns

from local_aws.mends.registry import mend
from local_aws.outbox import OUTBOX, Message

_SUBJECT = re.compile(r"[!-~][ -~]{0,98}")
"""SNS API reference, Publish: ASCII that begins with a letter, number or punctuation mark, without line
breaks or control characters, shorter than 100 characters."""


@mend("sns-outbox", target="ministack.services.sns._fanout")
def keep_what_is_published(original: Any) -> Any:
    """An e-mail subscription delivers to nobody and leaves no trace: GET /_local/outbox shows it all."""

    def _fanout(topic_arn: str, msg_id: str, message: str, subject: str, *args: Any, **kwargs: Any) -> None:
        attributes = kwargs.get("message_attributes") or (args[1] if len(args) > 1 else None) or {}
        kind = (attributes.get("kind") or {}).get("StringValue") or ""
        OUTBOX.add(Message(topic=topic_arn, subject=subject or None, message=message, kind=kind))
        original(topic_arn, msg_id, message, subject, *args, **kwargs)

    return _fanout


@mend(
    "sns-publish-limits",
    target="ministack.services.sns._publish",
    requires=("ministack.services.sns._p", "ministack.services.sns._error"),
)
def refuse_bad_subjects(original: Any) -> Any:
    """Any subject and an empty message are taken; AWS answers InvalidParameter."""

    def _publish(params: dict[str, Any]) -> Any:
        subject = sns._p(params, "Subject")
        if subject and not _SUBJECT.fullmatch(subject):
            return sns._error("InvalidParameter", "Invalid parameter: Subject", 400)
        if not sns._p(params, "Message"):
            return sns._error("InvalidParameter", "Invalid parameter: Empty message", 400)
        return original(params)

    return _publish
