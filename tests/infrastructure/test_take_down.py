"""The custom resource that stops and deletes the models of a stack that is deleted."""

from __future__ import annotations

import re

import pytest

from tests.infrastructure.templates import Json, Template, as_list, flat, function

KIND = "Custom::TakeDown"
REFERENCE = re.compile(r"<([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?>")


def references(value: object) -> set[str]:
    """Logical ids that a value refers to, however deep."""
    match value:
        case {"Ref": str(name)}:
            return {name}
        case {"Fn::GetAtt": [str(name), *_]}:
            return {name}
        case {"Fn::Sub": str(text)}:
            return set(re.findall(r"\$\{([A-Za-z0-9]+)", text))
        case dict():
            return {name for each in value.values() for name in references(each)}
        case list():
            return {name for each in value for name in references(each)}
    return set()


def needs(resources: Json, name: str) -> set[str]:
    """What CloudFormation makes before a resource, and so deletes after it."""
    found, ahead = set[str](), [name]
    while ahead:
        resource = resources[ahead.pop()]
        direct = {*as_list(resource.get("DependsOn", [])), *references(resource["Properties"])}
        new = (direct & set(resources)) - found
        found |= new
        ahead += new
    return found


def test_it_is_deleted_before_all_else(template: Template) -> None:
    resources = {
        name: {"Properties": {}, **resource} for name, resource in template.body["Resources"].items()
    }
    name, _ = template.only(KIND)

    assert set(resources) - needs(resources, name) == {name}


def test_cloudformation_waits_as_long_as_it_can_and_the_function_gives_up_before(template: Template) -> None:
    _, resource = template.only(KIND)
    variables = function(template, "take_down")["Environment"]["Variables"]

    assert resource["Properties"]["ServiceTimeout"] == "3600"
    assert 0 < float(variables["GIVE_UP_AFTER_MINUTES"]) * 60 < 3600 - 120
    assert function(template, "take_down")["Timeout"] == 900


def test_a_function_that_broke_off_is_invoked_again(template: Template) -> None:
    name, _ = template.only("AWS::Lambda::Function", Handler="take_down.handler.handler")

    configured = template.properties("AWS::Lambda::EventInvokeConfig")
    assert [each for each in configured if each["FunctionName"] == {"Ref": name}] == []


def test_it_stops_what_starts_models_and_trainings(template: Template) -> None:
    variables = function(template, "take_down")["Environment"]["Variables"]
    rules = REFERENCE.findall(flat(variables["RULE_NAMES"]))
    machines = REFERENCE.findall(flat(variables["WORKFLOW_ARNS"]))

    starting = {
        name
        for name, rule in template.of_type("AWS::Events::Rule").items()
        if any("RoleArn" in target for target in rule["Properties"]["Targets"])
    }
    assert set(rules) == starting
    ended_runs = {
        name for name in template.of_type("AWS::StepFunctions::StateMachine") if "EndedRuns" in name
    }
    assert set(machines) == set(template.of_type("AWS::StepFunctions::StateMachine")) - ended_runs


def role_of(template: Template) -> str:
    name: str = function(template, "take_down")["Role"]["Fn::GetAtt"][0]
    return name


def test_the_role_may_do_what_it_does_and_no_more(template: Template) -> None:
    properties = function(template, "take_down")
    name, _ = template.only("AWS::Lambda::Function", Handler="take_down.handler.handler")
    keeps = template.name == "TrainingPipeline-prod"
    granted = template.grants(role_of(template))
    variables = properties["Environment"]["Variables"]
    rules = REFERENCE.findall(flat(variables["RULE_NAMES"]))
    machines = REFERENCE.findall(flat(variables["WORKFLOW_ARNS"]))
    project = f":project/{template.name}/"

    rekognition = {arn.partition(project)[2]: granted.pop(arn) for arn in list(granted) if project in arn}
    executions = {arn: granted.pop(arn) for arn in list(granted) if ":execution:" in arn}

    deletes = set[str]() if keeps else {"rekognition:DeleteProjectVersion"}
    assert rekognition == {
        "*": {"rekognition:DescribeProjectVersions"},
        "version/*/*": {"rekognition:StopProjectVersion", *deletes},
        **({} if keeps else {"dataset/*/*": {"rekognition:DeleteDataset"}}),
    }
    assert {REFERENCE.findall(arn)[-1]: actions for arn, actions in executions.items()} == {
        machine: {"states:StopExecution"} for machine in machines
    }
    assert all(arn.endswith(".Name>:*") for arn in executions)
    assert granted == {
        **{f"<{rule}.Arn>": {"events:DisableRule"} for rule in rules},
        **{f"<{machine}>": {"states:ListExecutions"} for machine in machines},
        "<AWS::StackId>": {"cloudformation:DescribeStacks"},
        f"<{name}.Arn>": {"lambda:InvokeFunction"},
        f"<{properties['LoggingConfig']['LogGroup']['Ref']}.Arn>": {
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        },
        "*": {"rekognition:DescribeProjects", "xray:PutTraceSegments", "xray:PutTelemetryRecords"},
    }


def test_the_project_stays_where_data_is_retained(templates: dict[str, Template]) -> None:
    """But not that of a first deployment that failed, whose name would be in the way of the next."""
    found = {}
    for name, template in templates.items():
        project = template.only("AWS::Rekognition::Project")[1]
        keeps = function(template, "take_down")["Environment"]["Variables"].get("KEEPS_CONTENTS")
        found[name] = (project["DeletionPolicy"], keeps)

    assert found == {
        "TrainingPipeline-local": ("Delete", None),
        "TrainingPipeline-dev": ("Delete", None),
        "TrainingPipeline-prod": ("RetainExceptOnCreate", "true"),
    }


def test_in_an_adopted_project_the_registry_says_what_is_ours(everything: Template, dev: Template) -> None:
    table, _ = everything.only("AWS::DynamoDB::Table")
    variables = function(everything, "take_down")["Environment"]["Variables"]

    assert variables["REGISTRY_TABLE_NAME"] == {"Ref": table}
    assert everything.grants(role_of(everything))[f"<{table}.Arn>"] == {"dynamodb:Query", "dynamodb:GetItem"}
    conditions = {
        statement["Action"]: statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"]
        for statement in everything.statements(role_of(everything))
        if "dynamodb" in as_list(statement["Action"])[0]
    }
    assert conditions == {"dynamodb:Query": ["version"], "dynamodb:GetItem": ["pointer"]}
    assert "REGISTRY_TABLE_NAME" not in function(dev, "take_down")["Environment"]["Variables"]


@pytest.mark.parametrize("kind", ["AWS::Lambda::Permission", "AWS::Events::Rule"])
def test_nothing_but_cloudformation_invokes_it(template: Template, kind: str) -> None:
    name, _ = template.only("AWS::Lambda::Function", Handler="take_down.handler.handler")

    assert [each for each in template.properties(kind) if name in references(each)] == []
