"""What Rekognition leaves out of a dataset without a word, the operator reads: which pictures, and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.workflows.operator import Json, Operator
from tests.workflows.tampering import Change, repeating, run_with_manifests, with_a_bad_box, with_members


@pytest.fixture
def well_stocked(operator: Operator) -> Operator:
    """With two folders of twenty pictures: one bad line is well below 20 % of them."""
    operator.upload_fruits(count=20)
    return operator


def stored_report(operator: Operator, uri: str) -> tuple[str, Any]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    s3 = operator.aws.client("s3")
    page = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    document = s3.get_object(Bucket=bucket, Key=key.replace(".html", ".json"))["Body"].read()
    return page, json.loads(document)


def picture_names(document: Any, code: str) -> list[str]:
    (group,) = [group for group in document["lines"] if group["code"] == code]
    return [place["picture"].partition("images_labeled_by_folder/")[2] for place in group["places"]]


def test_lines_that_rekognition_drops_are_named_and_the_rest_is_trained(well_stocked: Operator) -> None:
    def spoil(lines: list[str]) -> list[str]:
        return repeating(2)(with_members(3, **{"label-metadata": {"class-name": "pear"}})(lines))

    found = run_with_manifests(well_stocked, train=spoil)

    assert found["status"] == "SUCCEEDED", found
    report = json.loads(found["output"])
    assert report["outcome"] == "deployed"
    (warning,) = [each for each in report["warnings"] if "Rekognition kept" in each]
    written = report["pictures"]["train"]
    assert (
        f"Rekognition kept {written - 2} of the {written} lines of the TRAIN manifest, 1 of them with"
        in warning
    )
    page, document = stored_report(well_stocked, report["dataset_report"])
    twice = picture_names(document, "REPEATED_SOURCE_REF")
    (bad,) = picture_names(document, "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT")
    assert len(twice) == 2
    for picture in (*twice, bad):
        assert picture in warning
        assert picture in page
    assert "Name the picture once" in warning
    (message,) = well_stocked.messages()
    assert warning in message["message"]
    assert report["dataset_report"] in message["message"]


def refused(operator: Operator, found: Json) -> Json:
    """Red, nothing begun, told once."""
    assert (found["status"], found["error"]) == ("FAILED", "DatasetFailed"), found
    assert operator.calls("CreateProjectVersion") == []
    assert operator.item("lock", "training") is None
    (message,) = operator.messages()
    assert found["cause"].partition(" The operator was told.")[0] in message["message"]
    return message


def test_too_many_lines_in_error_end_the_run_before_anything_is_paid(well_stocked: Operator) -> None:
    found = run_with_manifests(well_stocked, test=with_a_bad_box(3))

    refused(well_stocked, found)
    for words in (
        "lines of the TEST manifest, 3 of them with errors",
        "At most 20 % of the lines",
        "Draw the box inside the picture. (ERROR_INVALID_BOUNDING_BOX): images_labeled_by_folder/",
        "The same pictures are not tried again",
    ):
        assert words in found["cause"]
    again = well_stocked.run()
    assert again["outcome"] == "already_tried"
    assert "At most 20 %" in again["reason"]
    assert well_stocked.run(force=True)["outcome"] == "deployed"


def test_a_dataset_that_is_refused_names_the_pictures_too(well_stocked: Operator) -> None:
    found = run_with_manifests(well_stocked, train=repeating(8))

    refused(well_stocked, found)
    assert "ERROR_TOO_MANY_RECORDS_IN_ERROR" in found["cause"]
    assert "8 lines: An earlier line has the same picture" in found["cause"]
    assert "(REPEATED_SOURCE_REF): images_labeled_by_folder/" in found["cause"]
    assert "failure-report.html" in found["cause"]


@pytest.mark.parametrize(("change", "ends"), [(repeating(1), "SUCCEEDED"), (with_a_bad_box(8), "FAILED")])
def test_an_explanation_that_fails_changes_nothing_but_the_words(
    well_stocked: Operator, change: Change, ends: str
) -> None:
    fault = {"service": "rekognition", "operation": "ListDatasetEntries", "error": "AccessDeniedException"}
    found = run_with_manifests(well_stocked, train=change, faults=[fault | {"times": 100}])
    well_stocked.aws.faults([])

    assert found["status"] == ends
    (message,) = well_stocked.messages()
    assert (
        "Which lines these are could not be found out: AWS denied access while listing" in message["message"]
    )
    if ends == "FAILED":
        assert "the next run tries again" in found["cause"]
    assert well_stocked.run(force=True)["outcome"] == "deployed"
