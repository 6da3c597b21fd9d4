"""Environments with training options, and how their templates are read. None in cdk.json has any but tags."""

from __future__ import annotations

from tests.infrastructure.asl import Machine, machines
from tests.infrastructure.templates import Json, Template

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-00000000000"
PROJECT = f"arn:aws:rekognition:{REGION}:{ACCOUNT}:project/fruit"
TRAINING_KEY_ACTIONS = {"kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"}
READ_AND_WRITE = {"kms:Decrypt", "kms:GenerateDataKey"}
ENVIRONMENTS: dict[str, Json] = {
    "all": {
        "bucket_key": "create",
        "training_key": "create",
        "output_bucket": {"bucket": "results-of-all", "prefix": "models/fruit/"},
        "output_bucket_key": f"{KEY}3",
        "version_description": "It's fruit.",
        "project_arn": f"{PROJECT}/1700000000000",
        "removal_policy": "retain",
    },
    "brought": {"bucket_key": f"{KEY}1", "training_key": f"{KEY}2", "tags": {}},
    "narrow": {"when_no_slot": "replace"},
}


def workflow(template: Template, name: str) -> Machine:
    return next(machine for found, machine in machines(template).items() if found.startswith(name))


def arguments(template: Template, state: str) -> Json:
    found: Json = workflow(template, "Training").states[state]["Arguments"]
    return found


def with_rights(template: Template, prefix: str) -> dict[str, dict[str, set[str]]]:
    """Actions of a service by resource, by the role that has them: its logical id without the hash."""
    found: dict[str, dict[str, set[str]]] = {}
    for role in template.of_type("AWS::IAM::Role"):
        for resource, actions in template.grants(role).items():
            if chosen := {action for action in actions if action.startswith(prefix)}:
                found.setdefault(role[:-8], {})[resource] = chosen
    return found
