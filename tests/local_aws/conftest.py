"""One local AWS for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import without_mends

# Waits of AWS minutes take hundredths of a second.
TIME_SCALE = 0.0005


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "mend(name): the test fails when that mend is left out")


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """Shared: tests make resources of their own."""
    with LocalAws(port=0, time_scale=TIME_SCALE, without_mends=without_mends()) as running:
        yield running
