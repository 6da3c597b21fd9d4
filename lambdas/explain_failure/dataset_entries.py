"""A dataset's entries, through Rekognition."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .aws_errors import domain_errors

if TYPE_CHECKING:
    from mypy_boto3_rekognition.client import RekognitionClient
    from mypy_boto3_rekognition.type_defs import ListDatasetEntriesRequestTypeDef

_PAGE = 100
"""The most that ListDatasetEntries gives at once."""
SECONDS_A_CALL = 0.2
"""Rekognition allows 5 calls a second of each such operation to an account ("Amazon Rekognition endpoints and
quotas"): faster ones would be throttled, and so would somebody else's."""


class DatasetEntries:
    """See `dropped.Entries`."""

    def __init__(
        self,
        *,
        client: "RekognitionClient",
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._clock = clock

    def pages(self, arn: str, *, only_errors: bool) -> Iterator[list[str]]:
        asked: ListDatasetEntriesRequestTypeDef = {"DatasetArn": arn, "MaxResults": _PAGE}
        if only_errors:
            asked["HasErrors"] = True
        while True:
            began = self._clock()
            with domain_errors(f"listing the entries of {arn}"):
                answer = self._client.list_dataset_entries(**asked)
            yield answer.get("DatasetEntries", [])
            token = answer.get("NextToken")
            if not token:
                return
            asked["NextToken"] = token
            self._sleep(max(0.0, SECONDS_A_CALL - (self._clock() - began)))
