from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lambdas.explain_failure.dataset_entries import SECONDS_A_CALL, DatasetEntries
from lambdas.explain_failure.errors import StorageDenied, StorageRefused, StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_rekognition.client import RekognitionClient

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/p/dataset/train/1"


class FakeClient:
    """Two pages, the first of which takes a while."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.now = 0.0
        self.slept: list[float] = []

    def list_dataset_entries(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        self.now += 0.15 if len(self.asked) == 1 else 0.5
        if "NextToken" not in asked:
            return {"DatasetEntries": ["{1}", "{2}"], "NextToken": "more"}
        return {"DatasetEntries": ["{3}"], **({"NextToken": "again"} if asked["NextToken"] == "more" else {})}

    def entries(self) -> DatasetEntries:
        return DatasetEntries(
            client=cast("RekognitionClient", self), sleep=self.slept.append, clock=lambda: self.now
        )


@pytest.mark.parametrize(("only_errors", "filters"), [(False, {}), (True, {"HasErrors": True})])
def test_entries_come_in_pages_of_a_hundred(only_errors: bool, filters: dict[str, bool]) -> None:
    client = FakeClient()

    assert list(client.entries().pages(ARN, only_errors=only_errors)) == [["{1}", "{2}"], ["{3}"], ["{3}"]]

    every = {"DatasetArn": ARN, "MaxResults": 100, **filters}
    assert client.asked == [every, {**every, "NextToken": "more"}, {**every, "NextToken": "again"}]


def test_it_asks_no_faster_than_rekognition_allows() -> None:
    client = FakeClient()
    list(client.entries().pages(ARN, only_errors=False))

    assert client.slept == [pytest.approx(SECONDS_A_CALL - 0.15), 0.0]


def client_error(code: str, status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "ListDatasetEntries")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (client_error("AccessDeniedException"), StorageDenied),
        (client_error("ThrottlingException"), StorageUnavailable),
        (client_error("ProvisionedThroughputExceededException"), StorageUnavailable),
        (client_error("InternalServerError", 500), StorageUnavailable),
        (client_error("ResourceNotReadyException"), StorageUnavailable),
        (client_error("ResourceNotFoundException"), StorageRefused),
        (client_error("InvalidParameterException"), StorageRefused),
        (EndpointConnectionError(endpoint_url="x"), StorageUnavailable),
    ],
)
def test_a_denial_is_told_from_a_bad_moment_from_a_refusal(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, expected: type[Exception]
) -> None:
    client = FakeClient()

    def fail(**_keywords: object) -> None:
        raise raised

    monkeypatch.setattr(client, "list_dataset_entries", fail)

    with pytest.raises(expected, match=f"listing the entries of {ARN}"):
        list(client.entries().pages(ARN, only_errors=False))
