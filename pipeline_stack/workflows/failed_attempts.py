"""The part of Deployment that counts how often a version ran in vain, and sets it aside at last."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK
from pipeline_stack.workflows.replacement import REPLACES
from pipeline_stack.workflows.switch import roll_back

MOST_ATTEMPTS: Final = 3
"""What passes by itself has passed within three checks, as a rule. Each attempt pays for a model that runs
until the failure, and until it is stopped."""

_FAILED: Final = "($exists($record.failed_attempts) ? $number($record.failed_attempts.N) : 0) + 1"
# A person who deploys by hand reads the failure, and decides. A failed smoke test and a failed replacement
# have set the version aside already.
_OF_A_CHECK: Final = f"$nested and $ran and $errorName != '{names.SMOKE_TEST_FAILED}' and $not({REPLACES})"


def count_attempt(scope: Construct, *, registry: Registry, then: sfn.IChainable) -> sfn.Choice:
    """States for a run that failed before the switch, once its version is stopped; on to `then`.

    They need `ran`, whether it was seen RUNNING: a start that fails is not billed, so each check may try one.
    The count stands in the version's record as `failed_attempts`; at `MOST_ATTEMPTS` the record says
    `rolled_back`, and the error becomes one that is told even though the former was told today. Should the
    registry refuse, the next attempt counts.
    """
    attempts = {"failed_attempts": {"N": f"{{% $string({_FAILED}) %}}"}}
    give_up = registry.transact(
        "Set the version aside",
        lock=DEPLOYMENT_LOCK,
        items=[roll_back(registry, reason="$errorName & ': ' & $cause", more=attempts)],
        assign={
            "errorName": names.DEPLOYMENT_GIVEN_UP,
            "cause": "{% 'The model ' & $version & ' was started "
            f"{MOST_ATTEMPTS} times and never went live. No check tries it again, since each attempt is "
            "billed: once the reason is gone, start Deployment with its name. The last time it was ' & "
            f"$errorName & ': ' & {messages.FAILURE_WORDS} %}}",
            "during": "",
        },
        during="setting the version aside",
        tolerated=then,
    )
    give_up.next(then)
    count = registry.transact(
        "Count the failed attempt",
        lock=DEPLOYMENT_LOCK,
        items=[registry.update_part("version", "{% $version %}", attempts)],
        during="counting the failed attempt",
        tolerated=then,
    )
    count.next(then)
    return (
        sfn.Choice.jsonata(scope, "Has it run in vain too often?")
        .when(sfn.Condition.jsonata(f"{{% {_OF_A_CHECK} and {_FAILED} >= {MOST_ATTEMPTS} %}}"), give_up)
        .when(sfn.Condition.jsonata(f"{{% {_OF_A_CHECK} %}}"), count)
        .otherwise(then)
    )
