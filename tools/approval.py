"""`make approve ENV=prod`, `make reject ENV=prod`: answer the question whether a judged model goes live.

VERSION=… refuses to answer about another one than you mean, COMMENT=… is kept with the decision.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from botocore.exceptions import BotoCoreError, ClientError

from pipeline_stack.settings_errors import SettingsError
from pipeline_stack.workflows.approval import APPROVAL, STANDING
from tools.cdk_cli import stack_name
from tools.environments import RETRIES, SignedIn, UsageError, settings_of, sign_in, stack_outputs
from tools.refusals import in_words

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_stepfunctions import SFNClient

Decision = Literal["approve", "reject"]
# What SendTaskSuccess says of a token that nobody waits for (API reference, SendTaskSuccess).
_NOBODY_WAITS = ("TaskDoesNotExist", "TaskTimedOut", "InvalidToken")


class ApprovalError(Exception):
    """The question cannot be answered; the message says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a Training execution asked."""

    version: str
    words: str
    asked_at: str
    execution: str
    token: str


@dataclass(frozen=True, kw_only=True)
class Approval:
    """The question of one pipeline, and its answer."""

    dynamodb: DynamoDBClient
    stepfunctions: SFNClient
    table: str
    report: Callable[[str], None]

    def question(self) -> Question:
        """The one that waits for an answer; raises ApprovalError if none does."""
        item = self._item("pointer", APPROVAL)
        if item is None:
            raise ApprovalError(
                "No model waits for an approval. One does after a training that passed, while the parameter "
                "Require-Approval is true, until it is deployed or deleted by hand."
            )
        question = Question(
            version=_text(item, "version"),
            words=_text(item, "question"),
            asked_at=_text(item, "asked_at"),
            execution=_text(item, "execution"),
            token=_text(item, "token"),
        )
        standing = _text(self._item("version", question.version) or {}, "outcome")
        if standing != STANDING:
            raise ApprovalError(
                f"{question.version} needs no answer any more: it was asked about at {question.asked_at}, "
                f"and by now the registry says of it: {standing or 'nothing'}. An answer changes nothing. "
                f"{question.execution} ends by itself when its time is over; you may stop it."
            )
        return question

    def _item(self, kind: str, name: str) -> Mapping[str, Any] | None:
        return self.dynamodb.get_item(
            TableName=self.table, Key={"kind": {"S": kind}, "name": {"S": name}}, ConsistentRead=True
        ).get("Item")

    def answer(self, decision: Decision, *, by: str, version: str = "", comment: str = "") -> None:
        """Give the answer; raises ApprovalError. Without `version`, about whichever model waits."""
        question = self.question()
        if version not in ("", question.version):
            raise ApprovalError(
                f"{question.version} waits for an approval, not {version}: nothing was answered. Leave "
                "VERSION out, or name the one that waits."
            )
        self.report(f"{question.version}, asked about at {question.asked_at}: {question.words}")
        if not question.token:
            raise ApprovalError(
                f"{question.execution} is about to ask and cannot take an answer yet. Try again in a minute."
            )
        output = {"decision": decision, "version": question.version, "by": by, "comment": comment}
        try:
            self.stepfunctions.send_task_success(taskToken=question.token, output=json.dumps(output))
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] not in _NOBODY_WAITS:
                raise
            raise ApprovalError(
                f"{question.execution} does not wait for an answer any more: it was answered, stopped, or "
                "ran out of time. If it was stopped, the next check asks again; start Training to have it "
                "ask now."
            ) from refusal
        said = {"approve": "Approved: the deployment begins.", "reject": "Rejected: it stays as it is."}
        self.report(f"{said[decision]} The message about {question.execution} tells how it ends.")


def _text(item: Mapping[str, Any], name: str) -> str:
    return str(item.get(name, {}).get("S", ""))


def approval_of(signed_in: SignedIn, stack: str, *, report: Callable[[str], None]) -> Approval:
    """Find the pipeline's registry; raises UsageError if there is no such stack."""
    return Approval(
        dynamodb=signed_in.session.client("dynamodb", config=RETRIES),
        stepfunctions=signed_in.session.client("stepfunctions", config=RETRIES),
        table=stack_outputs(signed_in, stack)["RegistryTableName"],
        report=report,
    )


def main(arguments: list[str], environment: Mapping[str, str] = os.environ) -> int:
    """Take the decision and the name of the environment; exit code 1 if nothing was answered."""
    decision, name = arguments
    try:
        signed_in = sign_in(settings_of(name))
        approval = approval_of(signed_in, stack_name(name), report=print)
        approval.answer(
            next(known for known in get_args(Decision) if known == decision),
            by=signed_in.caller,
            version=environment.get("VERSION", ""),
            comment=environment.get("COMMENT", ""),
        )
    except (ApprovalError, UsageError, SettingsError) as problem:
        print(problem, file=sys.stderr)
    except (ClientError, BotoCoreError) as problem:
        print(in_words(problem, otherwise="Nothing was answered."), file=sys.stderr)
    else:
        return os.EX_OK
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
