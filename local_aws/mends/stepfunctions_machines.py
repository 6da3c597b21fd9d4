"""Mends to making state machines: what AWS refuses is refused here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import stepfunctions as sfn
from ministack.services.cloudformation import provisioners

from local_aws.config import REGION
from local_aws.identity import Credentials, RoleUnusableError, role_session
from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_definitions import problems

PRINCIPALS = ("states.amazonaws.com", f"states.{REGION}.amazonaws.com")
"""A trust policy may name either."""
ROLE_REFUSED = (
    "Neither the global service principal states.amazonaws.com, nor the regional one is authorized "
    "to assume the provided role."
)


def assume(role_arn: str, session_name: str) -> Credentials:
    """A session of a state machine's role. Raises RoleUnusableError when it does not trust Step Functions."""
    refusal: RoleUnusableError | None = None
    for principal in PRINCIPALS:
        try:
            return role_session(
                role_arn=role_arn, session_name=session_name[:64], service_principal=principal
            )
        except RoleUnusableError as problem:
            refusal = refusal or problem
    raise refusal or RoleUnusableError(ROLE_REFUSED)


@mend("stepfunctions-definitions", target="ministack.services.stepfunctions._create_state_machine")
def create(original: Any) -> Any:
    """A definition with an unknown type, a missing target or no way out of a state is refused.

    MiniStack creates whatever is JSON, and a role that does not trust Step Functions.
    """

    def create_machine(data: Mapping[str, Any]) -> Any:
        return _refusal(data) or original(data)

    return create_machine


@mend("stepfunctions-definitions", target="ministack.services.stepfunctions._update_state_machine")
def update(original: Any) -> Any:
    """An update is held to the same rules as a new machine."""

    def update_machine(data: Mapping[str, Any]) -> Any:
        return _refusal(data) or original(data)

    return update_machine


@mend(
    "stepfunctions-definitions", target="ministack.services.stepfunctions._validate_state_machine_definition"
)
def validate(_original: Any) -> Any:
    """ValidateStateMachineDefinition says what is wrong; MiniStack says OK to anything."""

    def validate_definition(data: Mapping[str, Any]) -> Any:
        found = _problems(data.get("definition", ""))
        diagnostics = [
            {"severity": "ERROR", "code": problem.partition(":")[0], "message": problem} for problem in found
        ]
        return json_response({"result": "FAIL" if found else "OK", "diagnostics": diagnostics})

    return validate_definition


@mend(
    "stepfunctions-definitions",
    target="ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS[AWS::StepFunctions::StateMachine]",
    requires=["ministack.services.cloudformation.provisioners._sfn_definition"],
)
def create_from_template(original: Any) -> Any:
    """A machine of a template is held to the same rules, and its logging is described as it was asked for.

    MiniStack stores whatever the template says, in the template's spelling.
    """

    def create_resource(logical_id: str, properties: Mapping[str, Any], stack_name: str) -> Any:
        definition, role_arn = provisioners._sfn_definition(properties), properties["RoleArn"]
        found = _problems(definition) or _role_problem(role_arn)
        if found:
            raise ValueError(f"Invalid State Machine Definition: '{'; '.join(found)}'")
        arn, attributes = original["create"](logical_id, properties, stack_name)
        for name in ("LoggingConfiguration", "TracingConfiguration"):
            if name in properties:
                sfn._state_machines[arn][_lower(name)] = _api_spelling(properties[name])
        return arn, attributes

    return {**original, "create": create_resource}


def _refusal(data: Mapping[str, Any]) -> Any:
    found = _problems(data["definition"]) if "definition" in data else []
    if found:
        message = f"Invalid State Machine Definition: '{'; '.join(found)}'"
        return error_response_json("InvalidDefinition", message, 400)
    if _role_problem(data.get("roleArn")):
        return error_response_json("AccessDeniedException", ROLE_REFUSED, 400)
    return None


@lru_cache(maxsize=64)
def _expression_problem(definition: str) -> str | None:
    """Parsing a definition's hundreds of expressions takes seconds, and tests deploy the same one again and
    again."""
    found: str | None = sfn._validate_definition_jsonata(definition)
    return found


def _problems(definition: str) -> list[str]:
    expression = _expression_problem(definition)
    return problems(definition) + ([expression] if expression else [])


def _role_problem(role_arn: str | None) -> list[str]:
    if role_arn is None:
        return []
    try:
        assume(role_arn, "create")
    except RoleUnusableError as problem:
        return [str(problem)]
    return []


def _api_spelling(value: Any) -> Any:
    """A template's property as the API spells it: with small first letters, and real booleans."""
    if isinstance(value, dict):
        return {_lower(name): _api_spelling(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_api_spelling(item) for item in value]
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
