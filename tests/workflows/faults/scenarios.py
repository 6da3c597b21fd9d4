"""Runs that together make every call of the pipeline. Each can be made again and again on the same stack."""

from __future__ import annotations

import itertools
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar

from pipeline_stack.layout import DATA_SOURCES_PREFIX, IMAGES_PREFIX
from pipeline_stack.workflows.failed_attempts import MOST_ATTEMPTS
from pipeline_stack.workflows.names import CANARIES_FAILED
from tests.workflows.faults.calls import FOR_GOOD, roles
from tests.workflows.held_out import RIGHT, WRONG, canaries_fail, give_sample
from tests.workflows.operator import Json, Operator
from tests.workflows.pictures import broken, fakes, fruits, noises


def until_idle(operator: Operator) -> None:
    """Wait until no execution runs, and each that ended badly was looked at."""
    operator.until_all_idle()


@dataclass(kw_only=True)
class Scenario(ABC):
    """What happens in a case: `prepare` puts the stack in place, `act` gives the run that meets the fault."""

    operator: Operator
    fresh: Iterator[int] = field(default_factory=lambda: itertools.count(100))
    """Pictures that no set had before."""

    trainings: ClassVar[frozenset[int]] = frozenset({1})
    """How many a case may begin, with its recovery."""
    rejoins = False
    """Whether, after what it does otherwise, it goes on as a replacement does."""
    serves_meanwhile = True
    """Whether the live model runs whatever happens; an operator may have asked for the opposite."""
    most_messages = 1
    """How many different ones a case may send."""
    variants = 1
    """How many kinds of runs `act` gives in turn. A call that one of them makes is met within as many."""
    settings: ClassVar[Json] = {}
    """What the environment says that the one in cdk.json does not."""

    def troubles(self) -> list[Json]:
        """Faults of every run, beside the one that is tried."""
        return []

    def replace_pictures(self) -> None:
        """A new set of the same size: another picture under the first key of each label."""
        number = next(self.fresh)
        for key, content in fruits(("apple", "pear"), 1, first=number):
            self.operator.upload([(f"{key.split('/')[0]}/000.png", content)])

    def begin(self) -> None:
        """Once for a stack: a live model, and settings that let each case train."""
        self.operator.set("Minimum-Untrained-Images", "1")
        self.operator.upload_fruits()
        self.operator.run()

    @abstractmethod
    def prepare(self) -> None:
        """Before the fault."""

    def act(self) -> Json:
        """The run's description once it is over."""
        return self.operator.finished(self.operator.start())

    def messages(self) -> list[Json]:
        """Those that tell of its end."""
        return self.operator.messages()

    def forget_old_versions(self) -> None:
        """A project holds 100 versions; a test of hundreds of trainings makes room as an operator would."""
        live = (self.operator.item("pointer", "live") or {"version": ""})["version"]
        for name, status in self.operator.versions().items():
            if name != live and status in ("STOPPED", "TRAINING_COMPLETED", "TRAINING_FAILED"):
                self.operator.aws.client("rekognition").delete_project_version(
                    ProjectVersionArn=self.operator.version_arn(name)
                )

    def recover(self) -> Json:
        """A clean run after the fault is gone; its output."""
        return self.operator.run()


class Replacement(Scenario):
    """New pictures, a better model, the old one stopped."""

    def prepare(self) -> None:
        self.replace_pictures()
        # Out of date, as after an interrupted run, so that this run writes it at its start too.
        self.operator.set("For-System-Use-Only", '{"previous_trained_images": 0, "live_model": null}')


class Rejection(Scenario):
    """New pictures, a model below the minimum."""

    def begin(self) -> None:
        super().begin()
        self.operator.upload(noises(("hiss", "hum"), 20))
        self.operator.set("Minimum-F1-Score", "1.0")
        self.operator.run()

    def prepare(self) -> None:
        self.replace_pictures()


class DataFailure(Scenario):
    """Pictures that Rekognition cannot train."""

    trainings = frozenset({1, 2})
    """That of the mended set; before it the failed one, which is not billed, unless the fault forbade it."""

    def prepare(self) -> None:
        self.replace_pictures()
        self.broken = list(broken("pear", 20))
        self.operator.upload(self.broken)

    def recover(self) -> Json:
        for key, _ in self.broken:
            self.operator.remove(key)
        # Leaves the version behind whose training failed while nobody looked.
        return self.operator.run(force=True)


class FailedCheck(Scenario):
    """Pictures that the pipeline itself finds to be none."""

    trainings = frozenset({1})

    def prepare(self) -> None:
        self.replace_pictures()
        self.fakes = list(fakes("pear", 2))
        self.operator.upload(self.fakes)

    def recover(self) -> Json:
        for key, _ in self.fakes:
            self.operator.remove(key)
        return self.operator.run()


