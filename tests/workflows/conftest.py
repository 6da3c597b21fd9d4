"""Each test gets the whole stack, deployed from the synthesised templates to an empty local AWS."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from local_aws.deployment import deploy_assembly
from local_aws.launcher import LocalAws
from pipeline_stack.workflows.publishing import SOURCE
from tests.infrastructure.synthesis import shared_assembly
from tests.workflows.operator import PATIENCE_SECONDS, Json, Operator

STACK = "TrainingPipeline-local"
# Five minutes of waiting in 0.15 s.
TIME_SCALE = 0.0005
# A training as short as the pictures allow: tests of the waiting set their own.
TRAINING_SECONDS = 300

MakeOperator = Callable[..., Operator]
Scales = tuple[float, float]
"""Of time and of schedules."""


def deployed(aws: LocalAws, assembly: Path) -> Operator:
    """Deploy the pipeline; gives the one who works with it."""
    aws.rekognition(training_seconds=TRAINING_SECONDS)
    outputs = deploy_assembly(aws=aws, assembly_dir=assembly, stack_name=STACK)
    return Operator(aws=aws, outputs=outputs)


@pytest.fixture
def all_faults(request: pytest.FixtureRequest) -> bool:
    """Whether every generated case is to be run (`make test-faults`), or a sample (`make test`)."""
    return bool(request.config.getoption("--all-faults"))


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the synthesised app, `cdk.out`."""
    return shared_assembly(tmp_path_factory)


@pytest.fixture(scope="session")
def shared_aws() -> Iterator[LocalAws]:
    """One server for all tests of a time scale: what it imports and loads is most of a test's time."""
    with LocalAws(time_scale=TIME_SCALE) as aws:
        yield aws


def is_at_rest(aws: LocalAws) -> bool:
    """Whether it answers and no execution runs: one that does would go on in the next test's stack."""
    sfn = aws.client("stepfunctions")
    try:
        return not any(
            sfn.list_executions(stateMachineArn=machine["stateMachineArn"], statusFilter="RUNNING")[
                "executions"
            ]
            for machine in sfn.list_state_machines()["stateMachines"]
        )
    except (BotoCoreError, ClientError):
        return False


@pytest.fixture(scope="session")
def spare() -> Iterator[dict[Scales, LocalAws]]:
    """The server that the last of `make_operator`'s tests has done with, for the next one of its scales."""
    servers: dict[Scales, LocalAws] = {}
    yield servers
    for aws in servers.values():
        aws.stop()


@pytest.fixture
def make_operator(assembly: Path, spare: dict[Scales, LocalAws]) -> Iterator[MakeOperator]:
    """Makes an operator of a pipeline on a server of its own, with its own `time_scale`: real seconds for
    a second of AWS. It may be of another `assembly`."""
    usual = assembly
    used: list[tuple[Scales, LocalAws]] = []

    def make(*, time_scale: float, schedule_scale: float = 1, assembly: Path | None = None) -> Operator:
        scales = (time_scale, schedule_scale)
        aws = spare.pop(scales, None)
        if aws is None:
            aws = LocalAws(time_scale=time_scale, schedule_scale=schedule_scale)
            aws.start()
        used.append((scales, aws))
        aws.reset()
        return deployed(aws, assembly or usual)

    yield make
    for scales, aws in used:
        if not is_at_rest(aws):
            aws.stop()
            continue
        for other in spare.values():
            other.stop()
        spare.clear()
        spare[scales] = aws


@pytest.fixture
def operator(shared_aws: LocalAws, assembly: Path) -> Operator:
    """An operator of a fresh pipeline, in an AWS with nothing else in it."""
    shared_aws.reset()
    return deployed(shared_aws, assembly)


@pytest.fixture
def stocked(operator: Operator) -> Operator:
    """The same, with two folders of ten pictures uploaded."""
    operator.upload_fruits()
    return operator


@pytest.fixture
def events(operator: Operator) -> Any:
    """Gives the events so far, those of one detail-type if it is named, as a subscriber of the account gets
    them."""
    sqs, rules = operator.aws.client("sqs"), operator.aws.client("events")
    queue = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    rules.put_rule(Name="subscriber", EventPattern=json.dumps({"source": [SOURCE]}))
    rules.put_targets(Rule="subscriber", Targets=[{"Id": "queue", "Arn": arn}])
    received: list[Json] = []

    def until(count: int, detail_type: str = "") -> list[Json]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(found := [each for each in received if detail_type in ("", each["detail-type"])]) < count:
            assert time.monotonic() < deadline, received
            for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
                received.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            time.sleep(0.05)
        return found

    return until
