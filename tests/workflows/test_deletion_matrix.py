"""Every AWS call that the deletion of a stack makes, made to fail in each way: nothing that bills is left
unseen.

The calls come from the log of a clean deletion. `make test` runs a sample, `make test-faults` all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.launcher import LocalAws
from tests.workflows.conftest import deployed
from tests.workflows.deletion import Deletion, give_up_after, is_gone, remove_pictures
from tests.workflows.faults.calls import FOR_GOOD, KINDS, Call, FaultKind, calls_made, roles
from tests.workflows.operator import Operator

PATIENCE_MINUTES = "0.1"
SAMPLE_EVERY = 31
"""Prime to the number of ways, so that the sample has several of them."""


def serving(aws: LocalAws, assembly: Path) -> Operator:
    """An operator whose model is live and whose bucket is empty: CloudFormation would not delete it else."""
    aws.reset()
    operator = deployed(aws, assembly)
    operator.upload_fruits()
    assert operator.run()["outcome"] == "deployed"
    operator.until_all_idle()
    remove_pictures(operator)
    return operator


def calls_of_a_deletion(operator: Operator) -> list[Call]:
    """What the function calls when nothing is wrong."""
    function = frozenset(role for role in roles(operator) if "TakeDown" in role)
    start = len(operator.aws.calls())
    assert Deletion(operator).carry_out() == "DELETE_COMPLETE"
    return calls_made(operator.aws.calls()[start:], function)


def broken_promises(operator: Operator, call: Call, kind: FaultKind) -> Iterator[str]:
    """Delete the stack while this call fails, and once more; each promise that was broken, in words."""
    deletion = Deletion(operator)
    if kind.times == FOR_GOOD:
        # It goes on for as long as CloudFormation would wait, which is not shortened here.
        give_up_after(operator, minutes=PATIENCE_MINUTES)
    operator.aws.faults([call.fault(kind)])
    status = deletion.carry_out()
    operator.aws.faults([])
    if status == "DELETE_COMPLETE":
        if not is_gone(operator):
            yield f"deleted, and the project is there with {operator.versions()}"
        return
    if len(deletion.reason().split()) < 10 or "Traceback" in deletion.reason():
        yield f"nobody understands why: {status}, {deletion.reason()!r}"
    if kind.name == "throttled once":
        yield f"one throttle failed the deletion: {deletion.reason()}"
    give_up_after(operator, minutes="2")
    if (again := deletion.carry_out()) != "DELETE_COMPLETE" or not is_gone(operator):
        yield f"the next deletion ends as {again}: {deletion.reason()}"


@pytest.mark.timeout(5400)
def test_whichever_call_fails_the_deletion_ends_well_or_says_why(
    shared_aws: LocalAws, assembly: Path, all_faults: bool
) -> None:
    calls = calls_of_a_deletion(serving(shared_aws, assembly))
    cases = [(call, kind) for call in calls for kind in KINDS]
    chosen = cases if all_faults else cases[::SAMPLE_EVERY]
    failed = {}
    for call, kind in chosen:
        if broken := list(broken_promises(serving(shared_aws, assembly), call, kind)):
            failed[f"{call}, {kind.name}"] = broken
    print(f"{len(cases)} cases, {len(chosen)} run, {len(failed)} failed")
    assert chosen
    assert failed == {}
