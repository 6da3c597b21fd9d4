"""No model takes the place of a better one: pictures, trainings and verdicts are real."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterable, Iterator

from pipeline_stack.layout import IMAGES_PREFIX
from tests.workflows.held_out import give_sample
from tests.workflows.operator import Json, Operator
from tests.workflows.pictures import fruits_on_side

Pictures = Iterable[tuple[str, bytes]]

FRUITS = ("apple", "pear", "plum", "lemon")
TRAIN, TEST = 16, 8


def orchard(*labels: str, test: int = TEST) -> Iterator[tuple[str, bytes]]:
    """Pictures of each label that show what they are called."""
    for label in labels:
        yield from fruits_on_side(label, under=label, train=TRAIN, test=test)


def set_bars(operator: Operator, *, minimum: str = "0.3", tolerance: str = "0.02", floor: str = "0") -> None:
    operator.set("Minimum-F1-Score", minimum)
    operator.set("Champion-Tolerance", tolerance)
    operator.set("Minimum-Label-F1-Score", floor)


def deploy(operator: Operator, pictures: Pictures) -> str:
    """Train on these alone and have the model deployed; its name."""
    operator.upload(pictures)
    report = operator.run()
    assert report["outcome"] == "deployed", report
    version: str = report["version"]
    return version


def replace_all(operator: Operator, pictures: Pictures) -> None:
    """These pictures instead of all that are there."""
    bucket = operator.aws.client("s3")
    listed = bucket.list_objects_v2(Bucket=operator.outputs["BucketName"], Prefix="images_labeled_by_folder/")
    for each in listed.get("Contents", []):
        operator.remove(each["Key"].removeprefix("images_labeled_by_folder/"))
    operator.upload(pictures)


def results(report: Json) -> dict[str, str]:
    return {rule["rule"]: rule["result"] for rule in report["rules"]}


def words(report: Json, rule: str) -> str:
    (found,) = (each["words"] for each in report["rules"] if each["rule"] == rule)
    return str(found)


def kept(operator: Operator, champion: str, report: Json) -> None:
    """The live model serves on, the other is remembered as rejected."""
    assert report["outcome"] == "rejected"
    assert operator.versions() == {champion: "RUNNING", report["version"]: "TRAINING_COMPLETED"}
    assert operator.system_parameter()["live_model"]["version"] == champion
    row = operator.item("version", report["version"])
    assert row is not None
    assert row["outcome"] == "rejected"
    assert row["reason"] == report["reason"]
    assert json.loads(row["rules"]) == report["rules"]
    assert json.loads(row["comparison"]) == report["comparison"]
    (message,) = operator.messages()[1:]
    assert report["reason"] in message["message"]
    assert "serves on" in message["message"]


def mixed_up() -> Iterator[tuple[str, bytes]]:
    """Three of five labels are called by another's name."""
    yield from orchard("apple", "pear")
    for shown, called in (("plum", "lemon"), ("lemon", "peach"), ("peach", "plum")):
        yield from fruits_on_side(shown, under=called, train=TRAIN, test=TEST)


def corrected_but_for_apples() -> Iterator[tuple[str, bytes]]:
    """All are called what they are, but the pictures that teach apples show pears, and apples are lemons."""
    yield from orchard("pear", "plum", "lemon", "peach")
    yield from fruits_on_side("apple", under="apple", test=TEST)
    yield from fruits_on_side("pear", under="apple", train=TRAIN, first=5000)
    yield from fruits_on_side("apple", under="lemon", train=TRAIN, first=5000)


def test_a_model_that_is_better_overall_and_loses_a_label_is_rejected_by_its_name(operator: Operator) -> None:
    set_bars(operator)
    champion = deploy(operator, mixed_up())
    replace_all(operator, corrected_but_for_apples())

    report = operator.run()

    comparison = report["comparison"]
    assert comparison["challenger_f1"] > comparison["champion_f1"]
    assert results(report) == {
        "minimum_f1": "passed",
        "label_floor": "off",
        "champion": "passed",
        "champion_label": "failed",
    }
    assert "apple" in report["reason"]
    assert f"with the live model {champion}" in report["reason"]
    assert "(Champion-Tolerance)" in report["reason"]
    for label in ("pear", "plum", "lemon", "peach"):
        assert label not in report["reason"]
    kept(operator, champion, report)


