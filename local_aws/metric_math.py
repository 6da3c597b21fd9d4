"""Metric math, one period at a time: the part of CloudWatch's language that alarms are made of.

CloudWatch User Guide, "Using math expressions with CloudWatch metrics": + - * / and unary minus,
comparisons (1 or 0), AND and OR, FILL(m, number), IF, and SUM, MAX, MIN and AVG of METRICS() or of a
list. An operation on a missing datapoint is missing. Functions of a whole series, as RATE, are not
here.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

Value = float | None | list[float | None]

_ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_OVER_MANY: Mapping[str, Callable[[list[float]], float]] = {
    "AVG": lambda values: sum(values) / len(values),
    "MAX": max,
    "MIN": min,
    "SUM": sum,
}


class UnsupportedExpressionError(ValueError):
    """The expression uses what is not simulated here; the message quotes it."""


def evaluate(expression: str, values: Mapping[str, float | None]) -> float | None:
    """The expression's value in one period; `values` are those of the metrics, by id.

    Raises UnsupportedExpressionError.
    """
    found = _value(_parsed(expression), values, expression)
    if isinstance(found, list):
        raise UnsupportedExpressionError(f"The expression {expression!r} yields several series, not one.")
    return found


def check(expression: str) -> None:
    """Raise UnsupportedExpressionError unless the expression can be read."""
    for node in ast.walk(_parsed(expression)):
        if isinstance(node, ast.Call) and _function(node) not in ("FILL", "IF", "METRICS", *_OVER_MANY):
            raise _unsupported(expression)


def names(expression: str) -> set[str]:
    """Ids that the expression refers to, function names among them."""
    return {node.id for node in ast.walk(_parsed(expression)) if isinstance(node, ast.Name)}


def _parsed(expression: str) -> ast.expr:
    python = expression.replace("&&", " and ").replace("||", " or ")
    python = python.replace(" AND ", " and ").replace(" OR ", " or ")
    try:
        return ast.parse(python.strip(), mode="eval").body
    except SyntaxError as problem:
        raise _unsupported(expression) from problem


def _value(node: ast.expr, values: Mapping[str, float | None], whole: str) -> Value:
    if isinstance(node, ast.Name) and node.id in values:
        return values[node.id]
    if isinstance(node, ast.Call):
        return _called(node, values, whole)
    if isinstance(node, ast.List):
        return [_single(item, values, whole) for item in node.elts]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    operation, operands = _operation(node, whole)
    known = [_single(operand, values, whole) for operand in operands]
    return _applied(operation, [each for each in known if each is not None]) if None not in known else None


def _operation(node: ast.expr, whole: str) -> tuple[Callable[..., Any], list[ast.expr]]:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return operator.neg, [operand]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            return _ARITHMETIC[type(op)], [left, right]
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            return _COMPARISONS[type(op)], [left, right]
        case ast.BoolOp(op=ast.And(), values=parts):
            return lambda *given: all(given), parts
        case ast.BoolOp(op=ast.Or(), values=parts):
            return lambda *given: any(given), parts
    raise _unsupported(whole)


def _called(node: ast.Call, values: Mapping[str, float | None], whole: str) -> Value:
    name = _function(node)
    if name == "METRICS" and not node.args:
        return list(values.values())
    if name == "FILL" and len(node.args) == 2:
        found = _single(node.args[0], values, whole)
        return _single(node.args[1], values, whole) if found is None else found
    if name == "IF" and len(node.args) == 3:
        condition = _single(node.args[0], values, whole)
        if condition is None:
            return None
        return _single(node.args[1 if condition else 2], values, whole)
    if name in _OVER_MANY and len(node.args) == 1:
        series = _value(node.args[0], values, whole)
        if isinstance(series, list):
            known = [each for each in series if each is not None]
            return float(_OVER_MANY[name](known)) if known else None
    raise _unsupported(whole)


def _single(node: ast.expr, values: Mapping[str, float | None], whole: str) -> float | None:
    found = _value(node, values, whole)
    if isinstance(found, list):
        raise _unsupported(whole)
    return found


def _applied(operation: Callable[..., Any], operands: list[float]) -> float | None:
    try:
        return float(operation(*operands))
    except ZeroDivisionError:
        return None  # CloudWatch gives no datapoint for it


def _function(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _unsupported(expression: str) -> UnsupportedExpressionError:
    return UnsupportedExpressionError(
        f"The local AWS cannot evaluate the metric math expression {expression!r}. It knows + - * /, "
        "comparisons, AND, OR, FILL with a number, IF, and SUM, MAX, MIN, AVG of METRICS() or a list."
    )
