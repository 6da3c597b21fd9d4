"""Rules: what PutRule keeps and forgets, whom IAM lets change them, and when their countdown begins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import eventbridge

from local_aws.mends.registry import mend

_NAMED_BY_RULE = ("PutTargets", "RemoveTargets", "ListTargetsByRule")
_NAMED_BY_NAME = ("PutRule", "DescribeRule", "EnableRule", "DisableRule", "DeleteRule")


@mend("rule-permissions", target="ministack.core.iam_actions.extract_resource_arn")
def authorise_by_the_rules_arn(original: Any) -> Any:
    """Calls on a rule of the default bus are checked against `rule/<name>`, as its ARN is.

    MiniStack checks them against `rule/default/<name>`, and calls on targets against `*`, so that a
    role scoped to its rule is refused (Service Authorization Reference, "Amazon EventBridge").
    """

    def extract_resource_arn(service: str, *args: Any, **kwargs: Any) -> str:
        if service == "events":
            _method, _path, headers, body, _query, region, account_id = args
            action = headers.get("x-amz-target", "").rpartition(".")[2]
            named = "Rule" if action in _NAMED_BY_RULE else "Name" if action in _NAMED_BY_NAME else ""
            given = _document(body)
            if named and isinstance(given.get(named), str):
                bus = str(given.get("EventBusName") or "default").rpartition("/")[2]
                within = "" if bus == "default" else f"{bus}/"
                return f"arn:aws:events:{region}:{account_id}:rule/{within}{given[named]}"
        return str(original(service, *args, **kwargs))

    return extract_resource_arn


@mend(
    "rule-replacement",
    target="ministack.services.eventbridge._put_rule",
    requires=("ministack.services.eventbridge._rules", "ministack.services.eventbridge._rule_key"),
)
def forget_what_is_not_put(original: Any) -> Any:
    """PutRule replaces the whole rule: what it leaves out is gone, and the rule is enabled again.

    MiniStack keeps the state, description and role of before, so that a workflow which forgets to
    pass them on works here only (API reference, PutRule). It also makes rules that nothing triggers.
    """

    def _put_rule(data: dict[str, Any]) -> Any:
        if not data.get("EventPattern") and not data.get("ScheduleExpression"):
            message = "Parameter(s) EventPattern or ScheduleExpression must be specified."
            return error_response_json("ValidationException", message, 400)
        whole = {"State": "ENABLED", "Description": "", "RoleArn": "", **data}
        if _rule(data) is not None:
            whole.pop("Tags", None)  # the API reference: tags of a rule that exists are left as they are
        return original(whole)

    return _put_rule


@mend("rule-countdown", target="ministack.services.eventbridge._put_rule")
def count_from_the_change(original: Any) -> Any:
    """The countdown of a rate begins anew when a rule's schedule changes or the rule is switched on.

    MiniStack counts from the last turn, however long ago: a rule that is switched on fires at once.
    EventBridge User Guide, "Rate expressions", tells of the rule's creation only; that a change starts
    the countdown again is our reading.
    """

    def _put_rule(data: dict[str, Any]) -> Any:
        before = dict(_rule(data) or {})
        answer = original(data)
        after = _rule(data)
        if after and any(before.get(name) != after[name] for name in ("ScheduleExpression", "State")):
            _restart_countdown(data)
        return answer

    return _put_rule


@mend("rule-countdown", target="ministack.services.eventbridge._enable_rule")
def count_from_switching_on(original: Any) -> Any:
    """See `count_from_the_change`."""

    def _enable_rule(data: dict[str, Any]) -> Any:
        before = _rule(data)
        if before is not None and before["State"] != "ENABLED":
            _restart_countdown(data)
        return original(data)

    return _enable_rule


def _refuse_unknown_rules(original: Any, *, named: str) -> Any:
    def checked(data: dict[str, Any]) -> Any:
        if _rule(data, named=named) is None:
            name = data.get(named)
            bus = data.get("EventBusName", "default")
            message = f"Rule {name} does not exist on EventBus {bus}."
            return error_response_json("ResourceNotFoundException", message, 400)
        return original(data)

    return checked


@mend("rule-existence", target="ministack.services.eventbridge._enable_rule")
def refuse_to_enable_nothing(original: Any) -> Any:
    """Switching a rule that does not exist on or off answers ResourceNotFoundException, not success."""
    return _refuse_unknown_rules(original, named="Name")


@mend("rule-existence", target="ministack.services.eventbridge._disable_rule")
def refuse_to_disable_nothing(original: Any) -> Any:
    """See `refuse_to_enable_nothing`."""
    return _refuse_unknown_rules(original, named="Name")


@mend("rule-existence", target="ministack.services.eventbridge._list_targets_by_rule")
def refuse_to_list_the_targets_of_nothing(original: Any) -> Any:
    """See `refuse_to_enable_nothing`."""
    return _refuse_unknown_rules(original, named="Rule")


def _rule(data: Mapping[str, Any], *, named: str = "Name") -> dict[str, Any] | None:
    found: dict[str, Any] | None = eventbridge._rules.get(_key(data, named=named))
    return found


def _key(data: Mapping[str, Any], *, named: str = "Name") -> str:
    bus = str(data.get("EventBusName") or "default").rpartition("/")[2]
    return str(eventbridge._rule_key(data.get(named), bus))


def _restart_countdown(data: Mapping[str, Any]) -> None:
    now = eventbridge._now_ts()
    eventbridge._rule_last_fired[get_account_id(), get_region(), _key(data)] = now


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
