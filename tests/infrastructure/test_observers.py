"""The two functions that look on: what invokes them, and what they may do."""

from tests.infrastructure.templates import Json, Template, as_list, flat, function


def rule_of(template: Template, package: str) -> Json:
    """The rule that invokes a function."""
    name, _ = template.only("AWS::Lambda::Function", Handler=f"{package}.handler.handler")
    (rule,) = [
        rule
        for rule in template.properties("AWS::Events::Rule")
        if flat(rule["Targets"][0]["Arn"]) == f"<{name}.Arn>"
    ]
    return rule


def statements(template: Template, package: str) -> list[Json]:
    """What a function's role may do besides logs and traces."""
    role = function(template, package)["Role"]["Fn::GetAtt"][0]
    return [
        item
        for item in template.statements(role)
        if not as_list(item["Action"])[0].startswith(("logs:", "xray:"))
    ]


def only_kinds(*kinds: str) -> Json:
    return {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": list(kinds)}}


def table(template: Template) -> str:
    return f"<{template.only('AWS::DynamoDB::Table')[0]}.Arn>"


def test_outcomes_of_this_pipeline_alone_are_recorded(template: Template) -> None:
    rule = rule_of(template, "record_outcome")

    assert rule["State"] == "ENABLED"
    assert rule["EventPattern"] == {
        "source": ["custom-labels-training-pipeline"],
        "detail-type": ["Training Outcome", "Deployment Outcome", "Settings Outcome"],
        "detail": {"pipeline": [template.name]},
    }
    (target,) = rule["Targets"]
    assert not {"Input", "InputPath", "InputTransformer"} & set(target)


def test_the_recorder_writes_what_it_counted_and_nothing_else(template: Template) -> None:
    (statement,) = statements(template, "record_outcome")

    assert statement["Action"] == "dynamodb:PutItem"
    assert flat(statement["Resource"]) == table(template)
    assert statement["Condition"] == only_kinds("counted")


def test_the_pipeline_is_measured_every_five_minutes_and_a_late_turn_is_dropped(template: Template) -> None:
    rule = rule_of(template, "measure_pipeline")
    (target,) = rule["Targets"]

    assert rule["State"] == "ENABLED"
    assert rule["ScheduleExpression"] == "rate(5 minutes)"
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 300}
    name, _ = template.only("AWS::Lambda::Function", Handler="measure_pipeline.handler.handler")
    configuration = template.only("AWS::Lambda::EventInvokeConfig", FunctionName={"Ref": name})[1]
    assert configuration["Properties"]["MaximumRetryAttempts"] == 0


def test_the_meter_knows_what_it_measures(template: Template) -> None:
    variables = function(template, "measure_pipeline")["Environment"]["Variables"]
    (rule,) = [
        name
        for name, item in template.of_type("AWS::Events::Rule").items()
        if "labelled pictures" in item["Properties"]["Description"]
    ]

    assert variables["TRAINING_WORKFLOW_ARN"] == template.body["Outputs"]["TrainingWorkflowArn"]["Value"]
    assert variables["TRAINING_RULE_NAME"] == {"Ref": rule}
    assert flat(variables["PROJECT_ARN"]) == f"<{template.only('AWS::Rekognition::Project')[0]}.Arn>"
    assert variables["INFERENCE_UNIT_USD_PER_HOUR"] == "4.0"
    # Three hours for a lock, a start, stops and retries; the watch of the settings, and its canaries.
    assert variables["USUAL_DEPLOYMENT_MINUTES"] == ("187" if template.name.endswith("-local") else "285")


def test_the_meter_reads_what_it_measures_and_writes_the_months_usage_alone(template: Template) -> None:
    outputs = {name: flat(output["Value"]) for name, output in template.body["Outputs"].items()}
    found = statements(template, "measure_pipeline")
    granted: dict[str, set[str]] = {}
    for statement in found:
        if "Condition" not in statement:
            granted.setdefault(flat(statement["Resource"]), set()).update(as_list(statement["Action"]))

    assert {
        statement["Action"]: (flat(statement["Resource"]), statement["Condition"])
        for statement in found
        if "Condition" in statement
    } == {
        "dynamodb:GetItem": (table(template), only_kinds("lock", "pointer", "setting", "usage")),
        "dynamodb:UpdateItem": (table(template), only_kinds("usage")),
    }
    (executions,) = [arn for arn in granted if ":execution:" in arn]
    deployment = outputs["DeploymentWorkflowArn"].strip("<>")
    assert executions.endswith(f":execution:<{deployment}.Name>:*")
    (rule,) = [arn for arn in granted if arn.startswith("<Schedule")]
    (project,) = [arn for arn in granted if arn.endswith(f":project/{template.name}/*")]
    assert granted == {
        project: {"rekognition:DescribeProjectVersions"},
        outputs["TrainingWorkflowArn"]: {"states:ListExecutions", "states:DescribeStateMachine"},
        executions: {"states:DescribeExecution"},
        rule: {"events:DescribeRule"},
    }
