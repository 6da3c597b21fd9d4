"""The stack of an environment that works in a project which people made."""

import pytest

from tests.infrastructure.asl import evaluate, machines
from tests.infrastructure.optional import ACCOUNT, PROJECT, REGION, arguments, with_rights, workflow
from tests.infrastructure.templates import Json, Template


def test_an_adopted_project_is_not_made_and_the_rights_are_on_it_alone(everything: Template) -> None:
    on = {
        resource
        for rights in with_rights(everything, "rekognition:").values()
        for resource in rights
        if resource != "*"
    }

    assert everything.of_type("AWS::Rekognition::Project") == {}
    # Which models take the account's slots is looked at in every project.
    (anywhere,) = (resource for resource in on if resource.endswith(":project/*/*"))
    assert on - {anywhere} == {f"{PROJECT}/{rest}" for rest in ("*", "version/*/*", "dataset/*/*")}
    assert arguments(everything, "Train the version")["ProjectArn"] == f"{PROJECT}/1700000000000"
    assert arguments(everything, "Look at the old datasets")["ProjectNames"] == ["fruit"]
    assert everything.body["Outputs"]["ProjectName"]["Value"] == "fruit"


def test_a_stack_with_an_adopted_project_is_refused_in_another_account_or_region(
    everything: Template,
) -> None:
    (rule,) = [rule for name, rule in everything.body["Rules"].items() if "Place" in name]

    assert [assertion["Assert"]["Fn::Equals"] for assertion in rule["Assertions"]] == [
        [{"Ref": "AWS::Region"}, REGION],
        [{"Ref": "AWS::AccountId"}, ACCOUNT],
    ]


OWNERSHIP = {
    "Read which datasets the pipeline made",
    "Did the pipeline make the old datasets?",
    "The datasets are not the pipeline's",
    "Write down the TRAIN dataset",
    "Write down the TEST dataset",
}


def test_only_an_adopted_project_and_a_single_slot_make_the_workflows_larger(
    everything: Template, brought: Template, narrow: Template, dev: Template
) -> None:
    def states(of: Template) -> dict[str, set[str]]:
        return {name: set(machine.states) for name, machine in machines(of).items()}

    ordinary = states(dev)
    assert states(brought) == ordinary
    larger = states(narrow)
    assert [name.rstrip("0123456789ABCDEF") for name in ordinary if larger[name] != ordinary[name]] == [
        "Deployment"
    ]
    assert {
        name: found - ordinary[name] for name, found in states(everything).items() if found - ordinary[name]
    } == {next(name for name in ordinary if name.startswith("Training")): OWNERSHIP}


RUNNING = [{"version": "theirs", "status": "RUNNING"}]


@pytest.mark.parametrize(("live", "adopted", "own"), [("", False, True), ("ours", True, True)])
def test_people_s_models_run_on_in_an_adopted_project_until_the_first_deployment(
    everything: Template, dev: Template, live: str, adopted: bool, own: bool
) -> None:
    for template, expected in ((everything, adopted), (dev, own)):
        (rule,) = workflow(template, "Training").states["Does a stray model run?"]["Choices"]
        assert evaluate(rule["Condition"], hosted=RUNNING, live={"version": live}) is expected
        choices = workflow(template, "Deployment").states["Does another model run?"]["Choices"]
        done = [rule for rule in choices if rule["Next"] == choices[0]["Next"]]
        left_alone = any(evaluate(rule["Condition"], hosted=RUNNING, live={"version": live}) for rule in done)
        assert left_alone is not expected


@pytest.mark.parametrize(
    ("item", "foreign"),
    [
        (None, ["arn:old/1", "arn:old/2"]),
        ({"TRAIN": {"S": "arn:old/1"}}, ["arn:old/2"]),
        ({"TRAIN": {"S": "arn:old/1"}, "TEST": {"S": "arn:old/2"}}, []),
    ],
)
def test_a_dataset_is_foreign_unless_it_was_written_down(
    everything: Template, item: Json | None, foreign: list[str]
) -> None:
    read = workflow(everything, "Training").states["Read which datasets the pipeline made"]
    found = evaluate(
        read["Assign"]["foreign"],
        datasets=[{"arn": "arn:old/1"}, {"arn": "arn:old/2"}],
        states={"result": {"Item": item} if item else {}},
    )

    assert found == foreign
    (rule,) = workflow(everything, "Training").states["Did the pipeline make the old datasets?"]["Choices"]
    assert evaluate(rule["Condition"], foreign=found) is bool(foreign)


def test_the_meter_knows_that_models_of_an_adopted_project_may_be_people_s(
    everything: Template, template: Template
) -> None:
    for of, expected in ((everything, "true"), (template, None)):
        _, meter = of.only("AWS::Lambda::Function", Handler="measure_pipeline.handler.handler")
        variables = meter["Properties"]["Environment"]["Variables"]
        assert variables.get("PROJECT_IS_ADOPTED") == expected
