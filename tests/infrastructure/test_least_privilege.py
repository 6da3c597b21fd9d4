"""What holds for the policies of every role. Which calls each machine needs is for its own tests to say."""

from collections.abc import Iterator

from tests.infrastructure.templates import Json, Template, as_list, flat

WITHOUT_RESOURCE_LEVEL_PERMISSIONS = {
    # Service Authorization Reference: X-Ray
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    # CloudWatch Logs, vended logs; Step Functions Developer Guide, "Logging using CloudWatch Logs"
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    # Rekognition
    "rekognition:DescribeProjects",
}


def statements(template: Template) -> Iterator[Json]:
    for policy in template.properties("AWS::IAM::Policy"):
        yield from policy["PolicyDocument"]["Statement"]


def test_no_policy_allows_actions_by_wildcard(template: Template) -> None:
    actions = {action for statement in statements(template) for action in as_list(statement["Action"])}

    assert actions
    assert {action for action in actions if "*" in action} == set()


def test_only_actions_that_know_no_resources_are_allowed_on_all(template: Template) -> None:
    on_all = {
        action
        for statement in statements(template)
        if "*" in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    }

    assert on_all
    assert on_all <= WITHOUT_RESOURCE_LEVEL_PERMISSIONS


def test_rekognition_is_allowed_on_this_stacks_project_only(template: Template) -> None:
    allowed = {
        (action, flat(resource))
        for statement in statements(template)
        for resource in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
        if action.startswith("rekognition:") and resource != "*"
    }

    assert allowed
    # What takes the account's slots may be of any project; it is only looked at.
    others = {(action, arn) for action, arn in allowed if f":project/{template.name}/" not in arn}
    assert {(action, arn.partition(":project/")[2]) for action, arn in others} == {
        ("rekognition:DescribeProjectVersions", "*/*")
    }


def test_no_role_may_change_or_delete_a_picture(template: Template) -> None:
    changing = {
        flat(resource)
        for statement in statements(template)
        if any(action.startswith(("s3:Put", "s3:Delete")) for action in as_list(statement["Action"]))
        for resource in as_list(statement["Resource"])
    }

    assert {arn.partition(">/")[2] for arn in changing} == {"manifests/*", "evaluation/*"}


def test_no_role_may_write_an_operators_parameter(template: Template) -> None:
    (system,) = [
        name
        for name, item in template.of_type("AWS::SSM::Parameter").items()
        if item["Properties"]["Name"].endswith("/For-System-Use-Only")
    ]
    written = {
        flat(resource)
        for statement in statements(template)
        if "ssm:PutParameter" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }

    assert written
    assert {arn for arn in written if not arn.endswith(f":parameter<{system}>")} == set()


def test_roles_are_for_services_and_none_is_shared_by_two(template: Template) -> None:
    services = {
        flat(statement["Principal"]["Service"])
        for role in template.properties("AWS::IAM::Role")
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
    }

    assert services == {"lambda.amazonaws.com", "states.amazonaws.com", "events.amazonaws.com"}
