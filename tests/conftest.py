"""Options of this project's tests."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-faults",
        action="store_true",
        help="run every generated fault, stop and missing permission instead of a sample",
    )
