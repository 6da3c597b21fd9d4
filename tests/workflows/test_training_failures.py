"""Every way in which a run ends red: what the operator reads, and what the next run does."""

import json
import re

import pytest

from tests.workflows.conftest import MakeOperator
from tests.workflows.operator import Json, Operator
from tests.workflows.pictures import broken

DATA_REASON = "The manifest file contains too many invalid rows (ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST)."
FAULT_REASON = "Amazon Rekognition experienced a service error."


def assert_told_and_tidy(operator: Operator, found: Json) -> None:
    """One message with the error's name and the cause, and no lock left behind."""
    assert found["error"]
    assert found["cause"]
    telling = [message for message in operator.messages() if found["executionArn"] in message["message"]]
    assert len(telling) == 1
    assert found["error"] in telling[0]["subject"]
    cause, _, rest = found["cause"].partition(" The operator was told.")
    assert cause in telling[0]["message"]
    assert rest == ""
    assert operator.item("lock", "training") is None
    assert operator.item("lock", "deployment") is None


def fault(operation: str, error: str, *, service: str = "rekognition", times: int = 100) -> Json:
    return {"service": service, "operation": operation, "error": error, "after": 0, "times": times}


def test_training_that_fails_for_its_data_is_told_and_not_tried_again(stocked: Operator) -> None:
    stocked.aws.rekognition(next_training={"status": "TRAINING_FAILED", "message": DATA_REASON})
    found = stocked.run_red()
    assert found["error"] == "TrainingFailed"
    assert DATA_REASON in found["cause"]
    assert_told_and_tidy(stocked, found)
    assert stocked.system_parameter()["previous_trained_images"] == 0

    tried = stocked.run()
    assert tried["outcome"] == "already_tried"
    assert DATA_REASON in tried["reason"]
    assert len(stocked.calls("CreateProjectVersion")) == 1

    forced = stocked.run(force=True)
    assert forced["outcome"] == "deployed"
    assert forced["version"].startswith(f"{tried['version']}-")


def test_pictures_that_rekognition_cannot_use_are_named_with_their_remedy(stocked: Operator) -> None:
    files = list(broken("pear", 20))
    stocked.upload(files)
    found = stocked.run_red()

    assert found["error"] == "TrainingFailed"
    assert "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST" in found["cause"]
    assert "Replace it with a PNG or JPEG" in found["cause"]
    assert "(ERROR_INVALID_IMAGE)" in found["cause"]
    named = set(re.findall(r"images_labeled_by_folder/([^ ,]+\.png)", found["cause"]))
    assert named == {key for key, _ in files}
    assert_told_and_tidy(stocked, found)

    (place,) = re.findall(r"The whole list: s3://([^/]+)/(\S+\.html)", found["cause"])
    page = stocked.aws.client("s3").get_object(Bucket=place[0], Key=place[1])["Body"].read().decode()
    assert all(key in page for key, _ in files)

    tried = stocked.run()
    assert tried["outcome"] == "already_tried"
    for key, _ in files:
        stocked.remove(key)
    assert stocked.run()["outcome"] == "deployed"


def test_a_failure_that_cannot_be_explained_is_told_in_rekognitions_words(stocked: Operator) -> None:
    stocked.upload(broken("pear", 20))
    stocked.aws.faults([fault("GetObject", "AccessDenied", service="s3") | {"caller": "FailureExplainer"}])
    found = stocked.run_red()
    stocked.aws.faults([])

    assert found["error"] == "TrainingFailed"
    assert "too many invalid rows" in found["cause"]
    assert "could not be found out: AWS denied access while reading" in found["cause"]
    assert_told_and_tidy(stocked, found)


def test_training_that_fails_for_a_fault_is_simply_tried_again(stocked: Operator) -> None:
    stocked.aws.rekognition(next_training={"status": "TRAINING_FAILED", "message": FAULT_REASON})
    found = stocked.run_red()
    assert found["error"] == "TrainingFailed"
    assert "The pictures are not known to be the reason" in found["cause"]
    assert_told_and_tidy(stocked, found)
    (failed,) = stocked.versions().items()
    assert failed[1] == "TRAINING_FAILED"

    report = stocked.run()
    assert report["outcome"] == "deployed"
    assert report["version"] == failed[0]
    assert stocked.versions() == {report["version"]: "RUNNING"}


