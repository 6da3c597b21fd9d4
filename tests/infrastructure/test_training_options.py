"""The stacks of environments with training options: keys, tags, descriptions and where results go."""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure import test_asl_guards, test_least_privilege
from tests.infrastructure.asl import evaluate, machines
from tests.infrastructure.optional import KEY, READ_AND_WRITE, TRAINING_KEY_ACTIONS, arguments, with_rights
from tests.infrastructure.synthesis import BIN, run, without_aws
from tests.infrastructure.templates import Template, as_list, flat
from tests.infrastructure.test_stores import PICTURES, bucket_denials, refuses


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


@pytest.mark.parametrize("guard", GUARDS)
def test_the_workflows_of_one_slot_pass_it_too(guard: Callable[..., None], narrow: Template) -> None:
    for machine in machines(narrow).values():
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
        "EvaluationJudgeFunctionRole": {f"{KEY}1": READ_AND_WRITE, f"{KEY}2": {"kms:Decrypt"}},
        "FailureExplainerFunctionRole": {f"{KEY}1": READ_AND_WRITE, f"{KEY}2": {"kms:Decrypt"}},
        "ModelAskerFunctionRole": {f"{KEY}1": READ_AND_WRITE, f"{KEY}2": {"kms:Decrypt"}},
    }


def test_with_results_elsewhere_the_functions_that_read_them_need_their_keys_only(
    everything: Template,
) -> None:
    made = f"<{made_key(everything)}.Arn>"

    assert with_rights(everything, "kms:") == {
        "TrainingRole": {made: TRAINING_KEY_ACTIONS, f"{KEY}3": READ_AND_WRITE},
        "ManifestBuilderFunctionRole": {made: READ_AND_WRITE},
        "EvaluationJudgeFunctionRole": {made: {"kms:Decrypt"}, f"{KEY}3": READ_AND_WRITE},
        "FailureExplainerFunctionRole": {made: {"kms:Decrypt"}, f"{KEY}3": READ_AND_WRITE},
        "ModelAskerFunctionRole": {made: {"kms:Decrypt"}, f"{KEY}3": READ_AND_WRITE},
    }


def test_functions_use_keys_through_s3_only(optional: Template) -> None:
    """All but what Rekognition reads for the function that asks models: through which service that goes, AWS
    does not say."""
    via = {"StringEquals": {"kms:ViaService": "s3.<AWS::Region>.amazonaws.com"}}
    without_condition = []
    for role in optional.of_type("AWS::IAM::Role"):
        for statement in optional.statements(role):
            if "Function" in role and any("kms:" in action for action in as_list(statement["Action"])):
                if "Condition" not in statement:
                    without_condition.append((role.partition("Function")[0], statement["Action"]))
                    continue
                (condition,) = statement["Condition"]["StringEquals"].items()
                assert {"StringEquals": {condition[0]: flat(condition[1])}} == via
    assert without_condition == [("ModelAsker", "kms:Decrypt")]


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


def test_training_may_tag_what_is_in_its_project_and_nothing_else(
    template: Template, everything: Template
) -> None:
    for of, name in ((template, template.name), (everything, "fruit")):
        ((role, tagged),) = with_rights(of, "rekognition:TagResource").items()
        assert role == "TrainingRole"
        # Of which of its parts AWS asks while one is being created is documented nowhere.
        assert {arn.partition(":project/")[2] for arn in tagged} == {f"{name}/*"}


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
        "EvaluationJudgeFunctionRole": {
            files: {"s3:GetObject", "s3:PutObject"},
            bucket: {"s3:ListBucket"},
        },
        "FailureExplainerFunctionRole": {
            files: {"s3:GetObject", "s3:PutObject"},
            bucket: {"s3:ListBucket"},
        },
        "ModelAskerFunctionRole": {
            files: {"s3:GetObject", "s3:PutObject"},
            bucket: {"s3:ListBucket"},
        },
    }
    assert "evaluation/" not in json.dumps(everything.properties("AWS::IAM::Policy"))
