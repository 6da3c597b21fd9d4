"""`make demo` is the first command that a reader runs."""

from __future__ import annotations

from local_aws.config import Settings
from tests.workflows.conftest import TIME_SCALE
from tools import demo


def test_all_that_the_demo_shows_is_true() -> None:
    assert demo.run(Settings(time_scale=TIME_SCALE))
