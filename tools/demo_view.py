"""What the demo shows, with rich; plain lines when there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.follow import StateEntered

STYLES = {"Fail": "red", "Succeed": "green", "Wait": "dim", "Choice": "cyan"}


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What the model said of a picture, against what it is. `said` is None below the confidence asked."""

    truth: str
    said: str | None
    confidence: float

    @property
    def is_right(self) -> bool:
        """Whether the model was right."""
        return self.said == self.truth


@dataclass(frozen=True, kw_only=True)
class DemoView:
    """Shows the demo on one console."""

    console: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    started: float = field(default_factory=time.monotonic)

    def title(self, text: str) -> None:
        """Begin a part of the demo."""
        self.console.print()
        self.console.print(f"[bold]{escape(text)}[/bold]")

    def say(self, text: str) -> None:
        """One line."""
        self.console.print(f"  {escape(text)}")

    def state(self, entered: StateEntered) -> None:
        """A state that was just entered. Of a poll's later turns only the waits are shown."""
        if entered.turn > 1 and entered.kind != "Wait":
            return
        seconds = time.monotonic() - self.started
        indent = "" if entered.workflow == "Training" else "    "
        turn = "" if entered.turn == 1 else f" [dim](turn {entered.turn})[/dim]"
        style = "dim" if entered.turn > 1 else STYLES.get(entered.kind, "none")
        self.console.print(
            f"  [dim]{seconds:6.1f} s[/dim]  {indent}[dim]{entered.workflow}:[/dim] "
            f"[{style}]{escape(entered.state)}[/{style}]{turn}"
        )

    def gate(self, output: dict[str, Any]) -> None:
        """The score against the minimum, and what it was trained on."""
        labels = output.get("pictures", {}).get("labels", {})
        table = Table(title=f"Model version {output.get('version')}", title_justify="left")
        table.add_column("Label")
        table.add_column("Trained on", justify="right")
        table.add_column("Tested on", justify="right")
        for label, counts in sorted(labels.items()):
            table.add_row(label, str(counts["train"]), str(counts["test"]))
        self.console.print(table)
        self.console.print(
            f"  F1 score [bold]{output.get('f1')}[/bold], minimum {output.get('minimum_f1')}: "
            f"outcome [bold]{escape(str(output.get('outcome')))}[/bold]"
        )

    def guesses(self, guesses: Iterable[Guess]) -> None:
        """Predictions against the truth, a row for each digit."""
        table = Table(title="Unseen digits, classified by the live model", title_justify="left")
        table.add_column("Truth")
        table.add_column("Predictions (with confidence)")
        table.add_column("Right", justify="right")
        by_truth: dict[str, list[Guess]] = {}
        for guess in guesses:
            by_truth.setdefault(guess.truth, []).append(guess)
        for truth, row in sorted(by_truth.items()):
            table.add_row(
                truth, "  ".join(map(_cell, row)), f"{sum(guess.is_right for guess in row)}/{len(row)}"
            )
        self.console.print(table)

    def checks(self, checks: Iterable[tuple[str, bool]]) -> None:
        """What had to be true, and whether it was."""
        for text, holds in checks:
            mark = "[green]true [/green]" if holds else "[bold red]FALSE[/bold red]"
            self.console.print(f"  {mark} {escape(text)}")

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """A step that takes a while: a spinner on a terminal, a line before and after elsewhere."""
        began = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(escape(text)):
                yield
        else:
            self.say(f"{text} …")
            yield
        self.say(f"{text}: {time.monotonic() - began:.1f} s")


def _cell(guess: Guess) -> str:
    text = f"{guess.said if guess.said is not None else '?'} {guess.confidence:3.0f} %"
    return f"[green]{text}[/green]" if guess.is_right else f"[red]{text}[/red]"
