from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber

from lambdas.ask_model.errors import StorageDenied
from lambdas.ask_model.model import Model, NoAnswer, Why, why
from lambdas.ask_model.request import Place

if TYPE_CHECKING:
    from mypy_boto3_rekognition.client import RekognitionClient

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/p/version/set-1/1700000000000"
PICTURE = Place(bucket="pictures", key="a b.png")
ASKED = {"ProjectVersionArn": ARN, "Image": {"S3Object": {"Bucket": "pictures", "Name": "a b.png"}}}


@pytest.fixture
def client(aws: None) -> "RekognitionClient":
    client: RekognitionClient = boto3.client("rekognition")
    return client


@pytest.fixture
def stub(client: "RekognitionClient") -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def test_an_answer_is_given_in_shares_with_the_time_it_took(
    client: "RekognitionClient", stub: Stubber
) -> None:
    labels = [
        {"Name": "cat", "Confidence": 90.0, "Geometry": {}},
        {
            "Name": "dog",
            "Confidence": 50.0,
            "Geometry": {"BoundingBox": {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4}},
        },
    ]
    stub.add_response("detect_custom_labels", {"CustomLabels": labels}, ASKED)
    times = iter([10.0, 10.25])

    answer = Model(client=client, arn=ARN, clock=lambda: next(times)).ask(PICTURE)

    assert answer.milliseconds == 250
    assert answer.found == [
        {"label": "cat", "confidence": 0.9},
        {"label": "dog", "confidence": 0.5, "box": {"left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4}},
    ]


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("ImageTooLargeException", Why.UNREADABLE),
        ("InvalidImageFormatException", Why.UNREADABLE),
        ("InvalidS3ObjectException", Why.UNREADABLE),
        ("LimitExceededException", Why.BUSY),
        ("ProvisionedThroughputExceededException", Why.BUSY),
        ("ThrottlingException", Why.BUSY),
        ("ResourceNotReadyException", Why.NOT_READY),
        ("ResourceNotFoundException", Why.NOT_READY),
        ("InternalServerError", Why.FAULT),
        ("InvalidParameterException", Why.FAULT),
    ],
)
def test_every_refusal_has_a_meaning(
    client: "RekognitionClient", stub: Stubber, code: str, meaning: Why
) -> None:
    stub.add_client_error("detect_custom_labels", code)

    with pytest.raises(NoAnswer) as refused:
        Model(client=client, arn=ARN).ask(PICTURE)

    assert (refused.value.code, why(refused.value.code)) == (code, meaning)


def test_a_lost_connection_is_a_fault(client: "RekognitionClient", monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(**_asked: object) -> None:
        raise ReadTimeoutError(endpoint_url="https://rekognition")

    monkeypatch.setattr(client, "detect_custom_labels", lose)
    with pytest.raises(NoAnswer) as refused:
        Model(client=client, arn=ARN).ask(PICTURE)

    assert why(refused.value.code) is Why.FAULT


def test_a_denial_is_no_models_fault(client: "RekognitionClient", stub: Stubber) -> None:
    stub.add_client_error("detect_custom_labels", "AccessDeniedException")

    with pytest.raises(StorageDenied, match="DetectCustomLabels"):
        Model(client=client, arn=ARN).ask(PICTURE)
