"""The start-up check of what the mends replace, and that every mend has a test."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from local_aws.mends import registry
from local_aws.mends.registry import Mend, MendsDoNotFitError, Symbol, check_fit, mend
from local_aws.mends.transport import leave_docker_alone

TESTS = Path(__file__).parents[2] / "local_aws"
LEFT_TO_UNIT_TESTS = {"no-docker"}
# Their tests say at the head of the file which mends they need.
NAMED_BY_FILE = ("stepfunctions-", "lambda-")


def a_mend(target: str, *, requires: tuple[str, ...] = ()) -> Mend:
    return Mend(
        name="a-mend",
        target=Symbol.parse(target),
        requires=tuple(map(Symbol.parse, requires)),
        why="for a test",
        replace=lambda original: original,
    )


def test_this_ministack_has_everything_the_mends_touch() -> None:
    check_fit(registry.all_mends())


def test_every_symbol_that_is_gone_is_named() -> None:
    mends = [
        a_mend("ministack.services.ssm._gone", requires=("ministack.services.nowhere.f",)),
        a_mend("ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS[AWS::Gone]"),
    ]

    with pytest.raises(MendsDoNotFitError) as problem:
        check_fit(mends)

    for symbol in (
        "ssm._gone is gone (mend a-mend)",
        "nowhere.f is gone",
        "_RESOURCE_HANDLERS[AWS::Gone] is gone",
    ):
        assert symbol in str(problem.value)


def test_another_version_of_ministack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "1.6.0")

    with pytest.raises(MendsDoNotFitError, match=r"MiniStack is 1\.6\.0, the mends are written for 1\.5\.33"):
        check_fit([])


def test_a_mend_that_does_not_exist_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match="LOCAL_AWS_WITHOUT_MEND names no-such-mend; there are: "):
        registry.install(without=["no-such-mend"])


def test_a_mend_must_say_what_it_puts_right() -> None:
    with pytest.raises(ValueError, match="has no docstring"):
        mend("silent", target="ministack.services.ssm._put_parameter")(lambda original: original)


def test_a_symbol_is_replaced_in_its_module_and_in_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("somewhere")
    vars(module).update(function=1, table={"AWS::S3::Bucket": 2})
    monkeypatch.setitem(__import__("sys").modules, "somewhere", module)

    Symbol.parse("somewhere.function").set(3)
    Symbol.parse("somewhere.table[AWS::S3::Bucket]").set(4)

    assert vars(module)["function"] == 3
    assert vars(module)["table"] == {"AWS::S3::Bucket": 4}


def test_docker_is_left_alone() -> None:
    assert leave_docker_alone(None)() is False


def test_every_mend_has_a_test_that_names_it() -> None:
    named = set()
    for path in TESTS.glob("test_*.py"):
        named |= set(re.findall(r'pytest\.mark\.mend\("([^"]+)"\)', path.read_text()))

    mends = {each.name for each in registry.all_mends()}

    assert named <= mends
    assert {
        name for name in mends - named - LEFT_TO_UNIT_TESTS if not name.startswith(NAMED_BY_FILE)
    } == set()