class LabelFile(Scenario):
    """The same pictures, but what is to be seen in them is told by a file."""

    rejoins = True

    def begin(self) -> None:
        super().begin()
        bucket = self.operator.outputs["BucketName"]
        rows = [
            f"s3://{bucket}/{IMAGES_PREFIX}{key},{key.partition('/')[0]}"
            for key, _ in fruits(("apple", "pear"), 10)
        ]
        name = f"{DATA_SOURCES_PREFIX}labels.csv"
        body = "\n".join(["image,label", *rows]).encode()
        self.operator.aws.client("s3").put_object(Bucket=bucket, Key=name, Body=body)
        self.source = {"kind": "manifest", "train": f"s3://{bucket}/{name}"}
        # So that each case looks at as few new pictures as the others.
        self.operator.run(data_source=self.source)

    def prepare(self) -> None:
        self.replace_pictures()

    def act(self) -> Json:
        return self.operator.finished(self.operator.start(data_source=self.source))

    def recover(self) -> Json:
        return self.operator.run(data_source=self.source)


class AfterFault(Scenario):
    """A run that finds the version of a training that failed through no fault of the pictures."""

    rejoins = True

    def prepare(self) -> None:
        self.replace_pictures()
        self.operator.aws.rekognition(
            next_training={"status": "TRAINING_FAILED", "message": "Something went wrong."}
        )
        self.operator.run_red()


class Approval(Scenario):
    """A replacement that a person approves, however often the question comes."""

    rejoins = True
    asks = False

    def prepare(self) -> None:
        self.replace_pictures()
        if not self.asks:
            self.operator.change_setting("Require-Approval", "true")
            self.asks = True

    def act(self) -> Json:
        return self._approved(self.operator.start())

    def recover(self) -> Json:
        found = self._approved(self.operator.start())
        assert found["status"] == "SUCCEEDED", (found.get("error"), found.get("cause"))
        output: Json = json.loads(found["output"])
        return output

    def _approved(self, execution: str) -> Json:
        """The run's description once it is over; each token that it leaves is answered."""
        sfn, answered = self.operator.aws.client("stepfunctions"), set[str]()
        while (found := self.operator.description(execution))["status"] == "RUNNING":
            item = self.operator.item("pointer", "approval") or {}
            if item.get("execution") == execution and (token := item.get("token", "")) not in {"", *answered}:
                answer = {"decision": "approve", "version": item["version"]}
                with suppress(sfn.exceptions.ClientError):  # of an attempt that was made to fail
                    sfn.send_task_success(taskToken=token, output=json.dumps(answer))
                answered.add(token)
            time.sleep(0.05)
        return found


class Overtaken(Approval):
    """A question about a version that is deployed by hand before its answer, and the check after that."""

    most_messages = 3

    def act(self) -> Json:
        """The run that asks, and the check; the first of them that ended badly."""
        execution = self.operator.start()
        while (found := self.operator.description(execution))["status"] == "RUNNING":
            item = self.operator.item("pointer", "approval") or {}
            if item.get("execution") == execution and "token" in item:
                self.operator.finished(self.operator.start("Deployment", version=item["version"]))
                answer = {"decision": "reject", "version": item["version"]}
                self.operator.aws.client("stepfunctions").send_task_success(
                    taskToken=item["token"], output=json.dumps(answer)
                )
                found = self.operator.finished(execution)
                break
            time.sleep(0.05)
        return self.operator.finished(self.operator.start()) if found["status"] == "SUCCEEDED" else found


class StrayModel(Scenario):
    """A model that runs without being live, as after a deployment that was cut short."""

    trainings = frozenset({0})

    def begin(self) -> None:
        super().begin()
        self.replace_pictures()
        live = self.operator.run()["version"]
        (self.stray,) = self.operator.versions().keys() - {live}

    def forget_old_versions(self) -> None:
        """There is one, and the next case needs it."""

    def prepare(self) -> None:
        self.operator.until_status(self.stray, "STOPPED")
        self.operator.aws.client("rekognition").start_project_version(
            ProjectVersionArn=self.operator.version_arn(self.stray), MinInferenceUnits=1
        )
        self.operator.until_status(self.stray, "RUNNING")


class StoppedChampion(Scenario):
    """A live model that somebody stopped: the new one waits to be compared with it."""

    serves_meanwhile = False

    def prepare(self) -> None:
        self.replace_pictures()
        self.live = self.operator.system_parameter()["live_model"]["version"]
        self.operator.aws.client("rekognition").stop_project_version(
            ProjectVersionArn=self.operator.version_arn(self.live)
        )
        self.operator.until_status(self.live, "STOPPED")

    def recover(self) -> Json:
        self.operator.run("Deployment", version=self.live)
        return self.operator.run()


