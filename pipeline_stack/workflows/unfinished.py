"""The part of Training that takes up what an earlier run left unfinished."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows.approval import APPROVAL, STANDING
from pipeline_stack.workflows.calls import unless_redriven
from pipeline_stack.workflows.candidate import ABSENT, describe_version
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.registration import trained_set
from pipeline_stack.workflows.registry_items import TRAINING_LOCK
from pipeline_stack.workflows.training_input import OF_FOLDERS

_ITEM: Final = "$states.result.Item"


class TakeUpUnfinished:
    """States that look for a version without a verdict, or good and not deployed; enter at `start`.

    - `wait`: where the run goes on if it is yet to be judged.
    - `deploy`: where it goes on if it was judged good.
    - `asked`: where it goes on if a person has to approve it.
    - `nothing`: where it goes on if there is no such version.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        project: CustomLabelsProject,
        wait: sfn.IChainable,
        deploy: sfn.IChainable,
        asked: sfn.IChainable,
        nothing: sfn.IChainable,
    ) -> None:
        forgotten = sfn.Pass.jsonata(
            scope,
            "Begin with the pictures",
            assign={
                "version": "",
                "digest": "",
                "report": {"warnings": []},
                "trainedItem": "{% $ownItem %}",
            },
        )
        forgotten.next(nothing)
        # Registered but never created, deleted by somebody, or to be trained anew.
        forget = ending.registry.delete(
            "Forget the unfinished version",
            kind="pointer",
            item="unfinished",
            attribute="version",
            equals=unless_redriven("$version"),
            during="forgetting the unfinished version",
            then=forgotten,
        )
        remember = ending.registry.transact(
            "Remember what was deployed by hand",
            lock=TRAINING_LOCK,
            items=[*trained_set(ending), ending.registry.delete_part("pointer", "unfinished")],
            during="remembering what was deployed by hand",
        )
        remember.next(forgotten)
        by_hand = (
            sfn.Choice.jsonata(scope, "Was it deployed by hand?")
            .when(
                # Its pictures are trained, whether or not it was ever judged.
                sfn.Condition.jsonata(
                    f"{{% $described.status != '{ABSENT}' and $described.status != 'DELETING' "
                    "and $standing in ['deployed', 'rolled_back'] %}"
                ),
                remember,
            )
            .otherwise(forget)
        )
        leave = ending.registry.delete(
            # Whoever was asked about it meanwhile has nothing to decide any more.
            "Withdraw the question about it",
            kind="pointer",
            item=APPROVAL,
            attribute="version",
            equals=unless_redriven("$version"),
            during="withdrawing the question about the unfinished version",
            then=by_hand,
        )
        what = (
            sfn.Choice.jsonata(scope, "What is left to do?")
            .when(sfn.Condition.jsonata(f"{{% $described.status in ['{ABSENT}', 'DELETING'] %}}"), leave)
            .when(sfn.Condition.jsonata(f"{{% $standing = '{STANDING}' %}}"), asked)
            # The way out of a version that can be neither judged nor started: leave it, train anew.
            .when(
                # A version of another source that only waits to be deployed is none: it is good, and paid.
                sfn.Condition.jsonata(
                    "{% $force and $described.status != 'TRAINING_IN_PROGRESS' "
                    "and ($standing != 'accepted' or $trainedItem = $ownItem) %}"
                ),
                leave,
            )
            .when(sfn.Condition.jsonata("{% $standing = 'training' %}"), wait)
            .when(sfn.Condition.jsonata("{% $standing = 'accepted' %}"), deploy)
            .otherwise(leave)
        )
        describe = describe_version(
            "Does the unfinished version exist?", calls=ending.calls, project=project, then=what
        )
        record = ending.registry.get(
            "Read the unfinished version's record",
            kind="version",
            item="{% $version %}",
            assign={
                "standing": f"{{% $exists({_ITEM}) ? {_ITEM}.outcome.S : 'unknown' %}}",
                "report": f"{{% $merge([$report, $exists({_ITEM}.report) ? $parse({_ITEM}.report.S) : {{}}, "
                f"$exists({_ITEM}.f1) ? {{'f1': $number({_ITEM}.f1.N), "
                f"'minimum_f1': $number({_ITEM}.minimum_f1.N)}} : {{}}, {{'version': $version}}, "
                f"$exists({_ITEM}.rules) ? {{'rules': $parse({_ITEM}.rules.S)}} : {{}}, "
                f"$exists({_ITEM}.evaluation_report) and {_ITEM}.evaluation_report.S != '' "
                f"? {{'evaluation_report': {_ITEM}.evaluation_report.S}} : {{}}, "
                f"$exists({_ITEM}.report) "
                f"? {{'warnings': $append($notes, $parse({_ITEM}.report.S).warnings)}} : {{}}]) %}}",
                "question": f"{{% $exists({_ITEM}.reason) ? {_ITEM}.reason.S : '' %}}",
            },
            during="reading the unfinished version's record",
        )
        record.next(describe)
        pending = (
            sfn.Choice.jsonata(scope, "Is a version unfinished?")
            .when(sfn.Condition.jsonata("{% $version != '' %}"), record)
            .otherwise(nothing)
        )
        pointer = ending.registry.get(
            "Read the unfinished version's name",
            kind="pointer",
            item="unfinished",
            assign={
                "version": f"{{% $exists({_ITEM}) ? {_ITEM}.version.S : '' %}}",
                "digest": f"{{% $exists({_ITEM}) ? {_ITEM}.digest.S : '' %}}",
                # Another source than this execution's may be unfinished; at first there were only folders.
                "trainedItem": f"{{% $exists({_ITEM}) = false ? $ownItem : "
                f"$exists({_ITEM}.trained_item) ? {_ITEM}.trained_item.S : '{OF_FOLDERS}' %}}",
            },
            during="looking for an unfinished version",
        )
        pointer.next(pending)
        self.start: Final = pointer
