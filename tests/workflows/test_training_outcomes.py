"""Every outcome of Training, each from an operator's upload to the operator's inbox."""

import json

from tests.workflows.operator import Operator
from tests.workflows.pictures import fruits, noises


def test_labelled_pictures_become_a_deployed_model(stocked: Operator) -> None:
    execution = stocked.start()
    found = stocked.finished(execution)
    assert found["status"] == "SUCCEEDED", (found.get("error"), found.get("cause"))
    report = json.loads(found["output"])

    assert report["outcome"] == "deployed"
    assert report["f1"] >= report["minimum_f1"] == 0.8
    assert report["pictures"]["total"] == report["new_pictures"] == 20
    assert report["pictures"]["train"] + report["pictures"]["test"] == 20
    assert set(report["pictures"]["labels"]) == {"apple", "pear"}
    assert report["skipped"]["total"] == 0
    assert stocked.versions() == {report["version"]: "RUNNING"}
    assert stocked.system_parameter()["previous_trained_images"] == 20
    assert stocked.system_parameter()["live_model"]["version"] == report["version"]

    (message,) = stocked.messages()
    assert report["version"] in message["subject"]
    assert execution in message["message"]
    assert len(message["subject"]) < 100

    record = stocked.item("version", report["version"])
    assert record is not None
    assert record["outcome"] == "deployed"
    assert record["f1"] == report["f1"]
    assert record["pictures_total"] == 20
    assert {label["label"] for label in json.loads(record["labels"])} == {"apple", "pear"}
    assert record["execution"] == execution
    for leftover in (("pointer", "unfinished"), ("lock", "training"), ("lock", "deployment")):
        assert stocked.item(*leftover) is None, leftover
    assert len(stocked.calls("CreateProjectVersion")) == 1


def test_a_deployed_model_classifies_new_pictures(stocked: Operator) -> None:
    version = stocked.run()["version"]
    rekognition = stocked.aws.client("rekognition")
    for label in ("apple", "pear"):
        ((_, picture),) = fruits((label,), 1, first=90)
        found = rekognition.detect_custom_labels(
            ProjectVersionArn=stocked.version_arn(version), Image={"Bytes": picture}, MinConfidence=70
        )["CustomLabels"]
        assert [found_label["Name"] for found_label in found] == [label]


def test_nothing_new_means_nothing_paid(stocked: Operator) -> None:
    first = stocked.run()
    again = stocked.run()
    assert again["outcome"] == "nothing_to_train"
    assert "trained set: 0 of 10" in again["reason"]
    assert len(stocked.calls("CreateProjectVersion")) == 1
    assert stocked.versions() == {first["version"]: "RUNNING"}


def test_new_pictures_replace_the_live_model_and_stop_the_old_one(stocked: Operator) -> None:
    first = stocked.run()
    stocked.upload_fruits(count=5, first=10)
    second = stocked.run()
    assert second["outcome"] == "deployed"
    assert second["new_pictures"] == 10
    assert stocked.versions() == {first["version"]: "STOPPED", second["version"]: "RUNNING"}
    assert stocked.system_parameter()["previous_trained_images"] == 30


def test_too_few_new_pictures_are_counted_and_said(stocked: Operator) -> None:
    stocked.run()
    stocked.upload_fruits(count=2, first=10)
    report = stocked.run()
    assert report["outcome"] == "nothing_to_train"
    assert "trained set: 4 of 10" in report["reason"]
    assert "(Minimum-Untrained-Images)" in report["reason"]
    assert "trained set: 4 of 10" in stocked.messages()[-1]["message"]


def test_an_empty_bucket_or_a_single_label_is_no_training_set(operator: Operator) -> None:
    assert operator.run(force=True)["outcome"] == "nothing_to_train"
    assert operator.run(source="schedule")["outcome"] == "nothing_to_train"
    operator.upload_fruits(("apple",), 12)
    report = operator.run(force=True)
    assert report["outcome"] == "nothing_to_train"
    assert "Too few labels: 1 of 2" in report["reason"]
    assert not operator.calls("CreateDataset")


def test_files_that_are_no_pictures_are_left_out_and_reported(stocked: Operator) -> None:
    stocked.upload([("notes.txt", b"x"), ("apple/", b""), ("apple/empty.png", b""), ("apple/a.gif", b"x")])
    report = stocked.run()
    assert report["pictures"]["total"] == 20
    assert report["skipped"]["total"] == 4
    assert "Files left out: 4" in stocked.messages()[-1]["message"]


def test_keys_with_odd_characters_are_trained_raw(operator: Operator) -> None:
    pictures = fruits(("apple", "pear"), 10)
    operator.upload((key.replace("/", '/ä +%20 "quoted" ', 1), content) for key, content in pictures)
    report = operator.run()
    assert report["outcome"] == "deployed"
    assert report["warnings"] == []


