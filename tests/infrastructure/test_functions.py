import pytest

from pipeline_stack import layout
from tests.infrastructure.templates import PACKAGES, TASK_PACKAGES, Template, flat, function


@pytest.mark.parametrize("package", PACKAGES)
def test_a_function_runs_on_the_newest_python_with_tracing(template: Template, package: str) -> None:
    properties = function(template, package)

    assert properties["Runtime"] == "python3.14"
    assert properties["Architectures"] == ["x86_64"]
    assert properties["TracingConfig"] == {"Mode": "Active"}
    assert properties["Description"]


@pytest.mark.parametrize("package", TASK_PACKAGES)
def test_a_function_that_workflows_call_knows_the_bucket(template: Template, package: str) -> None:
    variables = function(template, package)["Environment"]["Variables"]

    assert variables["BUCKET_NAME"] == template.body["Outputs"]["BucketName"]["Value"]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_function_knows_how_to_log_and_where_its_metrics_belong(template: Template, package: str) -> None:
    variables = function(template, package)["Environment"]["Variables"]

    assert variables["POWERTOOLS_SERVICE_NAME"] == package
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == template.name
    assert variables["LOG_LEVEL"] == "INFO"


@pytest.mark.parametrize("package", ["build_manifest", "record_outcome", "measure_pipeline"])
def test_a_function_that_needs_the_registry_knows_it(template: Template, package: str) -> None:
    variables = function(template, package)["Environment"]["Variables"]

    assert variables["REGISTRY_TABLE_NAME"] == template.body["Outputs"]["RegistryTableName"]["Value"]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_function_logs_to_its_own_group_with_the_settings_retention(
    templates: dict[str, Template], package: str
) -> None:
    retentions = {}
    for name, template in templates.items():
        group = function(template, package)["LoggingConfig"]["LogGroup"]["Ref"]
        retentions[name] = template.of_type("AWS::Logs::LogGroup")[group]["Properties"]["RetentionInDays"]

    assert retentions == {
        "TrainingPipeline-local": 7,
        "TrainingPipeline-dev": 30,
        "TrainingPipeline-prod": 365,
    }


def test_the_manifest_builder_may_do_what_it_does_and_no_more(template: Template) -> None:
    bucket = f"<{template.only('AWS::S3::Bucket')[0]}.Arn>"
    table = f"<{template.only('AWS::DynamoDB::Table')[0]}.Arn>"
    properties = function(template, "build_manifest")

    assert template.grants(properties["Role"]["Fn::GetAtt"][0]) == {
        bucket: {"s3:ListBucket"},
        f"{bucket}/{layout.IMAGES_PREFIX}*": {"s3:GetObject"},
        f"{bucket}/{layout.DATA_SOURCES_PREFIX}*": {"s3:GetObject"},
        f"{bucket}/{layout.MANIFESTS_PREFIX}*": {
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
        },
        table: {"dynamodb:BatchGetItem"},
        f"<{properties['LoggingConfig']['LogGroup']['Ref']}.Arn>": {
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        },
        "*": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
    }


def test_the_judge_reads_and_writes_evaluations_and_nothing_else(template: Template) -> None:
    bucket = f"<{template.only('AWS::S3::Bucket')[0]}.Arn>"
    properties = function(template, "judge_evaluation")

    assert template.grants(properties["Role"]["Fn::GetAtt"][0]) == {
        bucket: {"s3:ListBucket"},
        f"{bucket}/{layout.EVALUATION_PREFIX}*": {"s3:GetObject", "s3:PutObject"},
        f"<{properties['LoggingConfig']['LogGroup']['Ref']}.Arn>": {
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        },
        "*": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
    }


def test_the_explainer_reads_evaluations_manifests_and_entries_and_writes_beside_the_first(
    template: Template,
) -> None:
    bucket = f"<{template.only('AWS::S3::Bucket')[0]}.Arn>"
    properties = function(template, "explain_failure")
    granted = template.grants(properties["Role"]["Fn::GetAtt"][0])
    (dataset,) = [arn for arn in granted if arn.endswith(f":project/{template.name}/dataset/*/*")]

    assert granted == {
        bucket: {"s3:ListBucket"},
        f"{bucket}/{layout.EVALUATION_PREFIX}*": {"s3:GetObject", "s3:PutObject"},
        f"{bucket}/{layout.MANIFESTS_PREFIX}*": {"s3:GetObject"},
        dataset: {"rekognition:ListDatasetEntries"},
        f"<{properties['LoggingConfig']['LogGroup']['Ref']}.Arn>": {
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        },
        "*": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
    }


def test_the_asker_asks_this_projects_models_reads_pictures_and_writes_beside_the_evaluations(
    template: Template,
) -> None:
    bucket = f"<{template.only('AWS::S3::Bucket')[0]}.Arn>"
    properties = function(template, "ask_model")
    granted = template.grants(properties["Role"]["Fn::GetAtt"][0])
    (version,) = [arn for arn in granted if arn.endswith(f":project/{template.name}/version/*/*")]

    assert granted == {
        bucket: {"s3:ListBucket"},
        f"{bucket}/{layout.EVALUATION_PREFIX}*": {"s3:GetObject", "s3:PutObject"},
        f"{bucket}/{layout.IMAGES_PREFIX}*": {"s3:GetObject"},
        f"{bucket}/{layout.DATA_SOURCES_PREFIX}*": {"s3:GetObject"},
        version: {"rekognition:DetectCustomLabels"},
        f"<{properties['LoggingConfig']['LogGroup']['Ref']}.Arn>": {
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        },
        "*": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
    }


@pytest.mark.parametrize(
    ("package", "prefixes"),
    [
        (
            "build_manifest",
            [f"{layout.IMAGES_PREFIX}*", f"{layout.DATA_SOURCES_PREFIX}*", f"{layout.MANIFESTS_PREFIX}*"],
        ),
        ("judge_evaluation", [f"{layout.EVALUATION_PREFIX}*"]),
        ("explain_failure", [f"{layout.EVALUATION_PREFIX}*"]),
        ("ask_model", [f"{layout.EVALUATION_PREFIX}*"]),
    ],
)
def test_a_function_lists_its_own_prefixes_only(
    template: Template, package: str, prefixes: list[str]
) -> None:
    role = function(template, package)["Role"]["Fn::GetAtt"][0]
    (statement,) = [item for item in template.statements(role) if item["Action"] == "s3:ListBucket"]

    assert statement["Condition"] == {"StringLike": {"s3:prefix": prefixes}}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_function_has_no_managed_policy(template: Template, package: str) -> None:
    role = template.of_type("AWS::IAM::Role")[function(template, package)["Role"]["Fn::GetAtt"][0]]

    assert "ManagedPolicyArns" not in role["Properties"]
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert flat(trust["Principal"]["Service"]) == "lambda.amazonaws.com"
