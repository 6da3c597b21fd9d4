"""What a running model answers."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from local_aws.rekognition import quotas
from tests.unit.local_aws.rekognition.drawing import flat, noise, tinted
from tests.unit.local_aws.rekognition.fakes import ACCOUNT, BUCKET, CallError, Lab
from tests.unit.local_aws.rekognition.trained import COLOURS, ready_project, trained_version


@pytest.fixture(scope="module")
def running() -> tuple[Lab, str]:
    """A lab with a running model of red and blue."""
    lab = Lab()
    arn = trained_version(lab, ready_project(lab))
    lab.call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=1)
    lab.time.pass_seconds(300)
    return lab, arn


def detect(running: tuple[Lab, str], content: bytes, **params: Any) -> list[dict[str, Any]]:
    lab, arn = running
    answer = lab.call("DetectCustomLabels", ProjectVersionArn=arn, Image={"Bytes": content}, **params)
    labels: list[dict[str, Any]] = answer["CustomLabels"]
    return labels


def red(seed: int = 99) -> bytes:
    return tinted(COLOURS["red"], np.random.default_rng(seed))


@pytest.mark.parametrize("params", [{}, {"MinConfidence": 70.0}])
def test_a_new_picture_gets_its_label(running: tuple[Lab, str], params: dict[str, float]) -> None:
    for seed in range(90, 100):
        assert [item["Name"] for item in detect(running, red(seed), **params)] == ["red"]


def test_a_picture_in_s3_gets_its_label(running: tuple[Lab, str]) -> None:
    lab, arn = running
    lab.store.put("new.png", red())
    image = {"S3Object": {"Bucket": BUCKET, "Name": "new.png"}}
    answer = lab.call("DetectCustomLabels", ProjectVersionArn=arn, Image=image)
    assert [item["Name"] for item in answer["CustomLabels"]] == ["red"]


def test_a_picture_unlike_all_that_were_learnt_gets_the_nearest_label(running: tuple[Lab, str]) -> None:
    assert detect(running, flat("darkred", side=500), MinConfidence=0.0)[0]["Name"] == "red"


def test_confidence_zero_gives_every_label_the_surest_first(running: tuple[Lab, str]) -> None:
    labels = detect(running, red(), MinConfidence=0.0)
    assert [item["Name"] for item in labels] == ["red", "blue"]
    assert labels[0]["Confidence"] > 80
    assert sum(item["Confidence"] for item in labels) == pytest.approx(100)


def test_only_the_surest_labels_are_given_when_there_is_a_maximum(running: tuple[Lab, str]) -> None:
    assert len(detect(running, red(), MinConfidence=0.0, MaxResults=1)) == 1


def test_each_label_has_its_own_threshold_unless_a_confidence_is_given() -> None:
    lab = Lab()
    arn = trained_version(lab, ready_project(lab))
    lab.call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=1)
    lab.time.pass_seconds(300)
    _, version = lab.platform.account(ACCOUNT, "us-east-1").version(arn)
    assert version.model is not None
    version.model = replace(version.model, thresholds={"red": 0.999999, "blue": 0.0})
    assert [item["Name"] for item in detect((lab, arn), red())] == ["blue"]
    assert [item["Name"] for item in detect((lab, arn), red(), MinConfidence=70.0)] == ["red"]


def test_a_high_confidence_may_leave_nothing(running: tuple[Lab, str]) -> None:
    picture = noise(np.random.default_rng(1))
    assert detect(running, picture, MinConfidence=100.0) == []


def test_a_jpeg_of_another_mode_and_shape_is_read(running: tuple[Lab, str]) -> None:
    content = io.BytesIO()
    Image.new("CMYK", (1000, 64), (0, 200, 200, 40)).save(content, "JPEG")
    assert len(detect(running, content.getvalue(), MinConfidence=0.0)) == 2


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_a_png_of_any_mode_is_read(running: tuple[Lab, str], mode: str) -> None:
    content = io.BytesIO()
    Image.new(mode, (64, 64)).save(content, "PNG")
    assert len(detect(running, content.getvalue(), MinConfidence=0.0)) == 2


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"GIF89a" + b"\0" * 50, "InvalidImageFormatException"),
        (noise(np.random.default_rng(1))[:9000], "InvalidImageFormatException"),
        (flat("red", side=63), "InvalidParameterException"),
        (flat("red", side=4097), "ImageTooLargeException"),
        (flat("red") + b"\0" * quotas.MAX_DETECT_BYTES, "ImageTooLargeException"),
    ],
)
def test_a_picture_that_cannot_be_used_is_refused(
    running: tuple[Lab, str], content: bytes, error: str
) -> None:
    with pytest.raises(CallError) as refused:
        detect(running, content)
    assert refused.value.code == error


def test_a_picture_more_than_20_times_as_long_as_wide_is_refused(running: tuple[Lab, str]) -> None:
    content = io.BytesIO()
    Image.new("RGB", (64 * 21, 64)).save(content, "PNG")
    with pytest.raises(CallError, match="InvalidParameterException"):
        detect(running, content.getvalue())


@pytest.mark.parametrize("denied", [set(), {"new.png"}])
def test_a_picture_in_s3_that_the_caller_cannot_get_is_refused(denied: set[str]) -> None:
    lab = Lab()
    arn = trained_version(lab, ready_project(lab))
    lab.call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=1)
    lab.time.pass_seconds(300)
    lab.store.denied |= denied
    image = {"S3Object": {"Bucket": BUCKET, "Name": "new.png"}}
    with pytest.raises(CallError, match=r"InvalidS3ObjectException.*new\.png"):
        lab.call("DetectCustomLabels", ProjectVersionArn=arn, Image=image)


def test_exactly_one_source_of_the_picture_is_wanted(running: tuple[Lab, str]) -> None:
    lab, arn = running
    with pytest.raises(CallError, match="InvalidParameterException"):
        lab.call("DetectCustomLabels", ProjectVersionArn=arn, Image={})


def test_a_model_that_does_not_run_is_not_ready() -> None:
    lab = Lab()
    arn = trained_version(lab, ready_project(lab))
    for seconds in (0, 299):
        with pytest.raises(CallError, match="ResourceNotReadyException"):
            detect((lab, arn), red())
        if not seconds:
            lab.call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=1)
        lab.time.pass_seconds(seconds)
    lab.time.pass_seconds(1)
    assert detect((lab, arn), red())
    lab.call("StopProjectVersion", ProjectVersionArn=arn)
    with pytest.raises(CallError, match="ResourceNotReadyException"):
        detect((lab, arn), red())


def test_a_model_thinks_for_as_long_as_it_is_told(
    running: tuple[Lab, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, _ = running
    slept: list[float] = []
    monkeypatch.setattr(lab.platform, "sleep", slept.append)
    monkeypatch.setattr(lab.platform.wishes, "answer_seconds", 2.5)

    detect(running, red())

    assert slept == [2.5]
