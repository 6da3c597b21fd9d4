import json
from typing import Any

import pytest

from lambdas.judge_evaluation.errors import EvaluationUnreadable
from lambdas.judge_evaluation.summary import Evaluation, LabelEvaluation, read_summary

from .summaries import label_result, summary


def read(document: object) -> Evaluation:
    return read_summary(json.dumps(document).encode(), where="s3://b/summary.json")


@pytest.mark.parametrize("nested", [False, True])
def test_the_figures_of_the_model_are_read_in_both_documented_layouts(nested: bool) -> None:
    evaluation = read(summary(label_result("cat"), f1=0.9, nested=nested))

    assert (evaluation.f1, evaluation.precision, evaluation.recall) == (0.9, 0.85, 0.95)


def test_the_flat_layout_is_read_first() -> None:
    document = summary(f1=0.9)
    document["AggregatedEvaluationResults"]["Metrics"] = {"F1Score": 0.1, "Precision": 0.2}

    assert read(document).f1 == 0.9


@pytest.mark.parametrize("nested", [False, True])
def test_the_figures_of_a_label_are_read_in_both_layouts(nested: bool) -> None:
    result = label_result("cat", 0.9)
    if not nested:
        result.update(result.pop("Metrics"))

    assert read(summary(result)).labels == [
        LabelEvaluation(label="cat", f1=0.9, precision=0.8, recall=1.0, threshold=0.6, test_pictures=4)
    ]


def test_the_figures_of_a_label_without_test_pictures_mean_nothing() -> None:
    evaluation = read(summary(label_result("cat", 0.0, pictures=0), label_result("dog")))

    assert evaluation.labels[0] == LabelEvaluation(
        label="cat", f1=None, precision=None, recall=None, threshold=None, test_pictures=0
    )
    assert evaluation.untested == ["cat"]


def test_a_trained_label_that_was_not_evaluated_is_untested() -> None:
    assert read(summary(label_result("dog"), trained=["cat", "dog"])).untested == ["cat"]


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "null", '"0.9"', "true"])
def test_what_is_no_number_is_no_figure(figure: str) -> None:
    text = json.dumps(summary(label_result("cat", "here"), f1="here")).replace('"here"', figure)

    evaluation = read_summary(text.encode(), where="x")

    assert (evaluation.f1, evaluation.labels[0].f1) == (None, None)


def broken(**changed: Any) -> dict[str, Any]:
    return {**summary(label_result("cat")), **changed}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "AggregatedEvaluationResults"),
        (None, "AggregatedEvaluationResults"),
        ({"message": "no"}, "it has message"),
        (broken(AggregatedEvaluationResults=[]), "AggregatedEvaluationResults"),
        (broken(LabelEvaluationResults=None), "LabelEvaluationResults"),
        (broken(LabelEvaluationResults=[{"Metrics": {}}]), "without Label"),
        (broken(LabelEvaluationResults=["cat"]), "without Label"),
    ],
)
def test_a_document_that_is_no_summary_is_refused_with_its_place(document: object, said: str) -> None:
    with pytest.raises(EvaluationUnreadable, match=r"s3://b/summary\.json") as caught:
        read(document)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\xff", b"<html>"])
def test_what_is_not_json_is_refused(content: bytes) -> None:
    with pytest.raises(EvaluationUnreadable, match="not JSON"):
        read_summary(content, where="x")


def test_details_are_not_needed() -> None:
    assert read(broken(EvaluationDetails=None)).untested == []
