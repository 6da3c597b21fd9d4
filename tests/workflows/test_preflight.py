"""The check of the pictures: nothing is begun and nothing is paid for a set that Rekognition would refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.workflows.conftest import deployed
from tests.workflows.operator import Operator
from tests.workflows.pictures import fakes
from tests.workflows.releases import Template, changed_assembly


def report_of(operator: Operator, uri: str) -> tuple[str, dict[str, Any]]:
    """The page and the file for programs that a message names by the page's address."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    s3 = operator.aws.client("s3")
    page = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    document = s3.get_object(Bucket=bucket, Key=key.replace(".html", ".json"))["Body"].read()
    return page, json.loads(document)


def test_a_file_that_is_no_picture_is_named_before_anything_is_paid(stocked: Operator) -> None:
    ((key, content),) = fakes("pear", 1)
    stocked.upload([(key, content)])
    stocked.upload_fruits(count=20, first=10)

    report = stocked.run()

    assert report["outcome"] == "preflight_failed"
    assert stocked.calls("CreateProjectVersion") == stocked.calls("CreateDataset") == []
    (message,) = stocked.messages()
    assert "1 problem with the pictures" in message["subject"]
    for part in (key, "ERROR_INVALID_IMAGE", "Convert the picture", report["preflight_report"], "quarantine"):
        assert part in message["message"]
    page, document = report_of(stocked, report["preflight_report"])
    assert key in page
    assert document["passed"] is False
    assert stocked.item("lock", "training") is None

    stocked.remove(key)
    assert stocked.run()["outcome"] == "deployed"


def test_the_same_pictures_are_neither_checked_nor_told_again(stocked: Operator) -> None:
    stocked.upload(fakes("pear", 1))
    first = stocked.run()

    again = stocked.run()
    assert again["outcome"] == "already_tried"
    assert first["preflight_report"] in again["reason"]

    told = len(stocked.messages())
    assert stocked.run(source="schedule")["outcome"] == "already_tried"
    assert len(stocked.messages()) == told
    assert stocked.run(force=True)["outcome"] == "preflight_failed"


def leave_bad_pictures_out(template: Template) -> None:
    """As `"quarantine": true` in cdk.json does; see `test_settings` for that part of the way."""
    changed = 0
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            parts = resource["Properties"]["DefinitionString"]["Fn::Join"][1]
            for index, part in enumerate(parts):
                if isinstance(part, str) and '"quarantine":false' in part:
                    parts[index] = part.replace('"quarantine":false', '"quarantine":true')
                    changed += part.count('"quarantine":false')
    assert changed == 2, "the payloads of the check and of the writing"


@pytest.fixture
def lenient(shared_aws: LocalAws, assembly: Path, tmp_path: Path) -> Operator:
    """An operator of an environment that leaves bad pictures out."""
    shared_aws.reset()
    operator = deployed(shared_aws, changed_assembly(assembly, tmp_path, leave_bad_pictures_out))
    operator.upload_fruits()
    return operator


def test_in_quarantine_a_bad_picture_is_left_out_and_told(lenient: Operator) -> None:
    ((key, content),) = fakes("pear", 1)
    lenient.upload([(key, content)])

    report = lenient.run()

    assert report["outcome"] == "deployed"
    assert report["pictures"]["total"] == 20
    (note,) = [warning for warning in report["warnings"] if "left out" in warning]
    assert note.startswith("1 picture was left out.")
    page, document = report_of(lenient, note.rpartition("See ")[2])
    assert key in page
    assert (document["passed"], document["quarantined"][0]["count"]) == (True, 1)
    (message,) = lenient.messages()
    assert "1 picture was left out." in message["message"]

    assert lenient.run()["outcome"] == "nothing_to_train"


def test_a_label_with_fewer_pictures_than_the_operator_wants_is_named(stocked: Operator) -> None:
    stocked.upload_fruits(("plum",), 3)
    stocked.set("Minimum-Images-Per-Label", "4")

    report = stocked.run()

    assert report["outcome"] == "preflight_failed"
    (message,) = stocked.messages()
    for part in ("plum has 3 distinct pictures", "at least 4", "Minimum-Images-Per-Label"):
        assert part in message["message"]
    assert stocked.run()["outcome"] == "already_tried"

    stocked.set("Minimum-Images-Per-Label", "3")
    assert stocked.run()["outcome"] == "deployed"