def a_few_apples_lost() -> Iterator[tuple[str, bytes]]:
    """Some apples are peach-coloured; the pictures that would teach it are called lemons."""
    yield from orchard("pear", "plum", "lemon", "apple", test=12)
    yield from fruits_on_side("peach", under="apple", test=3)
    yield from fruits_on_side("peach", under="lemon", train=TRAIN, first=5000)


def all_apples_known() -> Iterator[tuple[str, bytes]]:
    yield from orchard("pear", "plum", "lemon", "apple", test=12)
    yield from fruits_on_side("peach", under="apple", train=TRAIN, test=3)


def test_a_model_that_is_a_little_worse_is_deployed_within_the_tolerance(operator: Operator) -> None:
    set_bars(operator, tolerance="0.25")
    champion = deploy(operator, all_apples_known())
    replace_all(operator, a_few_apples_lost())

    report = operator.run()

    assert report["outcome"] == "deployed", report
    assert results(report)["champion"] == results(report)["champion_label"] == "passed"
    comparison = report["comparison"]
    assert comparison["champion"] == champion
    assert -0.25 <= comparison["low"] <= comparison["difference"] < 0
    assert operator.versions() == {champion: "STOPPED", report["version"]: "RUNNING"}
    assert words(report, "champion") in operator.messages()[-1]["message"]
    row = operator.item("version", report["version"])
    assert row is not None
    assert row["outcome"] == "deployed"
    assert json.loads(row["comparison"]) == comparison


def test_a_model_that_may_be_worse_than_tolerated_does_not_replace_the_live_one(operator: Operator) -> None:
    set_bars(operator, tolerance="0.02")
    champion = deploy(operator, all_apples_known())
    replace_all(operator, a_few_apples_lost())

    report = operator.run()

    comparison = report["comparison"]
    assert comparison["low"] < -0.02 <= comparison["high"]
    assert results(report)["champion"] == "borderline"
    assert report["reason"].endswith("In doubt the live model is kept.")
    kept(operator, champion, report)

    again = operator.run()
    assert again["outcome"] == "already_tried"
    assert "In doubt the live model is kept." in again["reason"]


def test_a_person_decides_in_doubt_where_approval_is_required(operator: Operator) -> None:
    set_bars(operator, tolerance="0.02")
    champion = deploy(operator, all_apples_known())
    replace_all(operator, a_few_apples_lost())
    operator.set("Require-Approval", "true")

    execution = operator.start()
    (question,) = operator.until_messages(1, "approval")

    assert "Whether it is as good as the live model is in doubt." in question["message"]
    assert f"that of the live model {champion}" in question["message"]
    assert "(Champion-Tolerance)" in question["message"]
    operator.aws.client("stepfunctions").stop_execution(executionArn=execution)
    operator.until_all_idle()


def test_a_model_that_is_better_only_on_pictures_of_its_own_is_rejected(operator: Operator) -> None:
    """The live one had a hard test, of pictures that are called what they are not; the other had not."""
    set_bars(operator)
    operator.upload(orchard(*FRUITS))
    for shown, called in itertools.pairwise((*FRUITS, FRUITS[0])):
        operator.upload(fruits_on_side(shown, under=called, test=5, first=5000))
    former = operator.run()
    assert former["outcome"] == "deployed"
    replace_all(operator, orchard("pear", "plum", "lemon"))
    operator.upload(fruits_on_side("apple", under="apple", test=TEST))
    operator.upload(fruits_on_side("peach", under="apple", train=TRAIN))
    operator.upload(fruits_on_side("apple", under="lemon", train=TRAIN, first=5000))

    report = operator.run()

    assert report["f1"] > former["f1"]
    comparison = report["comparison"]
    assert comparison["high"] < -0.02
    assert results(report)["minimum_f1"] == "passed"
    assert results(report)["champion"] == "failed"
    assert f"that of the live model {former['version']}" in report["reason"]
    kept(operator, former["version"], report)


