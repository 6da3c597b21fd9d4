"""What the demo shows where there is no terminal."""

import io

from rich.console import Console

from tools.demo_view import DemoView, Guess
from tools.follow import StateEntered


def view() -> tuple[DemoView, io.StringIO]:
    written = io.StringIO()
    return DemoView(console=Console(file=written, width=100)), written


def entered(state: str, kind: str, turn: int) -> StateEntered:
    return StateEntered(workflow="Training", state=state, kind=kind, turn=turn)


def test_of_a_polls_later_turns_only_the_waits_are_shown() -> None:
    demo, written = view()
    for turn in (1, 2):
        demo.state(entered("Wait for training", "Wait", turn))
        demo.state(entered("Training over?", "Choice", turn))
    assert [line.split("  ")[-1].strip() for line in written.getvalue().splitlines()] == [
        "Training: Wait for training",
        "Training: Training over?",
        "Training: Wait for training (turn 2)",
    ]


def test_predictions_stand_beside_the_truth() -> None:
    demo, written = view()
    demo.guesses(
        [
            Guess(truth="7", said="7", confidence=91.2),
            Guess(truth="7", said="1", confidence=80.0),
            Guess(truth="7", said=None, confidence=0.0),
        ]
    )
    row = next(line for line in written.getvalue().splitlines() if line.startswith("│ 7"))
    assert "7  91 %" in row
    assert "1  80 %" in row
    assert "?   0 %" in row
    assert "1/3" in row


def test_a_false_check_stands_out() -> None:
    demo, written = view()
    demo.checks([("the sky is blue", True), ("two is three", False)])
    assert "true  the sky is blue" in written.getvalue()
    assert "FALSE two is three" in written.getvalue()


def test_a_step_is_told_before_and_after() -> None:
    demo, written = view()
    with demo.working("Deploying"):
        assert written.getvalue() == "  Deploying …\n"
    assert "Deploying: 0.0 s" in written.getvalue()
