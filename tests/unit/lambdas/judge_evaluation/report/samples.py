"""Reports to render: a rich one, and parts of others."""

import io
import math

from PIL import Image, ImageDraw

from lambdas.judge_evaluation.report.model import (
    BoxReport,
    Cell,
    Champion,
    Changes,
    Confusion,
    DataSet,
    Files,
    Judgement,
    LabelReport,
    Report,
    Said,
    Scores,
    Training,
    VerdictReport,
    WrongPicture,
)
from lambdas.judge_evaluation.verdict import Comparison, LabelComparison, Rule

REGION = "eu-west-1"
VERSION = "set-0123456789abcdef"
LIVE = "set-fedcba9876543210"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:Training-1a2b3c4d:nightly"
FRUITS = (
    "apple",
    "apricot",
    "cherry",
    "fig",
    "grape",
    "kiwi",
    "lemon",
    "melon",
    "orange",
    "peach",
    "pear",
    "plum",
)
HOSTILE = '</style><script>alert("x")</script>\u202e"\n\'&amp;'


def labels(names: tuple[str, ...] = FRUITS) -> list[LabelReport]:
    found = [
        LabelReport(
            label=name,
            f1=round(0.45 + 0.54 * math.sqrt(number / len(names)), 6),
            precision=round(0.5 + 0.45 * number / len(names), 6),
            recall=round(0.42 + 0.55 * number / len(names), 6),
            threshold=0.41 + number % 7 / 20,
            test_pictures=4 + number * 3 % 40,
            champion_f1=None if number == 2 else round(0.5 + 0.45 * math.sqrt(number / len(names)), 6),
            judged=number != 0,
        )
        for number, name in enumerate(names)
    ]
    return [*found, LabelReport(label="quince", f1=None, precision=None, recall=None, threshold=None,
                                test_pictures=0, champion_f1=None, judged=False)]  # fmt: skip


def confusion(names: tuple[str, ...] = FRUITS) -> Confusion:
    cells = []
    for number, name in enumerate(names):
        amiss = round(0.4 / (number + 1), 3)
        cells.append(Cell(truth=name, predicted=name, share=1 - amiss))
        cells.append(Cell(truth=name, predicted=names[(number + 3) % len(names)], share=amiss))
    return Confusion(labels=sorted(names), cells=cells)


def comparison() -> Comparison:
    def of(label: str, difference: float, width: float) -> LabelComparison:
        return LabelComparison(
            label=label,
            pictures=24,
            challenger_f1=0.8 + difference,
            champion_f1=0.8,
            difference=difference,
            low=difference - width,
            high=difference + width,
        )

    return Comparison(
        champion=LIVE,
        pictures=180,
        of=212,
        challenger_f1=0.861,
        champion_f1=0.832,
        difference=0.029,
        low=0.004,
        high=0.055,
        tolerance=0.02,
        labels=[
            of("apple", -0.12, 0.09),
            of("fig", -0.03, 0.06),
            of("pear", 0.06, 0.05),
            of("plum", 0.0, 0.01),
        ],
    )


def history(count: int = 14) -> list[Judgement]:
    outcomes = ("deployed", "rejected", "deployed", "deployed", "rolled_back")
    told = [
        Judgement(
            version=f"set-{number:016x}",
            judged_at=f"2026-{number // 28 + 1:02}-{number % 28 + 1:02}T04:05:06Z",
            f1=round(0.62 + 0.25 * (1 - math.exp(-number / 6)) - 0.06 * (number % 5 == 1), 3),
            outcome=outcomes[number % 5],
        )
        for number in range(count - 1)
    ]
    if len(told) > 1:
        told[-1] = {**told[-1], "version": LIVE}
    return [*told, Judgement(version=VERSION, judged_at="2026-03-10T04:05:06Z", f1=0.861, outcome="accepted")]


def wrong(count: int = 14) -> list[WrongPicture]:
    return [
        WrongPicture(
            picture=f"s3://pictures/images_labeled_by_folder/apple/IMG_{number:04}.png",
            labels=["apple"],
            found=[Said(label="pear", confidence=0.93 - number / 50)],
            why=f"It saw pear ({93 - 2 * number} %), which is not there. It missed apple ({number} %).",
        )
        for number in range(count)
    ]


def boxed() -> WrongPicture:
    return WrongPicture(
        picture="s3://pictures/location.png",
        labels=["apple"],
        found=[Said(label="pear", confidence=0.9)],
        why="It saw pear (90 %), which is not there. It missed apple.",
        boxes=[
            BoxReport(label="apple", whose="truth", left=0.1, top=0.1, width=0.3, height=0.4),
            BoxReport(label="pear", whose="model", left=0.5, top=0.3, width=0.3, height=0.4),
        ],
    )


def drawing(number: int = 0) -> bytes:
    """A small PNG of something round."""
    picture = Image.new("RGB", (160, 120), (240, 236, 220))
    colour = (200 - 10 * number % 200, 60 + 12 * number % 190, 50)
    ImageDraw.Draw(picture).ellipse((40, 20, 120, 100), fill=colour)
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def report() -> Report:
    compared = comparison()
    return Report(
        schema_version=1,
        pipeline="TrainingPipeline-prod",
        version=VERSION,
        judged_at="2026-03-10T04:05:06Z",
        execution=EXECUTION,
        model_type="whole_picture",
        verdict=VerdictReport(
            verdict="accepted",
            reason="F1 0.861 reaches the minimum of 0.8, and on 180 pictures that both models saw the new "
            "one is better by 0.029 (0.004 to 0.055).",
            rules=[
                Rule(rule="minimum_f1", result="passed", words="F1 0.861 against a minimum of 0.8."),
                Rule(rule="label_floor", result="off", words="Minimum-Label-F1-Score is 0."),
                Rule(rule="champion", result="passed", words="Better by 0.029; 0.02 worse would do."),
                Rule(rule="champion_label", result="borderline", words="apple may be worse by 0.12."),
            ],
            comparison=compared,
            warnings=["Label quince had no test picture, so the F1 says nothing about it."],
        ),
        scores=Scores(f1=0.861, precision=0.874, recall=0.849, minimum_f1=0.8),
        champion=Champion(version=LIVE, f1=0.84, comparison=compared),
        history=history(),
        labels=labels(),
        confusion=confusion(),
        most_wrong=wrong(),
        data_set=DataSet(
            train=848, test=212, changes=Changes(since=LIVE, added=120, replaced=4, relabelled=11, removed=2)
        ),
        training=Training(billed_seconds=5400, usd=1.5, ended_at="2026-03-10T03:58:00Z"),
        files=Files(
            page=f"s3://results/evaluation/{VERSION}/report.html",
            document=f"s3://results/evaluation/{VERSION}/report.json",
            summary=None,
        ),
        notes=[],
    )