def test_without_the_live_model_a_version_waits_and_is_judged_later_without_a_training(
    operator: Operator,
) -> None:
    set_bars(operator)
    champion = deploy(operator, orchard("apple", "pear"))
    operator.upload(fruits_on_side("apple", under="apple", train=6, test=2, first=5000))
    operator.upload(fruits_on_side("pear", under="pear", train=6, test=2, first=5000))
    rekognition = operator.aws.client("rekognition")
    rekognition.stop_project_version(ProjectVersionArn=operator.version_arn(champion))
    operator.until_status(champion, "STOPPED")

    waiting = operator.run()

    assert waiting["outcome"] == "waiting_for_comparison"
    assert f"the live model {champion} is STOPPED, not RUNNING" in waiting["reason"]
    message = operator.messages()[-1]["message"]
    assert f'start Deployment with {{"version": "{champion}"}}' in message
    assert operator.versions() == {champion: "STOPPED", waiting["version"]: "TRAINING_COMPLETED"}
    row = operator.item("version", waiting["version"])
    assert row is not None
    assert row["outcome"] == "training"
    told = len(operator.messages())
    for _ in range(2):
        assert operator.run(source="schedule")["outcome"] == "waiting_for_comparison"
    assert len(operator.messages()) == told, "a scheduled check says the same once a day"

    assert operator.run("Deployment", version=champion)["outcome"] == "deployed"
    judged = operator.run()

    assert (judged["outcome"], judged["version"]) == ("deployed", waiting["version"])
    assert judged["comparison"]["champion"] == champion
    assert len(operator.calls("CreateProjectVersion")) == 2


def test_pictures_that_rekognition_may_not_read_now_cost_no_trained_version(operator: Operator) -> None:
    set_bars(operator)
    champion = deploy(operator, orchard("apple", "pear"))
    operator.upload(fruits_on_side("apple", under="apple", train=6, test=2, first=5000))
    operator.upload(fruits_on_side("pear", under="pear", train=6, test=2, first=5000))
    denied = {"operation": "DetectCustomLabels", "error": "InvalidS3ObjectException"}
    operator.aws.faults([{"service": "rekognition", "after": 0, "times": 1000, **denied}])

    waiting = operator.run()

    assert waiting["outcome"] == "waiting_for_comparison"
    assert f"the live model {champion} answered only 0 of " in waiting["reason"]
    assert "(InvalidS3ObjectException " in waiting["reason"]
    assert "Rekognition cannot or may not read" in operator.messages()[-1]["message"]

    operator.aws.faults([])
    judged = operator.run()

    assert (judged["outcome"], judged["version"]) == ("deployed", waiting["version"])
    assert judged["comparison"]["champion"] == champion
    assert len(operator.calls("CreateProjectVersion")) == 2


def waiting_for_comparison(operator: Operator) -> str:
    """A trained version that cannot be compared, as the live model was stopped; its name."""
    set_bars(operator)
    champion = deploy(operator, orchard("apple", "pear"))
    for label in ("apple", "pear"):
        operator.upload(fruits_on_side(label, under=label, train=6, test=2, first=5000))
    operator.aws.client("rekognition").stop_project_version(ProjectVersionArn=operator.version_arn(champion))
    operator.until_status(champion, "STOPPED")
    waiting = operator.run()
    assert waiting["outcome"] == "waiting_for_comparison"
    version: str = waiting["version"]
    return version


def test_what_was_deployed_without_a_comparison_is_not_judged_afterwards(operator: Operator) -> None:
    version = waiting_for_comparison(operator)
    operator.change_setting("Require-Approval", "true")
    assert operator.run("Deployment", version=version)["outcome"] == "deployed"
    row = operator.item("version", version)

    assert operator.run()["outcome"] == "nothing_to_train"

    assert operator.item("version", version) == row
    assert operator.item("pointer", "unfinished") is None
    assert operator.messages("approval") == []
    # By force it is trained anew, under a name of its own.
    operator.change_setting("Require-Approval", "false")
    again = operator.run(force=True)
    assert again["outcome"] != "waiting_for_comparison"
    assert again["version"].startswith(f"{version}-")


