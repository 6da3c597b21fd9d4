"""The part of Deployment in which one model takes another's place, and gives it back if it fails."""

from __future__ import annotations

from typing import Final

from aws_cdk import Stack
from constructs import Construct

from pipeline_stack.workflows.bake import Bake
from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.candidate_start import StartCandidate
from pipeline_stack.workflows.candidate_stop import StopCandidate
from pipeline_stack.workflows.deployment_end import DeploymentEnd
from pipeline_stack.workflows.deployment_times import DeploymentTimes
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.live_model import tell_callers
from pipeline_stack.workflows.other_models import StopOtherModels
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.replacement import StartFormer, tell_gap
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.smoke_test import SmokeTest
from pipeline_stack.workflows.switch import switch
from pipeline_stack.workflows.way_back import GoBack


class ModelChange:
    """States from a version whose record was read to the moved pointer, and what comes of the move; enter at
    `start`, or at `resume` to finish a way back that was cut short.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        end: DeploymentEnd,
        stop_others: StopOtherModels,
        times: DeploymentTimes,
        resources: PipelineResources,
    ) -> None:
        registry = Registry(scope, calls=end.calls, table=resources.registry)
        start_former = (
            StartFormer(scope, registry=registry, otherwise=end.failure)
            if resources.change.when_no_slot == "replace"
            else None
        )
        go_back = GoBack(
            scope,
            calls=end.calls,
            registry=registry,
            resources=resources,
            back=stop_others.start,
            start_former=start_former,
            stays=end.start,
        )
        bake = Bake(
            scope,
            ending=ending,
            calls=end.calls,
            resources=resources,
            times=times,
            then=stop_others.start,
            failed=go_back.start,
            yielded=end.watch_left,
        )
        announce = tell_callers(
            "Tell callers of the new model",
            calls=end.calls,
            parameters=resources.parameters,
            then=bake.start,
        )
        # From here on a failure first stops what this run started, if it is not the live model.
        stop_candidate = StopCandidate(
            scope,
            ending=ending,
            project=resources.project,
            moved=announce,
            end=start_former.unless_live if start_former else end.failure,
        )
        guarded: Calls = stop_candidate.calls
        smoke_test = SmokeTest(
            scope,
            ending=ending,
            calls=guarded,
            registry=stop_candidate.registry,
            resources=resources,
            then=switch(
                scope,
                registry=stop_candidate.registry,
                resources=resources,
                then=tell_gap(scope, then=announce) if start_former else announce,
            ),
            failed=stop_candidate.start,
        )
        start = StartCandidate(
            scope,
            pipeline=Stack.of(scope).stack_name,
            ending=ending,
            calls=guarded,
            registry=stop_candidate.registry,
            resources=resources,
            failed=stop_candidate.start,
            ready=smoke_test.start,
            live=stop_others.start,
        ).start
        if start_former:
            start_former.goes_on.next(start)
        self.start: Final = start
        self.resume: Final = go_back.resume
