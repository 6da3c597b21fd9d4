"""The form of `report.json`: the types here and the schema in docs/ are the same."""

import copy
import json
from typing import Any, get_type_hints

import pytest

from lambdas.judge_evaluation.report import model
from lambdas.judge_evaluation.verdict import Comparison
from tests.report_schema import SCHEMA, violations

from . import samples


def test_a_report_agrees_with_its_schema() -> None:
    report = samples.report()
    report["most_wrong"].append(samples.boxed())

    assert violations(report) == []


def test_a_report_of_what_is_not_known_agrees_with_its_schema() -> None:
    report = samples.report()
    report["champion"] = report["confusion"] = report["verdict"]["comparison"] = None
    report["data_set"] = {"train": None, "test": None, "changes": None}
    report["training"] = {"billed_seconds": None, "usd": None, "ended_at": None}

    assert violations(report) == []


def test_the_schema_names_the_members_of_the_types() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    parts = schema["properties"]

    def members(part: Any) -> set[str]:
        return set(part.get("items", part)["properties"])

    for kind, part in (
        (model.Report, schema),
        (model.VerdictReport, parts["verdict"]),
        (Comparison, schema["definitions"]["comparison"]),
        (model.Scores, parts["scores"]),
        (model.Champion, parts["champion"]),
        (model.Judgement, parts["history"]),
        (model.LabelReport, parts["labels"]),
        (model.Confusion, parts["confusion"]),
        (model.WrongPicture, parts["most_wrong"]),
        (model.DataSet, parts["data_set"]),
        (model.Changes, parts["data_set"]["properties"]["changes"]),
        (model.Training, parts["training"]),
        (model.Files, parts["files"]),
    ):
        assert members(part) == set(get_type_hints(kind)), kind


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), 2),
        (("scores", "f1"), 1.5),
        (("verdict", "verdict"), "maybe"),
        (("most_wrong", 0, "picture"), "https://example.com/a.jpg"),
        (("history",), []),
        (("labels", 0, "colour"), "red"),
    ],
)
def test_the_schema_refuses_what_is_no_report(path: tuple[str | int, ...], value: object) -> None:
    report: Any = copy.deepcopy(samples.report())
    part = report
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value

    assert violations(report)
