"""What is bundled is pinned, and is what the tests run with."""

import importlib.metadata
import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[3] / "lambdas"
REQUIREMENTS = [SOURCES / "requirements.txt", *sorted(SOURCES.glob("*/requirements.txt"))]
PINS = [
    line
    for path in REQUIREMENTS
    for line in path.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize("pin", PINS)
def test_each_requirement_is_an_exact_pin_of_the_version_tested_here(pin: str) -> None:
    match = re.fullmatch(r"([a-z0-9_-]+)==([0-9][0-9a-z.]*)", pin)

    assert match is not None
    assert importlib.metadata.version(match[1]) == match[2]


def test_everything_that_a_requirement_needs_is_pinned_too() -> None:
    names = {re.sub(r"[-_.]+", "-", pin.split("==")[0]) for pin in PINS}
    needed = {
        re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9_.-]", requirement)[0]).lower()
        for name in names
        for requirement in importlib.metadata.requires(name) or []
        if "extra ==" not in requirement and not re.search("python_(full_)?version <", requirement)
    }

    assert needed <= names


def test_no_requirement_is_named_twice() -> None:
    names = [pin.split("==")[0] for pin in PINS]

    assert sorted(set(names)) == sorted(names)
