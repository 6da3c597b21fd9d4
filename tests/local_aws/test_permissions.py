"""What the server remembers of the rights of roles."""

from __future__ import annotations

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.stepfunctions_lab import Lab, task


@pytest.mark.mend("permission-log")
def test_what_a_role_was_allowed_and_denied_is_remembered_once(aws: LocalAws) -> None:
    lab = Lab(aws)
    states = {
        "List": task("aws-sdk:sns:listTopics", {}, Next="Again"),
        "Again": task("aws-sdk:sns:listTopics", {}, Next="Refused"),
        "Refused": task("aws-sdk:sqs:listQueues", {}),
    }
    machine = lab.machine(states, role=lab.role(allowed=["sns:ListTopics"]))
    role = lab.sfn.describe_state_machine(stateMachineArn=machine)["roleArn"].rpartition("/")[2]

    assert lab.end(lab.start(machine))["status"] == "FAILED"

    found = [each for each in aws.permissions() if each["role"] == role]
    assert [(each["action"], each["allowed"]) for each in found] == [
        ("sns:ListTopics", True),
        ("sqs:ListQueues", False),
    ]
