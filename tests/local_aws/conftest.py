"""One local AWS for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from local_aws.launcher import LocalAws

# Waits of AWS minutes take hundredths of a second.
TIME_SCALE = 0.0005


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "mend(name): the test fails when that mend is left out")


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """Shared: tests make resources of their own. `LOCAL_AWS_WITHOUT_MEND` leaves a mend out, to see its
    test fail."""
    without = [name for name in os.environ.get("LOCAL_AWS_WITHOUT_MEND", "").split(",") if name]
    with LocalAws(port=0, time_scale=TIME_SCALE, without_mends=without) as running:
        yield running
