"""Which values a deployment may cost operators, and which of them are put back."""

from dataclasses import replace
from typing import Any

import pytest

from tools.kept_parameters import Fate, KeptParameter, Release, kept_parameters

PATH = "/TrainingPipeline-dev"
NAME = f"{PATH}/Minimum-F1-Score"
OPERATORS = KeptParameter(name=NAME, value="0.5", initial="0.8", coming="0.7", is_redefined=True)
NOBODYS = replace(OPERATORS, value="0.8")
LEFT_ALONE = replace(OPERATORS, coming="0.8", is_redefined=False)


def release(*, tags: dict[str, str] | None = None, **definition: Any) -> Release:
    properties = {"Name": NAME, "Value": "0.8", "Description": "A score.", **definition}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": properties}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {}}
    return Release(template={"Resources": {"P": parameter, "T": topic}}, tags=tags or {})


def kept(after: Release, values: dict[str, str] | None = None) -> tuple[KeptParameter, ...]:
    values = {NAME: "0.5"} if values is None else values
    return kept_parameters(values, path=PATH, before=release(), after=after)


def test_the_same_definition_is_not_written_again() -> None:
    assert not kept(release())[0].is_redefined


@pytest.mark.parametrize(
    "after",
    [release(Description="Other words."), release(Value="0.7"), release(tags={"owner": "somebody"})],
    ids=["description", "value", "tags of the stack"],
)
def test_any_other_definition_is_written_with_its_value(after: Release) -> None:
    assert kept(after)[0].is_redefined


def test_to_a_deployment_that_reverts_drift_an_operators_value_is_drift() -> None:
    (parameter,) = kept_parameters(
        {NAME: "0.5"}, path=PATH, before=release(), after=release(), reverts_drift=True
    )
    assert parameter.fate("0.8") is Fate.LOST


def test_a_parameter_that_is_new_is_nothing_to_keep() -> None:
    after = release()
    added = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": f"{PATH}/New", "Value": "1"}}
    assert [one.name for one in kept(replace(after, template={"Resources": {"N": added}}))] == [NAME]


def test_a_parameter_that_the_release_drops_is_told() -> None:
    (parameter,) = kept(Release(template={"Resources": {}}, tags={}))
    assert parameter.announcement() == "Minimum-F1-Score, now 0.5, is not part of this release."


def test_a_parameter_that_somebody_deleted_is_nothing_to_keep() -> None:
    assert kept(release(Value="0.7"), values={}) == ()


def test_parameters_of_others_are_left_alone() -> None:
    assert release().parameters("/TrainingPipeline") == {}


@pytest.mark.parametrize(
    ("parameter", "now", "fate"),
    [
        (OPERATORS, "0.5", Fate.SAME),
        (OPERATORS, "0.7", Fate.LOST),
        # A rollback writes the initial value of the release before.
        (OPERATORS, "0.8", Fate.LOST),
        (OPERATORS, "0.6", Fate.CHANGED),
        (OPERATORS, None, Fate.GONE),
        (NOBODYS, "0.8", Fate.SAME),
        (NOBODYS, "0.7", Fate.FOLLOWED),
        (NOBODYS, "0.6", Fate.CHANGED),
        # CloudFormation does not write it, so it was a person who set it to the initial value.
        (LEFT_ALONE, "0.8", Fate.CHANGED),
        (LEFT_ALONE, "0.6", Fate.CHANGED),
        (LEFT_ALONE, "0.5", Fate.SAME),
    ],
)
def test_the_fate_of_a_value_follows_from_what_is_there_afterwards(
    parameter: KeptParameter, now: str | None, fate: Fate
) -> None:
    assert parameter.fate(now) is fate


def test_only_a_value_that_will_be_written_over_is_announced() -> None:
    assert "is 0.5. CloudFormation is about to set it to 0.7; afterwards" in str(OPERATORS.announcement())
    assert replace(OPERATORS, is_redefined=False).announcement() is None
    assert NOBODYS.announcement() is None
