"""Tags of what the workflows make in Rekognition: versions and datasets, which no template holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_iam as iam


def tags_parameter(tags: Mapping[str, str]) -> dict[str, Any]:
    """Of CreateDataset and CreateProjectVersion: a map, not a list as elsewhere. Nothing without tags."""
    return {"Tags": dict(tags)} if tags else {}


def rights_to_tag(tags: Mapping[str, str], *resources: str) -> list[iam.PolicyStatement]:
    """What the caller of those needs besides, because tagging is an action of its own. On all of the project:
    of which resource AWS asks it while that is being created, is documented nowhere."""
    if not tags:
        return []
    return [iam.PolicyStatement(actions=["rekognition:TagResource"], resources=list(resources))]
