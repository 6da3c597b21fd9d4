import json

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from pipeline_stack.schedule import Schedule, rate_expression
from pipeline_stack.settings import parse_environments
from tests.infrastructure.templates import Json, Template, flat

SETTINGS = {"removal_policy": "destroy", "termination_protection": False, "log_retention_days": 1}


def rule_of(**parameters: object) -> Json:
    """The training rule of a stack whose initial operator parameters are these."""
    settings = parse_environments({"x": SETTINGS | {"operator_parameters": parameters}})["x"]
    stack = cdk.Stack()
    machine = sfn.StateMachine(
        stack,
        "Machine",
        definition_body=sfn.DefinitionBody.from_chainable(sfn.Pass.jsonata(stack, "Nothing")),
    )
    Schedule(
        stack,
        "Schedule",
        training=machine,
        undelivered=sqs.Queue(stack, "Undelivered"),
        initial_parameters=settings.initial_parameters,
    )
    rules = assertions.Template.from_stack(stack).find_resources("AWS::Events::Rule").values()
    (rule,) = [item["Properties"] for item in rules]
    return dict(rule)


def training_rule(template: Template) -> Json:
    """The rule with a schedule that starts Training."""
    training = template.body["Outputs"]["TrainingWorkflowArn"]["Value"]
    (rule,) = [
        item
        for item in template.properties("AWS::Events::Rule")
        if "ScheduleExpression" in item and item["Targets"][0]["Arn"] == training
    ]
    return rule


def event_rule(template: Template, source: str) -> Json:
    """The rule on events of this source."""
    (rule,) = [
        item
        for item in template.properties("AWS::Events::Rule")
        if item.get("EventPattern", {}).get("source") == [source]
    ]
    return rule


def ended_runs_rule(template: Template) -> Json:
    return event_rule(template, "aws.states")


def settings_rule(template: Template) -> Json:
    return event_rule(template, "aws.ssm")


def test_the_schedule_agrees_with_the_parameters_that_rule_it(template: Template) -> None:
    values = {
        item["Name"].rpartition("/")[2]: item["Value"] for item in template.properties("AWS::SSM::Parameter")
    }
    rule = training_rule(template)

    assert rule["ScheduleExpression"] == f"rate({values['Automatic-Training-Poll-Frequency']} minutes)"
    assert (rule["State"] == "ENABLED") == (values["Enable-Automatic-Training"] == "true")


@pytest.mark.parametrize(("enabled", "state"), [(True, "ENABLED"), (False, "DISABLED")])
def test_training_that_is_switched_off_at_first_is_not_scheduled(enabled: bool, state: str) -> None:
    assert rule_of(**{"Enable-Automatic-Training": enabled})["State"] == state


def test_another_frequency_at_first_is_another_rate() -> None:
    assert rule_of(**{"Automatic-Training-Poll-Frequency": 45})["ScheduleExpression"] == "rate(45 minutes)"


@pytest.mark.parametrize(
    ("minutes", "expression"), [(1, "rate(1 minute)"), (2, "rate(2 minutes)"), (44640, "rate(44640 minutes)")]
)
def test_a_rate_is_written_as_eventbridge_wants_it(minutes: int, expression: str) -> None:
    assert rate_expression(minutes) == expression


def test_a_scheduled_training_says_that_it_is_one(template: Template) -> None:
    (target,) = training_rule(template)["Targets"]

    assert target["Arn"] == template.body["Outputs"]["TrainingWorkflowArn"]["Value"]
    assert target["Input"] == '{"source":"schedule"}'
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600}


def test_executions_that_ended_badly_are_handed_over_with_the_whole_event(template: Template) -> None:
    rule = ended_runs_rule(template)
    outputs = template.body["Outputs"]
    (target,) = rule["Targets"]

    assert rule["State"] == "ENABLED"
    assert rule["EventPattern"] == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {
            "status": ["FAILED", "TIMED_OUT", "ABORTED"],
            "stateMachineArn": [
                outputs["TrainingWorkflowArn"]["Value"],
                outputs["DeploymentWorkflowArn"]["Value"],
                outputs["SettingsWorkflowArn"]["Value"],
            ],
        },
    }
    assert target["Arn"] not in rule["EventPattern"]["detail"]["stateMachineArn"]
    assert "Input" not in target
    assert "InputPath" not in target
    assert "InputTransformer" not in target


def test_changes_of_the_ten_parameters_and_of_no_other_go_to_settings(template: Template) -> None:
    rule = settings_rule(template)
    (target,) = rule["Targets"]

    assert rule["State"] == "ENABLED"
    assert rule["EventPattern"] == {
        "source": ["aws.ssm"],
        "detail-type": ["Parameter Store Change"],
        "detail": {
            "name": [f"/{template.name}/{spec.name}" for spec in OPERATOR_PARAMETERS],
            "operation": ["Update"],
        },
    }
    assert target["Arn"] == template.body["Outputs"]["SettingsWorkflowArn"]["Value"]
    assert "Input" not in target
    assert "InputTransformer" not in target


def test_a_pattern_stays_within_eventbridges_limit(template: Template) -> None:
    """2,048 characters (EventBridge User Guide, "Quotas"), with the longest name an environment may have."""
    pattern = json.dumps(settings_rule(template)["EventPattern"], separators=(",", ":"))
    longest = pattern.replace(template.name, "TrainingPipeline-" + "x" * 31)

    assert len(longest) <= 2048


def test_a_rule_may_start_its_own_workflow_and_nothing_else(template: Template) -> None:
    for rule in (training_rule(template), ended_runs_rule(template), settings_rule(template)):
        (target,) = rule["Targets"]
        role = target["RoleArn"]["Fn::GetAtt"][0]
        assert template.grants(role) == {flat(target["Arn"]): {"states:StartExecution"}}
        (trust,) = template.of_type("AWS::IAM::Role")[role]["Properties"]["AssumeRolePolicyDocument"][
            "Statement"
        ]
        assert flat(trust["Principal"]["Service"]) == "events.amazonaws.com"


def test_what_no_rule_could_deliver_is_kept_in_one_queue(template: Template) -> None:
    (queue,) = template.of_type("AWS::SQS::Queue")
    targets = [target for rule in template.properties("AWS::Events::Rule") for target in rule["Targets"]]

    assert targets
    assert {flat(target["DeadLetterConfig"]["Arn"]) for target in targets} == {f"<{queue}.Arn>"}


def test_undelivered_events_are_encrypted_and_kept_as_long_as_a_queue_can(template: Template) -> None:
    (queue,) = template.properties("AWS::SQS::Queue")

    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 86_400


def test_the_rules_and_nobody_else_may_send_to_the_queue_and_over_tls_only(template: Template) -> None:
    (policy,) = template.properties("AWS::SQS::QueuePolicy")
    statements = policy["PolicyDocument"]["Statement"]
    denied = [item for item in statements if item["Effect"] == "Deny"]
    allowed = [item for item in statements if item["Effect"] == "Allow"]

    assert [item["Condition"] for item in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]
    assert {item["Action"] for item in allowed} == {"sqs:SendMessage"}
    assert {flat(item["Principal"]["Service"]) for item in allowed} == {"events.amazonaws.com"}
    assert {flat(item["Condition"]["ArnEquals"]["aws:SourceArn"]) for item in allowed} == {
        f"<{rule}.Arn>" for rule in template.of_type("AWS::Events::Rule")
    }