class Restart(Scenario):
    """Other inference units for the live model."""

    trainings = frozenset({0})
    serves_meanwhile = False

    def prepare(self) -> None:
        units = self.operator.aws.client("ssm").get_parameter(
            Name=f"{self.operator.outputs['ParameterPath']}/Minimum-Inference-Units"
        )["Parameter"]["Value"]
        self.operator.change_setting("Minimum-Inference-Units", "1" if units == "2" else "2")

    def act(self) -> Json:
        live = self.operator.system_parameter()["live_model"]["version"]
        return self.operator.finished(self.operator.start("Deployment", version=live, restart=True))


class AnotherByHand(Scenario):
    """A version that a person deploys in place of the live one, and what becomes of it."""

    trainings = frozenset({0})
    found: ClassVar[Mapping[str, str]] = RIGHT
    """What its own test says that it found in its held-out pictures."""

    def begin(self) -> None:
        super().begin()
        self.other = self.operator.system_parameter()["live_model"]["version"]
        self.replace_pictures()
        self.live = self.operator.run()["version"]

    def forget_old_versions(self) -> None:
        """There are two, and the next case needs both."""

    def prepare(self) -> None:
        give_sample(self.operator, self.other, self.found)
        give_sample(self.operator, self.live)
        if self.operator.system_parameter()["live_model"]["version"] != self.live:
            self.operator.run("Deployment", version=self.live)

    def act(self) -> Json:
        return self.operator.finished(self.operator.start("Deployment", version=self.other))


class FailedSmokeTest(AnotherByHand):
    """It does not answer as in its own test."""

    found = WRONG


class FailedCanaries(AnotherByHand):
    """It does at first."""

    def troubles(self) -> list[Json]:
        return [canaries_fail(2)]

    def recover(self) -> Json:
        if (self.operator.item("pointer", "live") or {}).get("going_back"):
            # The check that finishes a way back ends red, so that it is told.
            assert self.operator.run_red()["error"] == CANARIES_FAILED
        return super().recover()


class GivingWay(AnotherByHand):
    """There is one slot, so the live model is stopped before."""

    settings: ClassVar[Json] = {"when_no_slot": "replace"}
    serves_meanwhile = False

    def prepare(self) -> None:
        super().prepare()
        self.operator.aws.rekognition(slots=1)


class GivingWayInVain(GivingWay):
    """The other one does not answer as in its own test."""

    found = WRONG


class RunInVain(Scenario):
    """A new model that comes to RUNNING, and cannot be tried out: nobody may call who does so."""

    rejoins = True
    before: ClassVar[int] = 0
    """Attempts that failed so already."""

    def prepare(self) -> None:
        self.replace_pictures()
        self.operator.aws.faults(self.troubles())
        for _ in range(self.before):
            self.operator.run_red()
        self.operator.aws.faults([])

    def troubles(self) -> list[Json]:
        (deployment,) = (role for role in roles(self.operator) if "-DeploymentRole" in role)
        return [
            {
                "service": "lambda",
                "operation": "Invoke",
                "error": "AccessDeniedException",
                "times": FOR_GOOD,
                "caller": f":assumed-role/{deployment}/",
            }
        ]


class GivenUp(RunInVain):
    """The third attempt, after which no check makes another."""

    trainings = frozenset({0})
    before = MOST_ATTEMPTS - 1


class SettingChange(Scenario):
    """Training switched off, or on again, and its frequency changed: one of them in each case."""

    trainings = frozenset({0})
    variants = 4

    def begin(self) -> None:
        super().begin()
        self.changes = itertools.cycle(
            [
                ("Enable-Automatic-Training", "false"),
                ("Automatic-Training-Poll-Frequency", "60"),
                ("Enable-Automatic-Training", "true"),
                ("Automatic-Training-Poll-Frequency", "600"),
            ]
        )

    def prepare(self) -> None:
        """Nothing: the change itself is the run."""

    def act(self) -> Json:
        self.parameter, value = next(self.changes)
        # The change, and that the run failed after it told of it; what the check found that it began.
        self.most_messages = 3 if value == "true" else 2
        return self.operator.change_setting(self.parameter, value)

    def recover(self) -> Json:
        name = f"{self.operator.outputs['ParameterPath']}/{self.parameter}"
        output = self.operator.run("Settings", detail={"name": name, "operation": "Update"})
        until_idle(self.operator)
        assert self.operator.run("Settings")["outcome"] == "unchanged", "the rule does not agree"
        return output

    def messages(self) -> list[Json]:
        return [*self.operator.messages("setting"), *self.operator.messages()]


SCENARIOS: tuple[type[Scenario], ...] = (
    Replacement,
    Rejection,
    DataFailure,
    FailedCheck,
    LabelFile,
    AfterFault,
    Approval,
    Overtaken,
    StrayModel,
    StoppedChampion,
    Restart,
    FailedSmokeTest,
    FailedCanaries,
    GivingWay,
    GivingWayInVain,
    RunInVain,
    GivenUp,
    SettingChange,
)
