"""Makes our Rekognition a service of MiniStack, which has no way of its own to add one."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

from ministack import app
from ministack.core import iam_actions, router
from ministack.services import stepfunctions
from ministack.services.cloudformation import provisioners

NAME = "rekognition"
TARGET_PREFIX = "RekognitionService"


def register_rekognition(module: ModuleType) -> None:
    """Wire the service in: HTTP routing, reset, IAM actions and resources, AWS::Rekognition::Project.

    `module` has `handle_request` and `reset` as MiniStack's services have, `resource_arn(operation,
    parameters)`, and the CloudFormation handlers `create_project`, `update_project` and `delete_project`.
    """
    sys.modules[f"ministack.services.{NAME}"] = module
    app.SERVICE_REGISTRY[NAME] = {"module": NAME}
    app._state_map[NAME] = NAME
    app._loaded_modules[NAME] = module
    app.SERVICE_HANDLERS[NAME] = app._lazy_handler(NAME)
    router.SERVICE_PATTERNS[NAME] = {
        "target_prefixes": [f"{TARGET_PREFIX}."],
        "host_patterns": [rf"{NAME}\."],
    }
    stepfunctions._AWS_SDK_SERVICE_MAP[NAME] = {"target_prefix": TARGET_PREFIX, "protocol": "json"}
    stepfunctions._AWS_SDK_ERROR_PREFIX[NAME] = "Rekognition"
    provisioners._RESOURCE_HANDLERS["AWS::Rekognition::Project"] = {
        "create": module.create_project,
        "update": module.update_project,
        "delete": module.delete_project,
    }
    # CloudFormation puts a stack's tags on every type that its schema calls taggable.
    provisioners._STACK_TAG_PROPERTY["AWS::Rekognition::Project"] = ("Tags", "list")
    _register_permissions(module)


def _register_permissions(module: ModuleType) -> None:
    """Check rekognition:* actions against the resource that each call names; MiniStack would allow all."""
    iam_actions.SERVICE_TO_IAM_NAMESPACE[NAME] = NAME
    for_other_services = iam_actions.extract_resource_arn

    def extract_resource_arn(service: str, *args: Any, **kwargs: Any) -> str:
        if service != NAME:
            return str(for_other_services(service, *args, **kwargs))
        _method, _path, headers, body, *_ = args
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        return str(module.resource_arn(operation, json.loads(body or b"{}")))

    iam_actions.extract_resource_arn = extract_resource_arn
