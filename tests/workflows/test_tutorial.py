"""docs/tutorial.md, step by step: what an operator of the manual's pipeline does first, and then sees."""

from __future__ import annotations

from tests.workflows.conftest import MakeOperator
from tests.workflows.operator import Json, Operator

ENABLED = "Enable-Automatic-Training"


def switch_off_and_on(operator: Operator) -> None:
    operator.set(ENABLED, "false")
    operator.set(ENABLED, "true")


def said(operator: Operator) -> list[Json]:
    """All that came by mail, but alarms, which have a topic of their own."""
    topic = operator.outputs["NotificationTopicArn"]
    return [message for message in operator.aws.outbox() if message["topic"] == topic]


def test_the_tutorial(make_operator: MakeOperator) -> None:
    operator = make_operator(time_scale=0.0001)
    # However fast the machine is, the training takes until word came that it still trains.
    operator.aws.rekognition(hold_trainings=True)

    operator.upload_fruits(("apple",), 5)
    switch_off_and_on(operator)
    off, on = operator.until_messages(2, "setting")
    (found,) = operator.until_messages(1)
    assert f"{ENABLED} was updated from true to false." in off["message"]
    assert f"{ENABLED} was updated from false to true." in on["message"]
    assert "Too few pictures: 5 of 10." in found["message"]
    operator.until_idle("Training")
    assert len(said(operator)) == 3
    assert operator.system_parameter()["previous_trained_images"] == 0

    operator.upload_fruits(("pear",), 5)
    switch_off_and_on(operator)
    operator.until_messages(4, "setting")
    operator.until_messages(2, "progress")
    operator.aws.rekognition(hold_trainings=False)
    deployed = operator.until_messages(2)[-1]
    operator.until_idle("Training")
    began, *still = operator.messages("progress")
    assert ": training set-" in began["subject"]
    # More than one, if the end of the training was seen late.
    for hours, word in zip((6, 12, 18, 24), still, strict=False):
        assert word["subject"].endswith(f" still trains, after {hours} hours")
    assert " is live, F1 " in deployed["subject"]
    assert len(said(operator)) == 3 + 2 + len([began, *still]) + 1
    assert list(operator.versions().values()) == ["RUNNING"]
    assert operator.system_parameter()["previous_trained_images"] == 10
    assert "20 in all, if you only add some." in deployed["message"]

    operator.upload_fruits(count=5, first=5)
    operator.remove("apple/009.png")
    assert operator.run()["outcome"] == "nothing_to_train"
    operator.upload_fruits(("apple",), 1, first=9)
    assert operator.run()["outcome"] == "deployed"
    assert operator.system_parameter()["previous_trained_images"] == 20
