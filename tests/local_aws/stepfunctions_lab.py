"""Small state machines and functions for the tests of Step Functions and Lambda."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.launcher import LocalAws

ENDS_WITHIN_SECONDS = 60.0


class Lab:
    """Makes roles, machines and functions on a running local AWS, and runs them."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.sfn = aws.client("stepfunctions")

    def role(self, *, service: str = "states", allowed: Sequence[str] = ("*",)) -> str:
        """The ARN of a new role of that service, with these actions on everything."""
        iam = self.aws.client("iam")
        trusts = {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        name = f"role-{uuid.uuid4()}"
        role: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trusts))["Role"]["Arn"]
        if allowed:
            allows = {"Effect": "Allow", "Action": list(allowed), "Resource": "*"}
            iam.put_role_policy(RoleName=name, PolicyName="allowed", PolicyDocument=_policy(allows))
        return role

    def machine(
        self, states: Mapping[str, Any], *, role: str | None = None, language: str = "JSONata", **fields: Any
    ) -> str:
        """The ARN of a new machine that starts at the first of these states."""
        definition = {"QueryLanguage": language, "StartAt": next(iter(states)), "States": states, **fields}
        made: str = self.sfn.create_state_machine(
            name=f"machine-{uuid.uuid4()}",
            definition=json.dumps(definition),
            roleArn=role or self.role(),
        )["stateMachineArn"]
        return made

    def start(self, machine: str, given: Any = None, **options: Any) -> str:
        """Start an execution and return its ARN."""
        started: str = self.sfn.start_execution(
            stateMachineArn=machine, input=json.dumps({} if given is None else given), **options
        )["executionArn"]
        return started

    def end(self, execution: str) -> dict[str, Any]:
        """Wait for the execution's end and describe it."""
        deadline = time.monotonic() + ENDS_WITHIN_SECONDS
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.sfn.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.01)
        raise AssertionError(f"{execution} still runs after {ENDS_WITHIN_SECONDS} s")

    def run(self, states: Mapping[str, Any], given: Any = None, **options: Any) -> dict[str, Any]:
        """Run a new machine of these states to its end."""
        return self.end(self.start(self.machine(states, **options), given))

    def output(self, states: Mapping[str, Any], given: Any = None, **options: Any) -> Any:
        """The output of a new machine of these states, which must succeed."""
        ended = self.run(states, given, **options)
        assert ended["status"] == "SUCCEEDED", ended
        return json.loads(ended["output"])

    def value(self, expression: str, given: Any = None) -> Any:
        """What a JSONata expression yields in a Pass state."""
        return self.output({"Only": {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}}, given)

    def history(self, execution: str) -> list[dict[str, Any]]:
        """All events of the execution."""
        pages = self.sfn.get_paginator("get_execution_history").paginate(executionArn=execution)
        return [event for page in pages for event in page["events"]]

    def function(self, code: str, *, allowed: Sequence[str] = (), **options: Any) -> str:
        """The ARN of a new Python function with this module as its only file."""
        asset = io.BytesIO()
        with zipfile.ZipFile(asset, "w") as archive:
            # Of a fixed date, that of ZipInfo: the same code is the same asset whenever it is packed.
            archive.writestr(zipfile.ZipInfo("index.py"), code)
        made: str = self.aws.client("lambda").create_function(
            FunctionName=f"function-{uuid.uuid4()}",
            Runtime="python3.14",
            Handler="index.handler",
            Role=self.role(service="lambda", allowed=allowed),
            Code={"ZipFile": asset.getvalue()},
            **options,
        )["FunctionArn"]
        return made

    def slow_function(self, seconds: float) -> str:
        """The ARN of a new function that takes this many real seconds; its own sleeps would be shortened."""
        code = f"import threading\ndef handler(event, context):\n    threading.Event().wait({seconds})\n"
        return self.function(code, Timeout=30)

    def invoke(self, function: str, event: Any = None) -> tuple[Any, str | None]:
        """The function's answer, and whether it failed, as the Invoke API tells."""
        answer = self.aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read()), answer.get("FunctionError")


def task(resource: str, arguments: Any = None, **fields: Any) -> dict[str, Any]:
    """A Task state that ends the machine, unless `Next` is given."""
    end = {} if "Next" in fields else {"End": True}
    given = {} if arguments is None else {"Arguments": arguments}
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", **given, **end, **fields}


def _policy(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
