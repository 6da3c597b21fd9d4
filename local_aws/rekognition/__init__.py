"""Amazon Rekognition Custom Labels, as far as a pipeline needs it, trained for real on a laptop.

The package itself is the service module that MiniStack serves; its parts can be used without MiniStack.
"""

from __future__ import annotations

import importlib
from typing import Any

_SERVICE_NAMES = (
    "configure",
    "create_project",
    "delete_project",
    "handle_request",
    "reset",
    "resource_arn",
    "update_project",
)


def __getattr__(name: str) -> Any:
    """The service's functions, loaded when first asked for: they bind to the running server's settings."""
    if name in _SERVICE_NAMES:
        return getattr(importlib.import_module("local_aws.rekognition.ministack_service"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
