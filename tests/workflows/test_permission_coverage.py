"""Every permission of every role is used by some run, or has a reason to be there; and no run lacks one.

An action that is taken away is thus either a call that is denied, which the first test finds, or one of
`EXPLAINED`.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.workflows.conftest import MakeOperator
from tests.workflows.deletion import Deletion, is_gone, make_invocations_short, start_a_training
from tests.workflows.faults.calls import roles
from tests.workflows.faults.scenarios import Replacement, Scenario, until_idle
from tests.workflows.operator import PATIENCE_SECONDS, Json, Operator
from tests.workflows.pictures import broken, noises
from tests.workflows.tampering import repeating, run_with_manifests

TIME_SCALE = 0.0002
SAMPLE_EVERY = 12

LOG_DELIVERY = "Step Functions sets up the delivery of its logs with them; the local AWS delivers none."
TRACES = "X-Ray's daemons use them; there is no X-Ray here."
FUNCTION_LOGS = "The Lambda service writes the function's log with them, by no call of the function."
MISSING_FILE = "Decides whether S3 says 404 or 403 of a file that is not there."
SYNC = "Step Functions waits for a nested run with a rule of its own, and stops it with its parent."
EXPLAINED = {
    **dict.fromkeys(
        (
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ),
        LOG_DELIVERY,
    ),
    **dict.fromkeys(
        (
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ),
        TRACES,
    ),
    "logs:CreateLogStream": FUNCTION_LOGS,
    "logs:PutLogEvents": FUNCTION_LOGS,
    "s3:AbortMultipartUpload": "boto3 gives up a manifest of more than 8 MiB with it that it cannot finish.",
}
"""Actions that no run here uses in any role."""
EXPLAINED_OF_ROLE = {
    ("EvaluationJudge", "s3:ListBucket"): MISSING_FILE,
    ("ModelAsker", "s3:ListBucket"): MISSING_FILE,
    ("FailureExplainer", "s3:ListBucket"): MISSING_FILE,
    ("-TrainingRole", "events:DescribeRule"): SYNC,
    ("-TrainingRole", "events:PutRule"): SYNC,
    ("-TrainingRole", "events:PutTargets"): SYNC,
    ("-TrainingRole", "states:StopExecution"): SYNC,
}


def policies(operator: Operator) -> Iterator[tuple[str, str, Json]]:
    """(role, policy's name, document) of the stack's roles."""
    iam = operator.aws.client("iam")
    for role in iam.list_roles(MaxItems=1000)["Roles"]:
        if role["RoleName"].startswith("TrainingPipeline-local-"):
            for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
                document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
                yield role["RoleName"], name, document


def actions_of(statement: Json) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else list(found)


def granted(operator: Operator) -> set[tuple[str, str]]:
    return {
        (role, action)
        for role, _, document in policies(operator)
        for statement in document["Statement"]
        for action in actions_of(statement)
    }


def is_explained(role: str, action: str) -> bool:
    return action in EXPLAINED or any(
        part in role and action == explained for part, explained in EXPLAINED_OF_ROLE
    )


def take_away(operator: Operator, role: str, action: str) -> None:
    """Remove an action from every policy of a role."""
    for owner, name, document in policies(operator):
        if owner == role:
            kept = []
            for statement in document["Statement"]:
                if left := [each for each in actions_of(statement) if each != action]:
                    kept.append({**statement, "Action": left})
            iam = operator.aws.client("iam")
            if not kept:  # IAM takes no policy without a statement
                iam.delete_role_policy(RoleName=role, PolicyName=name)
                continue
            iam.put_role_policy(
                RoleName=role, PolicyName=name, PolicyDocument=json.dumps({**document, "Statement": kept})
            )


def measure(operator: Operator) -> None:
    functions = operator.aws.client("lambda")
    (name,) = (
        function["FunctionName"]
        for function in functions.list_functions()["Functions"]
        if function["Handler"].startswith("measure_pipeline.")
    )
    assert "FunctionError" not in functions.invoke(FunctionName=name, Payload=b"{}")


def hold_lock(operator: Operator, lock: str, machine: str, name: str) -> None:
    """As an execution leaves a lock that was stopped while it held it, twenty minutes ago."""
    execution = operator.outputs[f"{machine}WorkflowArn"].replace(":stateMachine:", ":execution:")
    operator.aws.client("dynamodb").put_item(
        TableName=operator.outputs["RegistryTableName"],
        Item={
            "kind": {"S": "lock"},
            "name": {"S": lock},
            "holder": {"S": f"{execution}:{name}"},
            "taken_at": {"S": (datetime.now(tz=UTC) - timedelta(minutes=20)).isoformat()},
        },
    )


def begin_and_replace(operator: Operator) -> None:
    """Two deployments, the second of which stops the model of the first; then a stray model."""
    measure(operator)  # before any run has ended well
    scenario = Replacement(operator=operator)
    scenario.begin()
    operator.aws.client("s3").put_object(
        Bucket=operator.outputs["BucketName"], Key=f"manifests/{'0' * 64}/train.manifest", Body=b"of old"
    )
    for lock, machine in (("training", "Training"), ("deployment", "Deployment"), ("settings", "Settings")):
        hold_lock(operator, lock, machine, "ended-long-ago")
    measure(operator)
    scenario.prepare()
    scenario.act()
    measure(operator)


def fail_and_delete(operator: Operator) -> None:
    """A training that failed through no fault of the pictures: its version is deleted, and trained again."""
    operator.upload_fruits(count=1, first=50)
    operator.aws.rekognition(next_training={"status": "TRAINING_FAILED", "message": "Something went wrong."})
    operator.run_red()
    operator.run()


def fail_for_the_data(operator: Operator) -> None:
    """Pictures that are none: Rekognition says which, and the operator is told."""
    files = list(broken("pear", 20))
    operator.upload(files)
    operator.run_red()
    for key, _ in files:
        operator.remove(key)


def lose_a_line(operator: Operator) -> None:
    """A line that Rekognition leaves out of its dataset: it is looked for among the entries."""
    operator.upload_fruits(count=1, first=60)
    assert run_with_manifests(operator, train=repeating(1))["status"] == "SUCCEEDED"


def find_no_slot(operator: Operator) -> None:
    """A model that finds no free slot: what takes them is looked at, and a later check deploys it."""
    operator.upload_fruits(count=1, first=70)
    operator.aws.faults(
        [{"service": "rekognition", "operation": "StartProjectVersion", "error": "LimitExceededException"}]
    )
    assert operator.run()["outcome"] == "waiting_for_capacity"
    operator.aws.faults([])
    assert operator.run()["outcome"] == "deployed"


def be_told_by_others(operator: Operator) -> None:
    """A run that was stopped, and one that fails as the one before it did, by the schedule."""
    operator.aws.stops([{"machine": "-Training", "state": "Read the parameters"}])
    operator.finished(operator.start())
    until_idle(operator)
    for _ in range(2):
        operator.finished(operator.start("Training", source="schedule", force="no"))


def be_refused(operator: Operator) -> None:
    """A message about a run that told nobody cannot be sent: its claim is given back."""
    operator.aws.faults(
        [{"service": "sns", "operation": "Publish", "error": "InternalErrorException", "times": 1000}]
    )
    operator.aws.stops([{"machine": "-Training", "state": "Read the parameters"}])
    operator.finished(operator.start())
    until_idle(operator)
    operator.aws.faults([])


def change_settings(operator: Operator) -> None:
    """Every kind of parameter, two of them with values that got past their patterns."""
    operator.set("Minimum-F1-Score", "1.0")
    operator.upload(noises(("hiss", "hum"), 40))
    assert operator.run()["outcome"] == "rejected"
    for parameter, value in (
        ("Minimum-F1-Score", "0.1"),
        ("Minimum-Inference-Units", "2"),
        ("Automatic-Training-Poll-Frequency", "60"),
        ("Enable-Automatic-Training", "false"),
        ("Enable-Automatic-Training", "true"),
    ):
        operator.change_setting(parameter, value)
        until_idle(operator)
    for parameter in ("Minimum-F1-Score", "Minimum-Inference-Units"):
        operator.aws.client("ssm").put_parameter(
            Name=f"{operator.outputs['ParameterPath']}/{parameter}",
            Value="many",
            AllowedPattern=".*",
            Overwrite=True,
        )
    until_idle(operator)
    live = operator.system_parameter()["live_model"]["version"]
    operator.run("Deployment", version=live, restart=True)
    operator.run()
    operator.run("Settings")


def wait_for_the_clock(operator: Operator) -> None:
    """A check that the schedule starts."""
    operator.set("Automatic-Training-Poll-Frequency", "1")
    before = len(operator.executions("Training"))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(operator.executions("Training")) == before:
        assert time.monotonic() < deadline, "the schedule starts no check"
        measure(operator)
        time.sleep(0.1)
    until_idle(operator)


def be_deleted(operator: Operator) -> None:
    """The stack is deleted during a training, which lasts longer than an invocation of the function."""
    start_a_training(operator)
    make_invocations_short(operator)
    deletion = Deletion(operator)
    deletion.begin()
    deletion.until_handed_over()
    operator.aws.rekognition(hold_trainings=False)
    deletion.end()
    assert is_gone(operator)


DAY: tuple[Callable[[Operator], None], ...] = (
    begin_and_replace,
    fail_and_delete,
    fail_for_the_data,
    lose_a_line,
    find_no_slot,
    be_told_by_others,
    be_refused,
    change_settings,
    wait_for_the_clock,
)
"""What happens in a day, on one stack: together it makes the pipeline do all that it may do."""


def test_every_permission_is_used_and_none_is_lacking(make_operator: MakeOperator) -> None:
    operator = make_operator(time_scale=TIME_SCALE, schedule_scale=0.05)
    for happening in DAY:
        happening(operator)
    until_idle(operator)
    has = granted(operator)
    be_deleted(operator)
    decisions = operator.aws.permissions()
    assert [each for each in decisions if not each["allowed"]] == []

    used = {(each["role"], each["action"]) for each in decisions}
    unused = {(role, action) for role, action in has - used if not is_explained(role, action)}
    assert unused == set(), "these permissions are needless, or a run is missing that uses them"
    rotten = {(role, action) for role, action in has & used if is_explained(role, action)}
    assert rotten == set(), "these permissions are explained although they are used"


def train_and_set(scenario: Scenario, minutes: Iterator[int]) -> None:
    """A training, and a change of a setting: together they ask for whatever the roles are used for here."""
    scenario.prepare()
    scenario.act()
    scenario.operator.change_setting("Automatic-Training-Poll-Frequency", str(next(minutes)))
    until_idle(scenario.operator)


@pytest.mark.timeout(3600)
def test_a_permission_that_is_taken_away_is_missed(make_operator: MakeOperator, all_faults: bool) -> None:
    operator = make_operator(time_scale=TIME_SCALE)
    scenario: Scenario = Replacement(operator=operator)
    scenario.begin()
    minutes = itertools.count(600)
    train_and_set(scenario, minutes)
    among = roles(operator)
    seen = {(each["role"], each["action"]) for each in operator.aws.permissions() if each["role"] in among}
    used = sorted(seen & granted(operator))
    chosen = used if all_faults else used[::SAMPLE_EVERY]
    saved = list(policies(operator))
    not_missed = []
    for role, action in chosen:
        take_away(operator, role, action)
        train_and_set(scenario, minutes)
        denied = {
            (each["role"], each["action"]) for each in operator.aws.permissions() if not each["allowed"]
        }
        if (role, action) not in denied:
            not_missed.append((role, action))
        for owner, name, document in saved:
            operator.aws.client("iam").put_role_policy(
                RoleName=owner, PolicyName=name, PolicyDocument=json.dumps(document)
            )
        scenario.recover()
        scenario.forget_old_versions()
    print(f"{len(used)} permissions used, {len(chosen)} taken away, {len(not_missed)} not missed")
    assert chosen
    assert not_missed == []
