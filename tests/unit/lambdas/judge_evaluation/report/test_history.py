"""What the registry tells of other versions."""

import json
from typing import TYPE_CHECKING

import pytest

from lambdas.judge_evaluation.report.history import Former, former, judgements
from lambdas.judge_evaluation.report.registry import VersionRegistry
from tests.unit.lambdas.conftest import REGISTRY_TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


def row(name: str, **changed: object) -> dict[str, object]:
    return {
        "name": name,
        "judged_at": f"2026-01-01T00:00:0{name}Z",
        "f1": "0.5",
        "outcome": "deployed",
        **changed,
    }


def test_versions_come_oldest_first_without_this_one_and_those_without_a_score() -> None:
    rows = [row("3"), row("1"), row("2", f1=None), row("4", outcome=None), row("5", f1="NaN"), row("6")]

    assert [each["version"] for each in judgements(rows, without="6")] == ["1", "3"]


def test_only_the_last_are_told() -> None:
    assert [each["version"] for each in judgements(map(row, "123456"), without="", most=2)] == ["5", "6"]


@pytest.mark.parametrize("labels", [None, "no json", "{}", "[1]", json.dumps([{"label": "a", "f1": None}])])
def test_labels_that_cannot_be_read_are_not_known(labels: object) -> None:
    assert former({"f1": "0.8", "labels": labels}) == Former(f1=0.8)


def test_the_registry_is_read(registry: "DynamoDBClient") -> None:
    labels = json.dumps([{"label": "cat", "f1": 0.7}])
    for kind, name in (("version", "set-1"), ("version", "set-2"), ("pointer", "live")):
        item = {
            "kind": {"S": kind},
            "name": {"S": name},
            "f1": {"N": "0.75"},
            "judged_at": {"S": "2026-01-01T00:00:00Z"},
            "outcome": {"S": "rejected"},
            "digest": {"S": "d"},
            "labels": {"S": labels},
        }
        registry.put_item(TableName=REGISTRY_TABLE, Item=item)
    found = VersionRegistry(client=registry, table=REGISTRY_TABLE)

    assert former(found.version("set-1")) == Former(f1=0.75, digest="d", label_f1={"cat": 0.7})
    assert found.version("set-3") is None
    assert former(None) == Former()
    assert judgements(found.versions(), without="set-2") == [
        {"version": "set-1", "judged_at": "2026-01-01T00:00:00Z", "f1": 0.75, "outcome": "rejected"}
    ]
