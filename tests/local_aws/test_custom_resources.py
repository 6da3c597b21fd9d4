"""Custom resources are asked and answered as by CloudFormation, and a deletion that fails can be repeated."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import fresh, wait_for_stack
from tests.local_aws.stepfunctions_lab import Lab

ANSWERS = """
    import json, urllib.request

    seen = []

    def handler(event, context):
        seen.append(event["RequestType"])
        body = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
        body["PhysicalResourceId"] = "it"
        body.update(answer(event))
        request = urllib.request.Request(event["ResponseURL"], json.dumps(body).encode(), method="PUT")
        request.add_header("Content-Type", "")
        urllib.request.urlopen(request)
"""


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


def create(lab: Lab, answer: str) -> str:
    """The name of a stack of a custom resource, a topic that it depends on and one that it does not."""
    name = fresh("stack")
    resources: dict[str, Any] = {
        "Needed": {"Type": "AWS::SNS::Topic"},
        "Other": {"Type": "AWS::SNS::Topic"},
        "Custom": {
            "Type": "Custom::Thing",
            "DependsOn": "Needed",
            "Properties": {"ServiceToken": lab.function(textwrap.dedent(ANSWERS) + textwrap.dedent(answer))},
        },
    }
    lab.aws.client("cloudformation").create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": resources})
    )
    wait_for_stack(lab.aws, name, "CREATE_COMPLETE")
    return name


def delete(lab: Lab, name: str, *, status: str) -> dict[str, str]:
    """What the deletion said of each resource, by logical id; `status` is what the stack ends as."""
    cloudformation = lab.aws.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=name)
    wait_for_stack(lab.aws, stack, status)
    return {
        event["LogicalResourceId"]: event.get("ResourceStatusReason", "")
        for event in cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        if event["ResourceStatus"] in ("DELETE_FAILED", "DELETE_COMPLETE")
    }


REFUSES_ONCE = """
    def answer(event):
        if seen.count("Delete") == 1:
            return {"Status": "FAILED", "Reason": "It is still in use."}
        return {"Status": "SUCCESS"}
"""


@pytest.mark.mend("cloudformation-deletion-order")
@pytest.mark.mend("cloudformation-custom-resources")
def test_what_a_resource_needs_stays_until_the_resource_can_be_deleted(lab: Lab) -> None:
    name = create(lab, REFUSES_ONCE)

    said = delete(lab, name, status="DELETE_FAILED")

    assert said["Custom"].startswith(
        "Received response status [FAILED] from custom resource. Message returned: It is still in use. ("
    )
    assert "Other" in said
    assert "Needed" not in said
    (topic,) = (
        found["PhysicalResourceId"]
        for found in lab.aws.client("cloudformation").list_stack_resources(StackName=name)[
            "StackResourceSummaries"
        ]
        if found["LogicalResourceId"] == "Needed"
    )
    assert lab.aws.client("sns").get_topic_attributes(TopicArn=topic)

    said = delete(lab, name, status="DELETE_COMPLETE")

    assert said["Needed"] == ""


@pytest.mark.mend("cloudformation-custom-resources")
def test_a_function_that_breaks_off_is_asked_again(lab: Lab) -> None:
    name = create(
        lab,
        """
        def answer(event):
            if seen.count("Delete") == 1:
                raise RuntimeError("broke off")
            return {"Status": "SUCCESS"}
        """,
    )

    assert delete(lab, name, status="DELETE_COMPLETE")["Custom"] == ""


@pytest.mark.mend("cloudformation-custom-resources")
def test_an_answer_above_4096_bytes_is_a_failure(lab: Lab) -> None:
    name = create(
        lab,
        """
        def answer(event):
            much = 4096 if event["RequestType"] == "Delete" else 1
            return {"Status": "SUCCESS", "Data": {"Much": "x" * much}}
        """,
    )

    assert delete(lab, name, status="DELETE_FAILED")["Custom"] == "Response object is too long."
