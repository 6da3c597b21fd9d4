from typing import Any

import pytest

from lambdas.explain_failure.errors import RequestInvalid, SettingsMissing
from lambdas.explain_failure.request import Place, Request
from lambdas.explain_failure.settings import Settings

PLACE = {"Bucket": "b", "Name": "evaluation/k"}
EVENT = {"version": "set-1", "said": "Boom.", "summary": PLACE, "training": PLACE, "testing": None}


def test_what_the_workflow_sends_is_understood() -> None:
    assert Request.from_event(EVENT) == Request(
        version="set-1",
        said="Boom.",
        summary=Place(bucket="b", key="evaluation/k"),
        validation={"training": Place(bucket="b", key="evaluation/k")},
    )


@pytest.mark.parametrize("manifests", [None, {}])
def test_manifests_are_those_of_refused_datasets_only(manifests: Any) -> None:
    assert Request.from_event({**EVENT, "manifests": manifests}).manifests == {}
    refused = {"testing": {"Bucket": "b", "Name": "manifests/d/test.manifest"}}
    found = Request.from_event({**EVENT, "manifests": refused}).manifests
    assert found == {"testing": Place(bucket="b", key="manifests/d/test.manifest")}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"version": ""}, "version"),
        ({"version": None}, "version"),
        ({"said": None}, "said"),
        ({"summary": "s3://b/k"}, "summary"),
        ({"training": {"Bucket": "b"}}, "training"),
        ({"testing": {"Bucket": "", "Name": "k"}}, "testing"),
        ({"manifests": ["k"]}, "manifests"),
        ({"manifests": {"training": "k"}}, "training"),
    ],
)
def test_what_it_does_not_send_is_refused_by_name(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(RequestInvalid, match=f'"{named}" is '):
        Request.from_event({**EVENT, **changed})


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "BUCKET_NAME.*RESULTS_PREFIX"),
        ({"BUCKET_NAME": " ", "RESULTS_PREFIX": "a/"}, "BUCKET_NAME"),
        ({"BUCKET_NAME": "b"}, "RESULTS_PREFIX"),
    ],
)
def test_a_missing_setting_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsMissing, match=named):
        Settings.from_environment(environment)