def test_a_scheduled_check_leaves_a_young_upload_alone(stocked: Operator) -> None:
    report = stocked.run(source="schedule")
    assert report["outcome"] == "nothing_to_train"
    assert "rested 10 minutes" in report["reason"]


def test_switched_off_means_nothing_is_looked_at(stocked: Operator) -> None:
    stocked.set("Enable-Automatic-Training", "false")
    report = stocked.run()
    assert report["outcome"] == "disabled"
    # EventBridge invokes others, which look on.
    assert not [
        call
        for call in stocked.aws.calls()
        if call["service"] == "lambda" and call["caller"] != "events.amazonaws.com"
    ]
    assert len(stocked.messages()) == 1


def test_noise_is_rejected_once_and_not_paid_for_again(operator: Operator) -> None:
    operator.set("Minimum-F1-Score", "1.0")
    operator.upload(noises(("hiss", "hum"), 40))
    rejected = operator.run()
    assert rejected["outcome"] == "rejected"
    assert rejected["f1"] < rejected["minimum_f1"] == 1
    assert operator.versions() == {rejected["version"]: "TRAINING_COMPLETED"}
    assert not operator.calls("StartProjectVersion")
    assert operator.system_parameter()["previous_trained_images"] == 0
    record = operator.item("version", rejected["version"])
    assert record is not None
    assert record["outcome"] == "rejected"

    tried = operator.run()
    assert tried["outcome"] == "already_tried"
    assert tried["version"] == rejected["version"]
    assert tried["f1"] == rejected["f1"]
    assert "rejected" in tried["reason"]
    assert len(operator.calls("CreateProjectVersion")) == 1
    assert [message["subject"].split(": ")[1][:30] for message in operator.messages()] == [
        f"{rejected['version']} was rejected"[:30],
        "these pictures were already tried"[:30],
    ]


def test_force_trains_the_same_pictures_again_under_another_name(stocked: Operator) -> None:
    stocked.set("Minimum-F1-Score", "0")
    first = stocked.run()
    forced = stocked.run(force=True)
    assert forced["outcome"] == "deployed"
    assert forced["version"].startswith(f"{first['version']}-")
    assert stocked.versions() == {first["version"]: "STOPPED", forced["version"]: "RUNNING"}


def test_no_free_model_slot_is_waited_for_without_training_again(stocked: Operator) -> None:
    stocked.aws.faults(
        [
            {
                "service": "rekognition",
                "operation": "StartProjectVersion",
                "error": "LimitExceededException",
                "after": 0,
                "times": 1,
            }
        ]
    )
    waiting = stocked.run()
    assert waiting["outcome"] == "waiting_for_capacity"
    assert "slot" in waiting["reason"]
    assert stocked.versions() == {waiting["version"]: "TRAINING_COMPLETED"}

    deployed = stocked.run()
    assert deployed["outcome"] == "deployed"
    assert deployed["version"] == waiting["version"]
    assert deployed["f1"] == waiting["f1"]
    assert len(stocked.calls("CreateProjectVersion")) == 1
    assert stocked.system_parameter()["previous_trained_images"] == 20


def test_no_free_training_slot_leaves_the_set_untried(stocked: Operator) -> None:
    stocked.aws.faults(
        [
            {
                "service": "rekognition",
                "operation": "CreateProjectVersion",
                "error": "LimitExceededException",
                "after": 0,
                "times": 1,
            }
        ]
    )
    assert stocked.run()["outcome"] == "waiting_for_capacity"
    assert stocked.versions() == {}
    assert stocked.run()["outcome"] == "deployed"


def test_two_trainings_started_together_pay_once(stocked: Operator) -> None:
    executions = [stocked.start(), stocked.start()]
    found = [stocked.finished(execution) for execution in executions]
    reports = [json.loads(run["output"]) for run in found]
    assert sorted(report["outcome"] for report in reports) == ["busy", "deployed"]
    (busy,) = (report for report in reports if report["outcome"] == "busy")
    assert any(execution in busy["reason"] for execution in executions)
    assert len(stocked.calls("CreateProjectVersion")) == 1
    assert len(stocked.messages()) == 2


def test_going_back_to_an_earlier_set_deploys_its_model_without_training(stocked: Operator) -> None:
    stocked.set("Minimum-Untrained-Images", "2")
    first = stocked.run()
    stocked.upload_fruits(count=1, first=10)
    second = stocked.run()
    for label in ("apple", "pear"):
        stocked.remove(f"{label}/010.png")
    back = stocked.run()
    assert back["outcome"] == "deployed"
    assert back["version"] == first["version"]
    assert stocked.versions() == {first["version"]: "RUNNING", second["version"]: "STOPPED"}
    assert len(stocked.calls("CreateProjectVersion")) == 2
    assert stocked.run()["outcome"] == "nothing_to_train"