def test_a_failed_training_leaves_the_live_model_serving(stocked: Operator) -> None:
    live = stocked.run()["version"]
    stocked.upload_fruits(count=5, first=10)
    stocked.aws.rekognition(next_training={"status": "TRAINING_FAILED", "message": DATA_REASON})
    stocked.run_red()
    assert stocked.versions()[live] == "RUNNING"
    assert stocked.system_parameter()["live_model"]["version"] == live


def test_a_model_that_fails_to_start_leaves_the_old_one_serving(stocked: Operator) -> None:
    live = stocked.run()["version"]
    stocked.upload_fruits(count=5, first=10)
    stocked.aws.rekognition(next_start={"status": "FAILED", "message": "No hosts could be had."})
    found = stocked.run_red()
    assert found["error"] == "ModelStartFailed"
    assert "No hosts could be had." in found["cause"]
    assert_told_and_tidy(stocked, found)
    assert stocked.versions()[live] == "RUNNING"

    report = stocked.run()
    assert report["outcome"] == "deployed"
    assert len(stocked.calls("CreateProjectVersion")) == 2
    assert stocked.versions() == {live: "STOPPED", report["version"]: "RUNNING"}


def test_a_model_that_never_starts_is_given_up(make_operator: MakeOperator) -> None:
    operator = make_operator(time_scale=0.0001)
    operator.upload_fruits()
    operator.aws.rekognition(start_seconds=10**9)
    found = operator.run_red()
    assert found["error"] == "ModelStartDeadlineExceeded"
    assert "60 minutes" in found["cause"]
    assert_told_and_tidy(operator, found)
    assert operator.item("pointer", "live") is None


def test_a_failure_before_the_switch_stops_the_new_model(stocked: Operator) -> None:
    # The third transaction is Deployment's: it moves the live pointer.
    stocked.aws.faults(
        [{**fault("TransactWriteItems", "ThrottlingException", service="dynamodb"), "after": 2}]
    )
    found = stocked.run_red()
    assert "moving the live pointer" in found["cause"]
    assert_told_and_tidy(stocked, found)
    assert list(stocked.versions().values()) == ["STOPPED"]
    stocked.aws.faults([])
    assert stocked.run()["outcome"] == "deployed"
    assert len(stocked.calls("CreateProjectVersion")) == 1


def test_training_that_takes_too_long_is_waited_for_by_the_next_run(make_operator: MakeOperator) -> None:
    operator = make_operator(time_scale=0.0001)
    operator.upload_fruits()
    # However long the machine takes for the 25 hours of turns.
    operator.aws.rekognition(hold_trainings=True)
    found = operator.run_red()
    operator.aws.rekognition(hold_trainings=False)
    assert found["error"] == "TrainingDeadlineExceeded"
    assert_told_and_tidy(operator, found)
    assert operator.run()["outcome"] == "deployed"
    assert len(operator.calls("CreateProjectVersion")) == 1


@pytest.mark.parametrize(
    ("service", "operation", "error", "shown"),
    [
        ("rekognition", "CreateProjectVersion", "AccessDeniedException", "Rekognition.AccessDeniedException"),
        (
            "rekognition",
            "DescribeProjectVersions",
            "AccessDeniedException",
            "Rekognition.AccessDeniedException",
        ),
        ("rekognition", "CreateDataset", "InvalidS3ObjectException", "Rekognition.InvalidS3ObjectException"),
        (
            "rekognition",
            "StartProjectVersion",
            "InvalidParameterException",
            "Rekognition.InvalidParameterException",
        ),
        ("ssm", "GetParameters", "InternalServerError", "Ssm.InternalServerErrorException"),
        ("dynamodb", "TransactWriteItems", "ThrottlingException", "DynamoDb.ThrottlingException"),
        ("lambda", "Invoke", "TooManyRequestsException", "Lambda.TooManyRequestsException"),
        (
            "stepfunctions",
            "StartExecution",
            "AccessDeniedException",
            "StepFunctions.AWSStepFunctionsException",
        ),
    ],
)
def test_a_call_that_keeps_failing_ends_red_and_the_next_run_repairs(
    stocked: Operator, service: str, operation: str, error: str, shown: str
) -> None:
    execution = stocked.start()
    stocked.aws.faults([fault(operation, error, service=service)])
    found = stocked.finished(execution)
    assert found["status"] == "FAILED"
    assert found["error"] == shown
    assert found["cause"].startswith("While ") or "The deployment ended as" in found["cause"]
    stocked.aws.faults([])
    assert_told_and_tidy(stocked, found)
    assert stocked.run()["outcome"] == "deployed"
    assert len(stocked.calls("CreateProjectVersion")) == 1
    assert list(stocked.versions().values()) == ["RUNNING"]


