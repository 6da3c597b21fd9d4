"""Which pictures a model got most wrong."""

from lambdas.judge_evaluation.boxes import Box, LabelledBox
from lambdas.judge_evaluation.report.wrong import MOST, most_wrong
from lambdas.judge_evaluation.snapshot import Prediction, TestedPicture


def seen(key: str, truth: tuple[str, ...], *said: tuple[str, float, bool]) -> TestedPicture:
    predictions = tuple(
        Prediction(label=label, confidence=confidence, found=found) for label, confidence, found in said
    )
    return TestedPicture(bucket="pictures", key=key, labels=truth, predictions=predictions)


def box(left: float) -> Box:
    return Box(left=left, top=0.1, width=0.2, height=0.2)


def test_a_confident_mistake_comes_before_a_doubtful_one_and_what_is_right_is_left_out() -> None:
    found = most_wrong(
        [
            seen("right", ("cat",), ("cat", 0.9, True), ("dog", 0.1, False)),
            seen("doubtful", ("cat",), ("cat", 0.4, False), ("dog", 0.5, True)),
            seen("sure", ("cat",), ("cat", 0.05, False), ("dog", 0.95, True)),
        ]
    )

    assert [each["picture"] for each in found] == ["s3://pictures/sure", "s3://pictures/doubtful"]
    assert found[0]["labels"] == ["cat"]
    assert found[0]["found"] == [{"label": "dog", "confidence": 0.95}]
    assert found[0]["why"] == "It saw dog (95 %), which is not there. It missed cat (5 %)."


def test_a_picture_of_which_nothing_is_said_is_missed() -> None:
    (found,) = most_wrong([seen("a", ("cat", "dog"))])

    assert found["found"] == []
    assert found["why"] == "It missed cat and dog."


def test_many_mistakes_are_counted_and_some_named() -> None:
    (found,) = most_wrong([seen("a", tuple("abcdefgh"))])

    assert found["why"] == "It missed a, b, c, d, e and 3 more."


def test_only_so_many_are_told_and_always_the_same() -> None:
    pictures = [seen(f"{number:03}", ("cat",), ("dog", 0.9, True)) for number in range(200)]

    found = most_wrong(pictures)

    assert len(found) == MOST
    assert found == most_wrong(reversed(pictures))


def test_a_box_elsewhere_is_a_mistake_though_the_label_is_right() -> None:
    there = LabelledBox(label="cat", box=box(0.1))

    def picture(key: str, said: Box) -> TestedPicture:
        return TestedPicture(
            bucket="pictures",
            key=key,
            labels=("cat",),
            boxes=(there,),
            predictions=(Prediction(label="cat", confidence=0.8, found=True, box=said),),
        )

    (found,) = most_wrong([picture("near", box(0.12)), picture("far", box(0.7))])

    assert found["picture"] == "s3://pictures/far"
    assert [(each["whose"], each["left"]) for each in found["boxes"]] == [("truth", 0.1), ("model", 0.7)]


def test_two_boxes_around_one_object_are_one_too_many() -> None:
    said = tuple(
        Prediction(label="cat", confidence=confidence, found=True, box=box(0.1)) for confidence in (0.9, 0.6)
    )
    picture = TestedPicture(
        bucket="pictures",
        key="twice",
        labels=("cat",),
        boxes=(LabelledBox(label="cat", box=box(0.1)),),
        predictions=said,
    )

    (found,) = most_wrong([picture])

    assert found["why"] == "It saw cat (60 %), which is not there."
