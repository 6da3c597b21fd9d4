"""A record of what each role was allowed and denied."""

from __future__ import annotations

from typing import Any

from ministack.services import sts

from local_aws.mends.registry import mend
from local_aws.permission_log import PERMISSIONS, Decision


@mend("permission-log", target="ministack.core.iam_evaluator.enforce")
def keep_decisions(original: Any) -> Any:
    """Nothing tells which permissions of a role are used, so none that is needless can be found."""

    def enforce(  # noqa: PLR0917 - MiniStack's own signature
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        denied = original(access_key_id, iam_action, service, region, resource_arn, service_context)
        if role := _role_of(access_key_id):
            PERMISSIONS.record(
                Decision(role=role, action=iam_action, resource=resource_arn, allowed=denied is None)
            )
        return denied

    return enforce


def _role_of(access_key_id: str) -> str:
    """The name of the role whose session holds this key; empty for anybody else."""
    session = sts._sessions.get(access_key_id) or {}
    kind, _, rest = str(session.get("Arn", "")).rpartition(":")[2].partition("/")
    return rest.split("/")[0] if kind == "assumed-role" else ""
