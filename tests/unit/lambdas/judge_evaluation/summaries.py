"""Evaluation summaries in the layouts that Rekognition documents."""

from typing import Any

ARN = "arn:aws:rekognition:us-east-1:000000000000:project/P/version/set-1/1"


def label_result(label: str, f1: object = 0.9, *, pictures: int = 4, **metrics: object) -> dict[str, Any]:
    figures = {"F1Score": f1, "Precision": 0.8, "Recall": 1.0, "Threshold": 0.6, **metrics}
    return {"Label": label, "NumberOfTestingImages": pictures, "Metrics": figures}


def summary(
    *labels: dict[str, Any], f1: object = 0.9, nested: bool = False, trained: list[str] | None = None
) -> dict[str, Any]:
    """A whole summary; `nested`: the figures of the model are under `Metrics`, too."""
    figures = {"F1Score": f1, "Precision": 0.85, "Recall": 0.95}
    return {
        "Version": 1,
        "AggregatedEvaluationResults": {
            "ConfusionMatrix": [{"GroundTruthLabel": "cat", "PredictedLabel": "cat", "Value": 1.0}],
            **({"Metrics": figures} if nested else figures),
        },
        "EvaluationDetails": {
            "EvaluationEndTimestamp": "2026-01-01T00:00:00",
            "Labels": trained if trained is not None else [label["Label"] for label in labels],
            "NumberOfTrainingImages": 16,
            "NumberOfTestingImages": 4,
            "ProjectVersionArn": ARN,
        },
        "LabelEvaluationResults": list(labels),
    }