def test_a_parameter_that_got_past_its_pattern_is_named(stocked: Operator) -> None:
    ssm = stocked.aws.client("ssm")
    name = f"{stocked.outputs['ParameterPath']}/Minimum-F1-Score"
    ssm.delete_parameter(Name=name)
    missing = stocked.run_red()
    assert missing["error"] == "InvalidParameters"
    assert "Minimum-F1-Score does not exist." in missing["cause"]
    ssm.put_parameter(Name=name, Value="eighty", Type="String")
    wrong = stocked.run_red()
    assert 'Minimum-F1-Score is "eighty"; allowed is a number from 0 to 1' in wrong["cause"]
    assert_told_and_tidy(stocked, wrong)


@pytest.mark.parametrize("document", [{"force": "yes"}, {"forse": True}])
def test_input_that_is_not_understood_is_refused(operator: Operator, document: Json) -> None:
    found = operator.run_red(**document)
    assert found["error"] == "InvalidInput"
    assert json.dumps(document, separators=(",", ":")) in found["cause"]
    assert '{"force": true}' in found["cause"]
    assert_told_and_tidy(operator, found)


def test_a_message_that_cannot_be_sent_makes_the_run_red(stocked: Operator) -> None:
    stocked.aws.faults([fault("Publish", "AuthorizationErrorException", service="sns")])
    found = stocked.run_red()
    assert found["error"] == "MessageNotSent"
    assert "deployed" in found["cause"]


def test_a_model_that_runs_in_vain_again_and_again_is_set_aside_with_a_message_of_its_own(
    stocked: Operator,
) -> None:
    # What our own function may not do is no fault of the model's, and no third start would cure it.
    stocked.aws.faults([fault("DetectCustomLabels", "AccessDeniedException", times=10**6)])
    told = len(stocked.messages())

    # Pictures rest before a schedule's check; one that a person starts does not wait for that.
    found = [stocked.run_red(), stocked.run_red(source="schedule"), stocked.run_red(source="schedule")]

    errors = [each["error"] for each in found]
    assert errors == ["StorageDenied", "StorageDenied", "DeploymentGivenUp"]
    assert len(stocked.calls("StartProjectVersion")) == 3
    assert list(stocked.versions().values()) == ["STOPPED"]
    first, last = stocked.messages()[told:]
    assert "StorageDenied" in first["subject"]
    assert "started 3 times" in last["message"]
    assert "The last time it was StorageDenied: " in last["message"]
    assert "AWS denied DetectCustomLabels" in last["message"]
    (version,) = stocked.versions()
    assert (stocked.item("version", version) or {})["outcome"] == "rolled_back"

    assert stocked.run(source="schedule")["outcome"] == "already_tried"
    assert len(stocked.calls("StartProjectVersion")) == 3
    # The reason is gone: a person has it deployed.
    stocked.aws.faults([])
    assert stocked.run("Deployment", version=version)["outcome"] == "deployed"
    assert len(stocked.calls("CreateProjectVersion")) == 1


def test_a_start_that_fails_is_not_billed_and_so_not_counted(stocked: Operator) -> None:
    for _ in range(4):
        stocked.aws.rekognition(next_start={"status": "FAILED", "message": "No hosts could be had."})
        assert stocked.run_red()["error"] == "ModelStartFailed"
    assert stocked.run()["outcome"] == "deployed"


def test_attempts_by_hand_are_not_counted(stocked: Operator) -> None:
    first = stocked.run()["version"]
    stocked.upload_fruits(count=5, first=10)
    stocked.run()
    stocked.aws.faults([fault("DetectCustomLabels", "AccessDeniedException", times=10**6)])
    for _ in range(3):
        assert stocked.run_red("Deployment", version=first)["error"] == "StorageDenied"
    record = stocked.item("version", first) or {}
    assert record["outcome"] == "deployed"
    assert "failed_attempts" not in record
