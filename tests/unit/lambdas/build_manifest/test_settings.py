import pytest

from lambdas.build_manifest.errors import SettingsMissing
from lambdas.build_manifest.limits import limits_of
from lambdas.build_manifest.settings import Settings

ENVIRONMENT = {
    "BUCKET_NAME": "b",
    "DATA_LOCATIONS": "[]",
    "REGISTRY_TABLE_NAME": "t",
    "AWS_REGION": "eu-west-1",
}


def test_the_settings_are_read_from_the_environment() -> None:
    assert Settings.from_environment(ENVIRONMENT) == Settings(
        bucket="b", data_locations="[]", registry_table="t", region="eu-west-1", etags_are_content=True
    )
    under_kms = Settings.from_environment(ENVIRONMENT | {"ETAGS_ARE_CONTENT": "false"})
    assert under_kms.etags_are_content is False


def test_every_missing_variable_is_named_in_one_message() -> None:
    with pytest.raises(SettingsMissing, match=r"BUCKET_NAME.*REGISTRY_TABLE_NAME"):
        Settings.from_environment({"AWS_REGION": "eu-west-1", "BUCKET_NAME": " ", "DATA_LOCATIONS": "[]"})


@pytest.mark.parametrize("region", ["ap-south-1", "eu-west-2"])
def test_mumbai_and_london_take_smaller_sets(region: str) -> None:
    assert (limits_of(region).train, limits_of(region).test) == (28_000, 7_000)


def test_the_other_regions_take_a_quarter_of_a_million_pictures_a_side() -> None:
    assert (limits_of("us-east-1").train, limits_of("us-east-1").test) == (250_000, 250_000)
