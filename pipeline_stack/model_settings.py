"""The settings of an environment that say how one model takes another's place, and which are kept."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from pipeline_stack.place_settings import STRICT
from pipeline_stack.training_options import TrainingOptions

MOST_KEPT = 40
"""Of deployed and of rejected versions each: together they stay below Rekognition's 100 models a project
(AWS General Reference, "Amazon Rekognition endpoints and quotas"), with room for some trained by hand."""


class SmokeTest(BaseModel):
    """What a model has to do right before it goes live. All of it can be left out."""

    model_config = STRICT

    pictures_per_label: Annotated[int, Field(ge=0, le=20)] = Field(
        default=3,
        description="how many held-out pictures of each label a model is asked about, before it goes live "
        "and in each canary: a whole number from 0 to 20, where 0 asks nothing; 3 unless given",
    )
    minimum_agreement: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        default=0.8,
        description="the share of these pictures for which the running model has to say what it said in its "
        "own test: a number from 0 to 1; 0.8 unless given",
    )
    slowest_answer_ms: Annotated[int, Field(ge=100, le=60_000)] = Field(
        default=5000,
        description="how long its slowest answer may take, in milliseconds: a whole number from 100 to "
        "60000; 5000 unless given",
    )


class ModelSettings(TrainingOptions):
    """How models are compared, changed and kept."""

    minimum_label_support: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=5,
        description="how many test pictures a label must have to be judged by itself: a whole number from "
        "1 to 1000; 5 unless given",
    )
    when_no_slot: Literal["wait", "replace"] = Field(
        default="wait",
        description='"wait" or "replace": what becomes of a model that finds no free slot. "wait": a later '
        'check deploys it. "replace": the live model is stopped first, so that nothing answers until the new '
        'one runs; "wait" unless given',
    )
    smoke_test: SmokeTest = Field(
        default=SmokeTest(),
        description='an object such as {"pictures_per_label": 3, "minimum_agreement": 0.8, '
        '"slowest_answer_ms": 5000}',
    )
    drain_minutes: Annotated[int, Field(ge=0, le=1440)] = Field(
        default=5,
        description="for how many minutes after the switch the former model still answers callers who have "
        "not noticed it: a whole number from 0 to 1440; 5 unless given",
    )
    bake_minutes: Annotated[int, Field(ge=0, le=1440)] = Field(
        default=30,
        description="for how many minutes after the switch the new model is watched by a canary each minute, "
        "with the former one still running: a whole number from 0 to 1440; 30 unless given",
    )
    keep_deployed: Annotated[int, Field(ge=2, le=MOST_KEPT)] = Field(
        default=5,
        description="how many versions that were deployed are kept, the live one and its predecessor among "
        f"them: a whole number from 2 to {MOST_KEPT}; 5 unless given",
    )
    keep_rejected: Annotated[int, Field(ge=0, le=MOST_KEPT)] = Field(
        default=10,
        description=f"how many versions that never served are kept: a whole number from 0 to {MOST_KEPT}; 10 "
        "unless given",
    )
