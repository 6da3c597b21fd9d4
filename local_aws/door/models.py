"""AWS's own service models, as botocore ships them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import botocore.session
from botocore.exceptions import UnknownServiceError
from moto.core.model import ServiceModel

BOTOCORE_NAMES: Mapping[str, str] = {
    "states": "stepfunctions",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
}
"""MiniStack routes these services under their signing name; everywhere else we use botocore's name."""

VALIDATED_SERVICES = frozenset(
    {"rekognition", "dynamodb", "ssm", "sns", "lambda", "stepfunctions", "s3", "events", "cloudwatch", "sqs"}
)
"""What a workflow or a Lambda calls: requests and responses of these are held to the model."""

_loader = botocore.session.Session().get_component("data_loader")


@lru_cache(maxsize=64)
def service_model(service: str) -> ServiceModel | None:
    """The model of a service by its botocore name; None when botocore has no such service."""
    try:
        return ServiceModel(_loader.load_service_model(service, "service-2"), service)
    except UnknownServiceError:
        return None


def botocore_name(ministack_name: str) -> str:
    """The botocore name of a service that MiniStack's router named."""
    return BOTOCORE_NAMES.get(ministack_name, ministack_name)
