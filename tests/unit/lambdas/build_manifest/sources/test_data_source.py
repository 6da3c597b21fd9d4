from typing import Any

import pytest

from lambdas.build_manifest.errors import DataSourceInvalid
from lambdas.build_manifest.labelled.references import Folder
from lambdas.build_manifest.sources.data_source import (
    DatasetSource,
    LabelFile,
    ManifestSource,
    data_source_from,
)

DATASET = "arn:aws:rekognition:us-east-1:111122223333:project/by-hand/dataset/train/1690000000000"


@pytest.mark.parametrize("value", [None, {"kind": "folders"}])
def test_without_a_source_it_is_the_folders(value: object) -> None:
    assert data_source_from(value) is None


def test_a_file_of_labels_needs_nothing_but_its_address() -> None:
    assert data_source_from({"kind": "manifest", "train": "s3://bucket/a b/c.csv"}) == ManifestSource(
        train=LabelFile("bucket", "a b/c.csv")
    )


def test_all_that_can_be_said_of_files_of_labels() -> None:
    source = data_source_from(
        {
            "kind": "manifest",
            "train": "s3://bucket/train.json",
            "test": "s3://bucket/test.json",
            "format": "coco",
            "images": "s3://bucket/pictures/",
        }
    )

    assert source == ManifestSource(
        train=LabelFile("bucket", "train.json"),
        test=LabelFile("bucket", "test.json"),
        format="coco",
        images=Folder(bucket="bucket", prefix="pictures/"),
    )
    assert str(source) == "s3://bucket/train.json and s3://bucket/test.json"


def test_pictures_may_begin_at_the_top_of_a_bucket() -> None:
    source = data_source_from({"kind": "manifest", "train": "s3://bucket/a.csv", "images": "s3://bucket/"})

    assert isinstance(source, ManifestSource)
    assert source.images == Folder(bucket="bucket", prefix="")


def test_datasets_are_named_by_their_arns() -> None:
    other = DATASET.replace("/train/", "/test/")

    assert data_source_from({"kind": "dataset", "train": DATASET}) == DatasetSource(train=DATASET)
    assert data_source_from({"kind": "dataset", "train": DATASET, "test": other}) == DatasetSource(
        train=DATASET, test=other
    )


@pytest.mark.parametrize(
    ("value", "found", "allowed"),
    [
        ("folders", "is folders", "an object"),
        ({}, "the kind None", "folders, manifest, dataset"),
        ({"kind": "zip"}, "the kind zip", "folders, manifest, dataset"),
        ({"kind": ["folders"]}, "the kind ['folders']", "folders, manifest, dataset"),
        ({"kind": "folders", "train": "s3://bucket/a"}, "has train", "nothing else"),
        ({"kind": "manifest"}, '"train" None', "s3://BUCKET/KEY"),
        ({"kind": "manifest", "train": "bucket/a.csv"}, '"train" bucket/a.csv', "s3://BUCKET/KEY"),
        ({"kind": "manifest", "train": "s3://bucket/a/"}, '"train" s3://bucket/a/', "s3://BUCKET/KEY"),
        ({"kind": "manifest", "train": "s3://bucket/a", "tset": "s3://bucket/b"}, "has tset", "test, train"),
        ({"kind": "manifest", "train": "s3://bucket/a", "test": 1}, '"test" 1', "s3://BUCKET/KEY"),
        ({"kind": "manifest", "train": "s3://bucket/a", "format": "xml"}, "format xml", "coco, csv"),
        ({"kind": "manifest", "train": "s3://bucket/a", "images": "s3://bucket/b"}, '"images"', "slash"),
        ({"kind": "dataset"}, '"train" None', "arn:aws:rekognition"),
        ({"kind": "dataset", "train": DATASET[:-5] + "x"}, '"train" arn', "arn:aws:rekognition"),
        ({"kind": "dataset", "train": DATASET, "test": DATASET}, '"test" arn', "the ARN of a test dataset"),
        (
            {"kind": "dataset", "train": DATASET.replace("/train/", "/test/")},
            '"train" arn',
            "the ARN of a train dataset",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(value: Any, found: str, allowed: str) -> None:
    with pytest.raises(DataSourceInvalid) as raised:
        data_source_from(value)

    words = str(raised.value)
    assert found in words.partition("; allowed is ")[0]
    assert allowed in words.partition("; allowed is ")[2]
    assert "cdk.json" in words