def test_what_was_deployed_without_a_comparison_and_taken_back_is_not_tried_again(operator: Operator) -> None:
    version = waiting_for_comparison(operator)
    listed = operator.aws.client("s3").list_objects_v2(
        Bucket=operator.outputs["BucketName"], Prefix=f"{IMAGES_PREFIX}apple/"
    )
    key = listed["Contents"][0]["Key"].removeprefix(IMAGES_PREFIX)
    give_sample(operator, version, {key: "pear"})
    assert operator.run_red("Deployment", version=version)["error"] == "SmokeTestFailed"

    tried = operator.run()

    assert tried["outcome"] == "already_tried"
    assert f"tried before, as {version}: rolled_back" in tried["reason"]
    assert (operator.item("version", version) or {})["outcome"] == "rolled_back"


def test_a_live_model_that_is_gone_leaves_the_other_rules(operator: Operator) -> None:
    set_bars(operator)
    champion = deploy(operator, orchard("apple", "pear"))
    rekognition = operator.aws.client("rekognition")
    arn = operator.version_arn(champion)
    rekognition.stop_project_version(ProjectVersionArn=arn)
    operator.until_status(champion, "STOPPED")
    rekognition.delete_project_version(ProjectVersionArn=arn)
    operator.upload(fruits_on_side("apple", under="apple", train=10, first=5000))

    report = operator.run()

    assert report["outcome"] == "deployed"
    assert results(report)["champion"] == "not_judged"
    assert any(
        f"names the model {champion}, which Rekognition does not know" in w for w in report["warnings"]
    )


def test_a_label_below_its_floor_is_rejected_without_asking_the_live_model(operator: Operator) -> None:
    set_bars(operator)
    champion = deploy(operator, orchard(*FRUITS))
    replace_all(operator, corrected_but_for_apples())
    set_bars(operator, floor="0.5")
    asked = len(operator.calls("DetectCustomLabels"))

    report = operator.run()

    assert results(report)["label_floor"] == "failed"
    assert results(report)["champion"] == "not_judged"
    assert "1 label is below the floor of 0.5 (Minimum-Label-F1-Score): apple" in report["reason"]
    assert report["comparison"] is None
    assert len(operator.calls("DetectCustomLabels")) == asked
    kept(operator, champion, report)


def test_a_picture_that_is_replaced_during_the_training_is_not_compared(operator: Operator) -> None:
    set_bars(operator, tolerance="0.5")
    deploy(operator, orchard("apple", "pear"))
    more = [*fruits_on_side("plum", under="plum", train=TRAIN, test=TEST)]
    operator.upload(more)
    operator.aws.rekognition(training_seconds=20_000)
    training = operator.start()
    operator.until_in(training, "Wait for training")
    # S3 tells when an object was written in whole seconds.
    time.sleep(1.1)
    ((tested, content),) = fruits_on_side("apple", under="apple", test=1)
    ((_, another),) = fruits_on_side("apple", under="apple", test=1, first=7000)
    assert another != content
    operator.upload([(tested, another)])

    found = operator.finished(training)

    assert found["status"] == "SUCCEEDED", found
    report = json.loads(found["output"])
    assert any("1 picture of the sample was changed since" in warning for warning in report["warnings"])
    assert report["comparison"]["pictures"] == 2 * TEST - 1


def test_where_all_test_pictures_are_replaced_the_live_model_is_kept_and_nothing_waits(
    operator: Operator,
) -> None:
    set_bars(operator, tolerance="0.5")
    champion = deploy(operator, orchard("apple", "pear"))
    operator.upload(fruits_on_side("apple", under="apple", train=TRAIN, first=5000))
    operator.aws.rekognition(training_seconds=20_000)
    training = operator.start()
    operator.until_in(training, "Wait for training")
    time.sleep(1.1)
    names = [name for name, _ in orchard("apple", "pear")]
    operator.upload(zip(names, (content for _, content in orchard("pear", "apple")), strict=True))

    found = operator.finished(training)

    report = json.loads(found["output"])
    kept(operator, champion, report)
    assert results(report)["champion"] == "borderline"
    assert "There is no test picture, as it was in the training" in report["reason"]
