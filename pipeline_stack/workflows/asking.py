"""What Deployment asks a model about held-out pictures, and what it makes of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pipeline_stack.workflows.resources import PipelineResources

# Pictures that a count of no fault is about: those that are gone, or that the model had no time for, say
# nothing of it.
JUDGED: Final = "(${0}.answered + ${0}.failed)"
# It answered nothing, for it had too much to do, through all the patience of who asked.
BUSY: Final = f"({JUDGED} = 0 and ${{0}}.asked > ${{0}}.unreadable)"

TRAINED_AT: Final = "{% $exists($described.created_at) ? $described.created_at : null %}"
"""When the training of the version in `$described` began: it begins with the version."""


def payload_of_questions(
    resources: PipelineResources, *, purpose: str, per_second_and_unit: float, **more: Any
) -> Mapping[str, Any]:
    """About `$version`, described in `$described`: so many pictures of each label as the settings say."""
    prefix = resources.results.prefix
    return {
        "purpose": purpose,
        "version": "{% $version %}",
        "arn": "{% $described.arn %}",
        "sample": {
            "bucket": resources.results.bucket.bucket_name,
            "key": f"{{% '{prefix}' & $version & '/sample.json' %}}",
        },
        "trained_at": TRAINED_AT,
        "pictures_per_label": resources.change.smoke_test.pictures_per_label,
        # Half of what Rekognition takes from an account in all, unless it granted more (50 a second).
        "per_second": f"{{% $min([{per_second_and_unit} * $units, 25]) %}}",
        "answers_key": None,
        "execution_id": "{% $me %}",
        **more,
    }


def in_numbers(result: str) -> str:
    """An expression: what came of the questions, for a person."""
    return (
        f"$string(${result}.agreeing) & ' of ' & $string({JUDGED.format(result)}) & ' held-out pictures as "
        f"in its own test, ' & $string(${result}.failed) & ' without an answer' & "
        f"(${result}.failed > 0 or ${result}.answered = 0 "
        f"? ' (' & $join($keys(${result}.errors), ', ') & ')' : '') & "
        f"($type(${result}.slowest_ms) = 'number' ? ', the slowest answer after ' & "
        f"$string(${result}.slowest_ms) & ' ms' : '')"
    )
