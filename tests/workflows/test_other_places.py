"""An environment whose labelled pictures lie in a bucket of their own, and that may copy from a project."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from local_aws.deployment import deploy_assembly
from local_aws.launcher import LocalAws
from tests.infrastructure.synthesis import cdk_json_context, run_app
from tests.workflows.conftest import STACK, deployed
from tests.workflows.operator import PATIENCE_SECONDS, Operator
from tests.workflows.releases import Template, changed_assembly
from tools import sample_shapes as shapes
from tools.sample_shapes import Drawn

BUCKET = "team-pictures"
FOLDER = "shapes/"
PROJECT = "labelled-by-hand"
SETTINGS = {
    "data_source": {"kind": "manifest", "train": f"s3://{BUCKET}/{FOLDER}train.manifest"},
    "data_locations": [f"s3://{BUCKET}/more/"],
    "data_projects": [PROJECT],
}


@pytest.fixture(scope="session")
def wide_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    context = cdk_json_context()
    context["environments"]["local"] |= SETTINGS
    output = tmp_path_factory.mktemp("wide") / "cdk.out"
    done = run_app(output=output, context=context)
    assert done.returncode == 0, done.stderr
    return output


@pytest.fixture
def wide(shared_aws: LocalAws, wide_assembly: Path) -> Operator:
    shared_aws.reset()
    operator = deployed(shared_aws, wide_assembly)
    operator.aws.client("s3").create_bucket(Bucket=BUCKET)
    return operator


def put(operator: Operator, key: str, content: str | bytes) -> str:
    body = content.encode() if isinstance(content, str) else content
    operator.aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
    return f"s3://{BUCKET}/{key}"


def put_set(operator: Operator, pictures: list[Drawn], name: str = "train.manifest") -> str:
    lines = [
        shapes.box_line(put(operator, f"{FOLDER}{picture.name}", picture.content), picture)
        for picture in pictures
    ]
    return put(operator, f"{FOLDER}{name}", "\n".join(lines))


def dataset(operator: Operator, kind: str, manifest: str) -> str:
    """A dataset of the other project, made as its owner would in the console."""
    rekognition = operator.aws.client("rekognition")
    found = rekognition.describe_projects(ProjectNames=[PROJECT])["ProjectDescriptions"]
    project = (
        found[0]["ProjectArn"] if found else rekognition.create_project(ProjectName=PROJECT)["ProjectArn"]
    )
    arn: str = rekognition.create_dataset(
        ProjectArn=project,
        DatasetType=kind,
        DatasetSource={
            "GroundTruthManifest": {
                "S3Object": {"Bucket": BUCKET, "Name": manifest.removeprefix(f"s3://{BUCKET}/")}
            }
        },
    )["DatasetArn"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]["Status"] != "CREATE_COMPLETE":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return arn


def sides(operator: Operator, version: str) -> list[set[str]]:
    """The pictures of the training and the test manifest of a version."""
    record = operator.item("version", version)
    assert record is not None
    s3 = operator.aws.client("s3")
    return [
        {
            json.loads(line)["source-ref"]
            for line in s3.get_object(
                Bucket=operator.outputs["BucketName"], Key=f"manifests/{record['digest']}/{name}.manifest"
            )["Body"].iter_lines()
        }
        for name in ("train", "test")
    ]


def test_the_source_of_the_environment_is_checked_for_changes(wide: Operator) -> None:
    pictures = list(shapes.drawn(20))
    put_set(wide, pictures)
    wide.set("Minimum-Untrained-Images", "1")

    first = wide.run()
    assert (first["outcome"], first["model_type"]) == ("deployed", "location")
    assert wide.run()["outcome"] == "nothing_to_train"

    # The same pictures and labels, the lines in another order: nothing new.
    put_set(wide, pictures[::-1])
    assert wide.run()["outcome"] == "nothing_to_train"

    label, left, top, width, height = pictures[3].boxes[0]
    boxes = [("square", left, top, width, height), *pictures[3].boxes[1:]]
    relabelled = Drawn(pictures[3].name, pictures[3].content, boxes)
    assert label == "circle"
    put_set(wide, [*pictures[:3], relabelled, *pictures[4:]])
    again = wide.run()
    assert (again["outcome"], again["new_pictures"]) == ("deployed", 1)
    # But for the relabelled one nobody changes sides.
    before, after = sides(wide, first["version"]), sides(wide, again["version"])
    assert [before_side ^ after_side for before_side, after_side in zip(before, after, strict=True)] == [
        set(),
        set(),
    ]


def test_a_file_of_another_name_is_still_the_source_of_the_environment(
    wide: Operator, wide_assembly: Path, tmp_path: Path
) -> None:
    pictures = list(shapes.drawn(20))
    put_set(wide, pictures)
    assert wide.run()["outcome"] == "deployed"
    put_set(wide, list(shapes.drawn(21)), "next.manifest")
    renamed = changed_assembly(wide_assembly, tmp_path, rename)

    outputs = deploy_assembly(aws=wide.aws, assembly_dir=renamed, stack_name=STACK)

    report = Operator(aws=wide.aws, outputs=outputs).run()
    assert report["outcome"] == "nothing_to_train"
    assert "1 of 10" in report["reason"]


def rename(template: Template) -> None:
    """As a deployment with another file in `data_source` does."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            parts = resource["Properties"]["DefinitionString"]["Fn::Join"][1]
            for index, part in enumerate(parts):
                if isinstance(part, str):
                    parts[index] = part.replace("train.manifest", "next.manifest")


def test_both_datasets_of_another_project_are_copied_and_the_model_gated(wide: Operator) -> None:
    wide.set("Minimum-F1-Score", "0.85")
    pictures = list(shapes.drawn(30))
    train = dataset(wide, "TRAIN", put_set(wide, pictures[:20]))
    test = dataset(wide, "TEST", put_set(wide, pictures[20:], "test.manifest"))

    report = wide.run(data_source={"kind": "dataset", "train": train, "test": test})

    assert (report["outcome"], report["minimum_f1"]) == ("deployed", 0.85)
    assert report["f1"] >= 0.85
    assert report["data_source"] == f"{train} and {test}"
    assert sides(wide, report["version"]) == [
        {f"s3://{BUCKET}/{FOLDER}{picture.name}" for picture in side}
        for side in (pictures[:20], pictures[20:])
    ]


def test_a_training_dataset_alone_is_split(wide: Operator) -> None:
    train = dataset(wide, "TRAIN", put_set(wide, list(shapes.drawn(20))))

    report = wide.run(data_source={"kind": "dataset", "train": train})

    assert report["outcome"] == "deployed"
    assert report["pictures"]["train"] + report["pictures"]["test"] == 20
    assert report["pictures"]["test"] > 0


def test_a_dataset_that_is_gone_is_named(wide: Operator) -> None:
    train = dataset(wide, "TRAIN", put_set(wide, list(shapes.drawn(20))))
    wide.aws.client("rekognition").delete_dataset(DatasetArn=train)
    time.sleep(0.2)

    found = wide.run_red(data_source={"kind": "dataset", "train": train})

    assert found["error"] == "DatasetUnreadable"
    assert train in found["cause"]
