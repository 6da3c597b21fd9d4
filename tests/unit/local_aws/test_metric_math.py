"""Metric math, one period at a time."""

from __future__ import annotations

import pytest

from local_aws.metric_math import UnsupportedExpressionError, check, evaluate

VALUES = {"failed": 2.0, "started": 8.0, "absent": None}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("failed", 2),
        ("100 * failed / started", 25),
        ("-(failed - started)", 6),
        ("failed + absent", None),
        ("failed + FILL(absent, 0)", 2),
        ("failed / (started - 8)", None),
        ("IF(started > 5, failed, 0)", 2),
        ("IF(started >= 9 || failed == 1, 1, 0)", 0),
        ("started > 5 AND failed > 1", 1),
        ("SUM(METRICS())", 10),
        ("MAX([failed, started, absent])", 8),
        ("AVG([failed, started])", 5),
        ("MIN([absent])", None),
    ],
)
def test_an_expression_has_the_value_that_cloudwatch_gives_it(expression: str, value: float | None) -> None:
    assert evaluate(expression, VALUES) == value


@pytest.mark.parametrize("expression", ["RATE(failed)", "failed +", "SELECT 1", "failed.real", "METRICS()"])
def test_what_is_not_simulated_is_refused(expression: str) -> None:
    with pytest.raises(UnsupportedExpressionError, match="expression"):
        evaluate(expression, VALUES)


def test_an_unknown_function_is_refused_before_there_is_data() -> None:
    with pytest.raises(UnsupportedExpressionError, match="RATE"):
        check("RATE(failed)")
