import pytest

from lambdas.build_manifest.errors import SettingsMissing
from lambdas.build_manifest.labelled.references import Folder
from lambdas.build_manifest.sources.locations import Locations

PARSED = Locations.parse('["own/images_labeled_by_folder/", "team/", "team/part/"]')


@pytest.mark.parametrize(
    ("bucket", "key", "prefix"),
    [
        ("own", "images_labeled_by_folder/cat/a.png", "images_labeled_by_folder/"),
        ("own", "evaluation/a.json", None),
        ("own", "images_labeled_by_folders/a.png", None),
        ("team", "a.png", ""),
        ("team", "part/a.png", ""),
        ("tea", "m/a.png", None),
    ],
)
def test_an_object_is_in_a_place_or_in_none(bucket: str, key: str, prefix: str | None) -> None:
    found = PARSED.of(bucket, key)

    assert found == (None if prefix is None else Folder(bucket=bucket, prefix=prefix))


def test_people_read_places_as_uris() -> None:
    assert str(PARSED) == "s3://own/images_labeled_by_folder/, s3://team/, s3://team/part/"


@pytest.mark.parametrize("text", ["own/", "7", ""])
def test_a_variable_that_the_stack_did_not_write_is_named(text: str) -> None:
    with pytest.raises(SettingsMissing, match="DATA_LOCATIONS"):
        Locations.parse(text)
