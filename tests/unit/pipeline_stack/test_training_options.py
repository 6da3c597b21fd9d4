"""The settings that say how Rekognition trains, as they are read from cdk.json."""

from typing import Any

import pytest

from pipeline_stack.settings import EnvironmentSettings, parse_environments
from pipeline_stack.settings_errors import SettingsError

USABLE: dict[str, Any] = {
    "removal_policy": "destroy",
    "termination_protection": False,
    "log_retention_days": 30,
}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
MULTI_REGION_KEY = "arn:aws:kms:eu-west-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef"
PROJECT = "arn:aws:rekognition:eu-west-1:123456789012:project/fruit.2_b/1700000000000"
OPTIONS = (
    *("bucket_key", "training_key", "output_bucket", "output_bucket_key"),
    *("version_description", "project_arn"),
)


def parse(**changes: Any) -> EnvironmentSettings:
    return parse_environments({"dev": USABLE | changes})["dev"]


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_that_is_not_given_is_the_same_as_null(option: str) -> None:
    assert getattr(parse(), option) is None
    assert getattr(parse(**{option: None}), option) is None


@pytest.mark.parametrize("option", ["bucket_key", "training_key"])
@pytest.mark.parametrize("key", ["create", KEY, MULTI_REGION_KEY])
def test_a_key_is_made_or_brought(option: str, key: str) -> None:
    assert getattr(parse(**{option: key}, region="eu-west-1"), option) == key


@pytest.mark.parametrize(
    ("given", "bucket", "prefix"),
    [
        ("results-1.example", "results-1.example", "evaluation/"),
        ({"bucket": "results"}, "results", "evaluation/"),
        ({"bucket": "results", "prefix": "models/fruit_2/"}, "results", "models/fruit_2/"),
    ],
)
def test_results_go_to_a_bucket_that_is_named_alone_or_with_a_prefix(
    given: Any, bucket: str, prefix: str
) -> None:
    found = parse(output_bucket=given, output_bucket_key=KEY).output_bucket

    assert found is not None
    assert (found.bucket, found.prefix) == (bucket, prefix)


@pytest.mark.parametrize("text", ["Fruit (2026-11), first: a?", "x" * 255, "it's _1.0; see 'notes'"])
def test_a_description_is_any_text_that_rekognition_takes(text: str) -> None:
    assert parse(version_description=text).version_description == text


def test_a_project_of_the_account_and_region_is_adopted() -> None:
    assert parse(project_arn=PROJECT, account="123456789012", region="eu-west-1").project_arn == PROJECT
    assert parse(project_arn=PROJECT).project_arn == PROJECT


@pytest.mark.parametrize(
    ("changes", "key", "found", "allowed"),
    [
        ({"bucket_key": "yes"}, "bucket_key", '"yes"', '"create" for a key that the stack makes'),
        ({"bucket_key": True}, "bucket_key", "true", '"create" for a key that the stack makes'),
        (
            {"training_key": "arn:aws:kms:eu-west-1:123456789012:alias/mine"},
            "training_key",
            '"arn:aws:kms:eu-west-1:123456789012:alias/mine"',
            "not of an alias",
        ),
        ({"training_key": f"{KEY}\n"}, "training_key", '"arn:aws:kms', "the ARN of a key"),
        (
            {"bucket_key": KEY, "region": "us-east-1"},
            "bucket_key",
            f'"{KEY}"',
            "in the Region of this environment",
        ),
        (
            {"training_key": KEY, "region": "us-east-1"},
            "training_key",
            f'"{KEY}"',
            "in the Region of this environment",
        ),
        ({"output_bucket": "Results"}, "output_bucket.bucket", '"Results"', "lower-case letters"),
        ({"output_bucket": 5}, "output_bucket", "5", '{"bucket": "…", "prefix": "…/"}'),
        ({"output_bucket": {"prefix": "a/"}}, "output_bucket.bucket", "nothing", "an existing bucket"),
        (
            {"output_bucket": {"bucket": "results", "prefix": "a"}},
            "output_bucket.prefix",
            '"a"',
            "with a / at the end",
        ),
        (
            {"output_bucket": {"bucket": "results", "prefix": "*/"}},
            "output_bucket.prefix",
            '"*/"',
            "up to five folders",
        ),
        (
            {"output_bucket": {"bucket": "results", "key": KEY}},
            "output_bucket.key",
            f'"{KEY}"',
            "bucket, pre",
        ),
        ({"output_bucket_key": KEY}, "output_bucket_key", f'"{KEY}"', "with output_bucket only"),
        (
            {"output_bucket": "results", "output_bucket_key": "create"},
            "output_bucket_key",
            '"create"',
            "the ARN of the key",
        ),
        (
            {"output_bucket": "results", "output_bucket_key": KEY, "region": "us-east-1"},
            "output_bucket_key",
            f'"{KEY}"',
            "in the Region of this environment",
        ),
        ({"version_description": ""}, "version_description", '""', "1 to 255 ASCII letters"),
        ({"version_description": "x" * 256}, "version_description", '"xxx', "1 to 255 ASCII letters"),
        ({"version_description": "a/b"}, "version_description", '"a/b"', "blanks and - _ . ( ) ' : , ; ?"),
        ({"project_arn": "fruit"}, "project_arn", '"fruit"', "the ARN of an existing Custom Labels project"),
        (
            {"project_arn": PROJECT.replace("/1700000000000", "/version/v1/1700000000000")},
            "project_arn",
            '"arn:aws:rek',
            "the ARN of an existing Custom Labels project",
        ),
        (
            {"project_arn": PROJECT, "account": "210987654321"},
            "project_arn",
            f'"{PROJECT}"',
            "in the account and Region of this environment",
        ),
        (
            {"project_arn": PROJECT, "region": "us-east-1"},
            "project_arn",
            f'"{PROJECT}"',
            "in the account and Region of this environment",
        ),
    ],
)
def test_an_option_that_cannot_be_used_is_named_with_what_was_found_and_what_is_allowed(
    changes: dict[str, Any], key: str, found: str, allowed: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        parse(**changes)
    said = str(raised.value)

    assert "cdk.json has 1 setting that cannot be used" in said
    assert f"\n  context.environments.dev.{key}\n" in said
    assert f"found:   {found}" in said
    assert allowed in said.split("allowed:")[1]


def test_a_bucket_that_is_refused_is_told_once_and_its_key_is_not() -> None:
    with pytest.raises(SettingsError) as raised:
        parse(output_bucket="Results", output_bucket_key=KEY)

    assert [problem.key for problem in raised.value.problems] == [
        "context.environments.dev.output_bucket.bucket"
    ]
