from typing import Any

import pytest

from lambdas.explain_failure.dataset_request import DatasetRequest, WrittenDataset
from lambdas.explain_failure.errors import RequestInvalid
from lambdas.explain_failure.request import Place

TRAIN: dict[str, Any] = {
    "side": "training",
    "arn": "arn:train",
    "manifest": {"Bucket": "b", "Name": "manifests/d/train.manifest"},
    "written": 10,
    "kept": 8,
    "in_error": 1,
}
EVENT = {"mode": "datasets", "version": "set-1", "said": "8 of 10.", "datasets": [TRAIN]}


def test_what_the_workflow_sends_is_understood() -> None:
    assert DatasetRequest.from_event(EVENT) == DatasetRequest(
        version="set-1",
        said="8 of 10.",
        datasets=[
            WrittenDataset(
                side="training",
                arn="arn:train",
                manifest=Place(bucket="b", key="manifests/d/train.manifest"),
                written=10,
                kept=8,
                in_error=1,
            )
        ],
    )


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"version": ""}, "version"),
        ({"said": None}, "said"),
        ({"datasets": []}, "datasets"),
        ({"datasets": {}}, "datasets"),
        ({"datasets": ["TRAIN"]}, "datasets"),
        ({"datasets": [{**TRAIN, "side": "TRAIN"}]}, "side"),
        ({"datasets": [{**TRAIN, "arn": None}]}, "arn"),
        ({"datasets": [{**TRAIN, "manifest": None}]}, "manifest"),
        ({"datasets": [{**TRAIN, "manifest": "s3://b/k"}]}, "manifest"),
        ({"datasets": [{**TRAIN, "written": "10"}]}, "written"),
        ({"datasets": [{**TRAIN, "kept": True}]}, "kept"),
        ({"datasets": [{**TRAIN, "in_error": -1}]}, "in_error"),
    ],
)
def test_what_it_does_not_send_is_refused_by_name(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(RequestInvalid, match=f'"{named}" '):
        DatasetRequest.from_event({**EVENT, **changed})
