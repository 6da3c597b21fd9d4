"""An environment with keys, tags and another bucket for results, deployed and run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from local_aws.deployment import deploy_assembly
from local_aws.launcher import LocalAws
from pipeline_stack.layout import IMAGES_PREFIX
from tests.workflows.conftest import TRAINING_SECONDS
from tests.workflows.operator import Json, Operator
from tests.workflows.optional import datasets, synthesised_with
from tests.workflows.pictures import broken

RESULTS = "results-of-all-models"
PREFIX = "fruit/models/"
OWN_FILES = ("/sample.json", "/report.json", "/report.html")
TAGS = {"team": "Fruit and Co", "line": "3"}
KEYED = {
    "bucket_key": "create",
    "training_key": "create",
    "output_bucket": {"bucket": RESULTS, "prefix": PREFIX},
    "tags": TAGS,
}


@pytest.fixture(scope="module")
def keyed_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesised_with(KEYED, name="keyed", folder=tmp_path_factory.mktemp("keyed"))


@pytest.fixture
def keyed(shared_aws: LocalAws, keyed_assembly: Path) -> Operator:
    """An operator of an environment with keys, tags and another bucket for results."""
    shared_aws.reset()
    shared_aws.client("s3").create_bucket(Bucket=RESULTS)
    shared_aws.rekognition(training_seconds=TRAINING_SECONDS)
    outputs = deploy_assembly(
        aws=shared_aws, assembly_dir=keyed_assembly, stack_name="TrainingPipeline-keyed"
    )
    operator = Operator(aws=shared_aws, outputs=outputs)
    operator.upload_fruits()
    return operator


def description(operator: Operator, version: str) -> Json:
    (found,) = operator.aws.client("rekognition").describe_project_versions(
        ProjectArn=operator.project_arn(), VersionNames=[version]
    )["ProjectVersionDescriptions"]
    described: Json = found
    return described


def keys_under(operator: Operator, bucket: str, prefix: str) -> list[str]:
    listed = operator.aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [found["Key"] for found in listed.get("Contents", [])]


def made_key(operator: Operator) -> str:
    kms = operator.aws.client("kms")
    key: str = kms.describe_key(KeyId="alias/TrainingPipeline-keyed")["KeyMetadata"]["Arn"]
    return key


def denied(operator: Operator) -> list[Json]:
    """Of what options grant: a function of the stack before may have been at work when that was swept."""
    optional = ("kms:", "s3:", "rekognition:")
    return [
        each
        for each in operator.aws.permissions()
        if not each["allowed"] and each["action"].startswith(optional)
    ]


def test_a_version_is_trained_as_the_settings_say(keyed: Operator) -> None:
    report = keyed.run()

    assert report["outcome"] == "deployed"
    found = description(keyed, report["version"])
    assert found["KmsKeyId"] == made_key(keyed)
    assert re.fullmatch(r"20 pictures, 20 new, set [0-9a-f]{16}", found["VersionDescription"])
    assert found["OutputConfig"] == {"S3Bucket": RESULTS, "S3KeyPrefix": f"{PREFIX}{report['version']}"}
    rekognition = keyed.aws.client("rekognition")
    for arn in (found["ProjectVersionArn"], *datasets(keyed).values(), keyed.project_arn()):
        tags = rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"]
        assert TAGS.items() <= tags.items(), arn


def test_results_are_elsewhere_and_pictures_and_results_are_under_the_key(keyed: Operator) -> None:
    report = keyed.run()

    bucket, s3 = keyed.outputs["BucketName"], keyed.aws.client("s3")
    results = keys_under(keyed, RESULTS, f"{PREFIX}{report['version']}/")
    assert results
    assert keys_under(keyed, bucket, "evaluation/") == []
    pictures, manifests = (keys_under(keyed, bucket, prefix) for prefix in (IMAGES_PREFIX, "manifests/"))
    assert len(pictures) == 20
    # What the pipeline itself adds to Rekognition's results is encrypted as the bucket has it.
    own = [key for key in results if key.endswith(OWN_FILES)]
    assert own
    by_rekognition = [key for key in results if key not in own]
    for place, keys in ((RESULTS, by_rekognition), (bucket, [*pictures, *manifests])):
        for key in keys:
            assert s3.head_object(Bucket=place, Key=key)["SSEKMSKeyId"] == made_key(keyed), key
    assert denied(keyed) == []


def test_pictures_are_known_by_their_content_although_their_etags_are_chance(keyed: Operator) -> None:
    assert keyed.run()["outcome"] == "deployed"
    keyed.upload_fruits()

    report = keyed.run()

    assert (report["outcome"], report["new_pictures"]) == ("nothing_to_train", 0)
    remembered = keys_under(keyed, keyed.outputs["BucketName"], "manifests/content-hashes.jsonl")
    assert len(remembered) == 1


def test_a_failed_training_is_explained_from_the_other_bucket_and_reported_there(keyed: Operator) -> None:
    keyed.upload(broken("pear", 20))

    found = keyed.run_red()

    assert found["error"] == "TrainingFailed"
    (place,) = re.findall(r"The whole list: s3://([^/]+)/(\S+\.html)", found["cause"])
    assert place[0] == RESULTS
    assert place[1].startswith(PREFIX)
    assert keys_under(keyed, *place) == [place[1]]
    assert denied(keyed) == []


def take_away(operator: Operator, role: str, action: str) -> None:
    iam = operator.aws.client("iam")
    names = [found["RoleName"] for found in iam.list_roles(MaxItems=1000)["Roles"]]
    (name,) = (name for name in names if role in name)
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for statement in document["Statement"]:
            actions = statement["Action"]
            kept = [each for each in ([actions] if isinstance(actions, str) else actions) if each != action]
            statement["Action"] = kept or ["sts:GetCallerIdentity"]
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))


@pytest.mark.parametrize(
    ("role", "action", "error"),
    [
        ("ManifestBuilder", "kms:Decrypt", "StorageDenied"),
        ("ManifestBuilder", "kms:GenerateDataKey", "StorageDenied"),
        ("EvaluationJudge", "kms:Decrypt", "StorageDenied"),
        ("-TrainingRole", "kms:Decrypt", "Rekognition.InvalidS3ObjectException"),
        ("-TrainingRole", "kms:CreateGrant", "Rekognition.AccessDeniedException"),
        ("-TrainingRole", "rekognition:TagResource", "Rekognition.AccessDeniedException"),
        ("-TrainingRole", "s3:PutObject", "TrainingFailed"),
    ],
)
def test_a_right_that_an_option_grants_is_missed_where_it_is_taken_away(
    keyed: Operator, role: str, action: str, error: str
) -> None:
    take_away(keyed, role, action)

    found = keyed.run_red()

    assert found["error"] == error
    assert action in {each["action"] for each in denied(keyed)}
