"""The stacks of environments with training options. None of those in cdk.json has any but tags."""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure import test_asl_guards, test_least_privilege
from tests.infrastructure.asl import Machine, evaluate, machines
from tests.infrastructure.synthesis import BIN, cdk_json_context, run, run_app, without_aws
from tests.infrastructure.templates import Json, Template, as_list, flat
from tests.infrastructure.test_stores import PICTURES, bucket_denials, refuses

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-00000000000"
PROJECT = f"arn:aws:rekognition:{REGION}:{ACCOUNT}:project/fruit"
TRAINING_KEY_ACTIONS = {"kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"}
READ_AND_WRITE = {"kms:Decrypt", "kms:GenerateDataKey"}
ENVIRONMENTS: dict[str, Json] = {
    "all": {
        "bucket_key": "create",
        "training_key": "create",
        "output_bucket": {"bucket": "results-of-all", "prefix": "models/fruit/"},
        "output_bucket_key": f"{KEY}3",
        "version_description": "It's fruit.",
        "project_arn": f"{PROJECT}/1700000000000",
        "removal_policy": "retain",
    },
    "brought": {"bucket_key": f"{KEY}1", "training_key": f"{KEY}2", "tags": {}},
}


@pytest.fixture(scope="module")
def options_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesised under the same checks of cdk-nag as the others."""
    context = cdk_json_context()
    dev = context["environments"]["dev"]
    context["environments"] = {name: dev | changes for name, changes in ENVIRONMENTS.items()}
    folder = tmp_path_factory.mktemp("options") / "cdk.out"
    done = run_app(output=folder, context=context)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def everything(options_assembly: Path) -> Template:
    return Template.read(options_assembly, "TrainingPipeline-all")


@pytest.fixture(scope="module")
def brought(options_assembly: Path) -> Template:
    return Template.read(options_assembly, "TrainingPipeline-brought")


@pytest.fixture(params=["all", "brought"])
def optional(request: pytest.FixtureRequest, options_assembly: Path) -> Template:
    """Each of the two in turn."""
    return Template.read(options_assembly, f"TrainingPipeline-{request.param}")


def workflow(template: Template, name: str) -> Machine:
    return next(machine for found, machine in machines(template).items() if found.startswith(name))


def arguments(template: Template, state: str) -> Json:
    found: Json = workflow(template, "Training").states[state]["Arguments"]
    return found


def with_rights(template: Template, prefix: str) -> dict[str, dict[str, set[str]]]:
    """Actions of a service by resource, by the role that has them: its logical id without the hash."""
    found: dict[str, dict[str, set[str]]] = {}
    for role in template.of_type("AWS::IAM::Role"):
        for resource, actions in template.grants(role).items():
            if chosen := {action for action in actions if action.startswith(prefix)}:
                found.setdefault(role[:-8], {})[resource] = chosen
    return found


def made_key(template: Template) -> str:
    (name,) = template.of_type("AWS::KMS::Key")
    return name


GUARDS: list[Callable[..., None]] = [
    guard
    for name, guard in vars(test_asl_guards).items()
    if name.startswith("test_") and list(inspect.signature(guard).parameters) == ["machine"]
]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_the_workflows_pass_what_all_workflows_pass(guard: Callable[..., None], optional: Template) -> None:
    for machine in machines(optional).values():
        guard(machine)


def test_the_roles_pass_what_all_roles_pass(optional: Template) -> None:
    test_least_privilege.test_no_policy_allows_actions_by_wildcard(optional)
    test_least_privilege.test_only_actions_that_know_no_resources_are_allowed_on_all(optional)
    test_least_privilege.test_roles_are_for_services_and_none_is_shared_by_two(optional)


def test_cfn_lint_finds_nothing(options_assembly: Path) -> None:
    done = run(
        BIN / "cfn-lint",
        *sorted(options_assembly.glob("*.template.json")),
        cwd=options_assembly,
        environment=without_aws(),
    )

    assert done.stdout + done.stderr == ""


def test_without_options_there_is_no_key_and_no_right_to_one(template: Template) -> None:
    assert template.of_type("AWS::KMS::Key") == template.of_type("AWS::KMS::Alias") == {}
    assert with_rights(template, "kms:") == {}
    assert "KmsKeyId" not in arguments(template, "Train the version")


def test_one_key_is_made_for_both_purposes_and_stays_as_the_settings_say(everything: Template) -> None:
    ((key, resource),) = everything.of_type("AWS::KMS::Key").items()
    (alias,) = everything.properties("AWS::KMS::Alias")

    assert resource["Properties"]["EnableKeyRotation"] is True
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert alias == {
        "AliasName": "alias/TrainingPipeline-all",
        "TargetKeyId": {"Fn::GetAtt": [key, "Arn"]},
    }


def test_no_key_is_made_where_both_are_brought(brought: Template) -> None:
    assert brought.of_type("AWS::KMS::Key") == {}


@pytest.mark.parametrize(("name", "key"), [("all", None), ("brought", f"{KEY}1")])
def test_the_bucket_encrypts_with_its_key(options_assembly: Path, name: str, key: str | None) -> None:
    template = Template.read(options_assembly, f"TrainingPipeline-{name}")
    (rule,) = template.only("AWS::S3::Bucket")[1]["Properties"]["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]

    assert rule["BucketKeyEnabled"] is True
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": key or {"Fn::GetAtt": [made_key(template), "Arn"]},
    }


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),
        ({"server-side-encryption": "aws:kms", "server-side-encryption-aws-kms-key-id": f"{KEY}1"}, False),
        ({"server-side-encryption": "aws:kms", "server-side-encryption-aws-kms-key-id": f"{KEY}2"}, True),
        ({"server-side-encryption": "aws:kms"}, True),
        ({"server-side-encryption": "AES256"}, True),
        ({"server-side-encryption-customer-algorithm": "AES256"}, True),
    ],
)
def test_a_picture_is_taken_under_the_buckets_key_only(
    brought: Template, headers: dict[str, str], refused: bool
) -> None:
    context = {f"s3:x-amz-{name}": value for name, value in headers.items()}
    on_pictures = [
        statement
        for statement in bucket_denials(brought)
        if flat(as_list(statement["Resource"])[0]).endswith(PICTURES)
    ]

    assert any(refuses(statement, context) for statement in on_pictures) == refused


def test_brought_keys_are_used_by_these_roles_and_by_no_other(brought: Template) -> None:
    assert with_rights(brought, "kms:") == {
        "TrainingRole": {f"{KEY}1": READ_AND_WRITE, f"{KEY}2": TRAINING_KEY_ACTIONS},
        "ManifestBuilderFunctionRole": {f"{KEY}1": READ_AND_WRITE},
        "EvaluationJudgeFunctionRole": {f"{KEY}1": {"kms:Decrypt"}, f"{KEY}2": {"kms:Decrypt"}},
        "FailureExplainerFunctionRole": {f"{KEY}1": READ_AND_WRITE, f"{KEY}2": {"kms:Decrypt"}},
    }


def test_with_results_elsewhere_the_functions_that_read_them_need_their_keys_only(
    everything: Template,
) -> None:
    made = f"<{made_key(everything)}.Arn>"

    assert with_rights(everything, "kms:") == {
        "TrainingRole": {made: TRAINING_KEY_ACTIONS, f"{KEY}3": READ_AND_WRITE},
        "ManifestBuilderFunctionRole": {made: READ_AND_WRITE},
        "EvaluationJudgeFunctionRole": {made: {"kms:Decrypt"}, f"{KEY}3": {"kms:Decrypt"}},
        "FailureExplainerFunctionRole": {made: {"kms:Decrypt"}, f"{KEY}3": READ_AND_WRITE},
    }


def test_functions_use_keys_through_s3_only(optional: Template) -> None:
    via = {"StringEquals": {"kms:ViaService": "s3.<AWS::Region>.amazonaws.com"}}
    for role in optional.of_type("AWS::IAM::Role"):
        for statement in optional.statements(role):
            if "Function" in role and any("kms:" in action for action in as_list(statement["Action"])):
                (condition,) = statement["Condition"]["StringEquals"].items()
                assert {"StringEquals": {condition[0]: flat(condition[1])}} == via


def test_etags_are_told_not_to_be_content_where_the_bucket_has_a_key(
    optional: Template, template: Template
) -> None:
    def said(of: Template) -> Any:
        _, builder = of.only("AWS::Lambda::Function", Handler="build_manifest.handler.handler")
        return builder["Properties"]["Environment"]["Variables"].get("ETAGS_ARE_CONTENT")

    assert (said(optional), said(template)) == ("false", None)


def test_rekognition_is_asked_for_the_key_and_the_description(
    everything: Template, brought: Template
) -> None:
    assert arguments(everything, "Train the version")["KmsKeyId"] == "<ref>"
    assert arguments(everything, "Train the version")["VersionDescription"] == "It's fruit."
    assert arguments(brought, "Train the version")["KmsKeyId"] == f"{KEY}2"


@pytest.mark.parametrize(("total", "new"), [(20, 0), (250_000, 1_000_000)])
def test_a_version_says_by_itself_what_it_was_trained_on(template: Template, total: int, new: int) -> None:
    said = evaluate(
        arguments(template, "Train the version")["VersionDescription"],
        measured={"pictures": {"total": total}, "new_pictures": new, "digest": "0123456789abcdef" * 4},
    )

    assert said == f"{total} pictures, {new} new, set 0123456789abcdef"


def test_versions_and_datasets_get_the_tags_of_the_settings(template: Template) -> None:
    tags = {"project": "training-pipeline", "environment": template.name.removeprefix("TrainingPipeline-")}

    for state in ("Train the version", "Create the TRAIN dataset", "Create the TEST dataset"):
        assert arguments(template, state)["Tags"] == tags


def test_training_may_tag_versions_and_datasets_of_its_project_and_nothing_else(
    template: Template, everything: Template
) -> None:
    for of, name in ((template, template.name), (everything, "fruit")):
        ((role, tagged),) = with_rights(of, "rekognition:TagResource").items()
        assert role == "TrainingRole"
        assert {arn.partition(":project/")[2] for arn in tagged} == {
            f"{name}/version/*/*",
            f"{name}/dataset/*/*",
        }


def test_without_tags_nothing_is_tagged_and_nothing_may_be(brought: Template) -> None:
    assert with_rights(brought, "rekognition:TagResource") == {}
    for state in ("Train the version", "Create the TRAIN dataset", "Create the TEST dataset"):
        assert "Tags" not in arguments(brought, state)


def test_results_go_to_the_bucket_of_the_settings(everything: Template) -> None:
    config = arguments(everything, "Train the version")["OutputConfig"]

    assert config["S3Bucket"] == "results-of-all"
    assert evaluate(config["S3KeyPrefix"], version="set-1") == "models/fruit/set-1"
    _, explainer = everything.only("AWS::Lambda::Function", Handler="explain_failure.handler.handler")
    variables = explainer["Properties"]["Environment"]["Variables"]
    assert (variables["BUCKET_NAME"], variables["RESULTS_PREFIX"]) == ("results-of-all", "models/fruit/")


def test_the_bucket_of_the_settings_is_read_and_written_under_its_prefix_only(everything: Template) -> None:
    bucket = "arn:<AWS::Partition>:s3:::results-of-all"
    files = f"{bucket}/models/fruit/*"
    elsewhere = {
        role: {resource: actions for resource, actions in rights.items() if "results-of-all" in resource}
        for role, rights in with_rights(everything, "s3:").items()
    }

    assert {role: rights for role, rights in elsewhere.items() if rights} == {
        "TrainingRole": {
            files: {"s3:PutObject"},
            bucket: {"s3:GetBucketAcl", "s3:GetBucketLocation"},
        },
        "EvaluationJudgeFunctionRole": {files: {"s3:GetObject"}, bucket: {"s3:ListBucket"}},
        "FailureExplainerFunctionRole": {
            files: {"s3:GetObject", "s3:PutObject"},
            bucket: {"s3:ListBucket"},
        },
    }
    assert "evaluation/" not in json.dumps(everything.properties("AWS::IAM::Policy"))


def test_an_adopted_project_is_not_made_and_the_rights_are_on_it_alone(everything: Template) -> None:
    on = {
        resource
        for rights in with_rights(everything, "rekognition:").values()
        for resource in rights
        if resource != "*"
    }

    assert everything.of_type("AWS::Rekognition::Project") == {}
    assert on == {f"{PROJECT}/{rest}" for rest in ("*", "version/*/*", "dataset/*/*")}
    assert arguments(everything, "Train the version")["ProjectArn"] == f"{PROJECT}/1700000000000"
    assert arguments(everything, "Look at the old datasets")["ProjectNames"] == ["fruit"]
    assert everything.body["Outputs"]["ProjectName"]["Value"] == "fruit"


def test_a_stack_with_an_adopted_project_is_refused_in_another_account_or_region(
    everything: Template,
) -> None:
    (rule,) = [rule for name, rule in everything.body["Rules"].items() if "Place" in name]

    assert [assertion["Assert"]["Fn::Equals"] for assertion in rule["Assertions"]] == [
        [{"Ref": "AWS::Region"}, REGION],
        [{"Ref": "AWS::AccountId"}, ACCOUNT],
    ]


OWNERSHIP = {
    "Read which datasets the pipeline made",
    "Did the pipeline make the old datasets?",
    "The datasets are not the pipeline's",
    "Write down the TRAIN dataset",
    "Write down the TEST dataset",
}


def test_only_an_adopted_project_makes_the_workflows_larger(
    everything: Template, brought: Template, dev: Template
) -> None:
    def states(of: Template) -> dict[str, set[str]]:
        return {name: set(machine.states) for name, machine in machines(of).items()}

    ordinary = states(dev)
    assert states(brought) == ordinary
    assert {
        name: found - ordinary[name] for name, found in states(everything).items() if found - ordinary[name]
    } == {next(name for name in ordinary if name.startswith("Training")): OWNERSHIP}


RUNNING = [{"version": "theirs", "status": "RUNNING"}]


@pytest.mark.parametrize(("live", "adopted", "own"), [("", False, True), ("ours", True, True)])
def test_people_s_models_run_on_in_an_adopted_project_until_the_first_deployment(
    everything: Template, dev: Template, live: str, adopted: bool, own: bool
) -> None:
    for template, expected in ((everything, adopted), (dev, own)):
        (rule,) = workflow(template, "Training").states["Does a stray model run?"]["Choices"]
        assert evaluate(rule["Condition"], hosted=RUNNING, live={"version": live}) is expected
        choices = workflow(template, "Deployment").states["Does another model run?"]["Choices"]
        done = [rule for rule in choices if rule["Next"] == choices[0]["Next"]]
        left_alone = any(evaluate(rule["Condition"], hosted=RUNNING, live={"version": live}) for rule in done)
        assert left_alone is not expected


@pytest.mark.parametrize(
    ("item", "foreign"),
    [
        (None, ["arn:old/1", "arn:old/2"]),
        ({"TRAIN": {"S": "arn:old/1"}}, ["arn:old/2"]),
        ({"TRAIN": {"S": "arn:old/1"}, "TEST": {"S": "arn:old/2"}}, []),
    ],
)
def test_a_dataset_is_foreign_unless_it_was_written_down(
    everything: Template, item: Json | None, foreign: list[str]
) -> None:
    read = workflow(everything, "Training").states["Read which datasets the pipeline made"]
    found = evaluate(
        read["Assign"]["foreign"],
        datasets=[{"arn": "arn:old/1"}, {"arn": "arn:old/2"}],
        states={"result": {"Item": item} if item else {}},
    )

    assert found == foreign
    (rule,) = workflow(everything, "Training").states["Did the pipeline make the old datasets?"]["Choices"]
    assert evaluate(rule["Condition"], foreign=found) is bool(foreign)


def test_the_meter_knows_that_models_of_an_adopted_project_may_be_people_s(
    everything: Template, template: Template
) -> None:
    for of, expected in ((everything, "true"), (template, None)):
        _, meter = of.only("AWS::Lambda::Function", Handler="measure_pipeline.handler.handler")
        variables = meter["Properties"]["Environment"]["Variables"]
        assert variables.get("PROJECT_IS_ADOPTED") == expected
