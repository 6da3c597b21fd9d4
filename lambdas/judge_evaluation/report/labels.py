"""F1 of this version and those before it, and the figures of each label."""

from .charts import history_chart, label_chart
from .html import day, f1, figure, scrolled, share, table, text
from .model import LabelReport, Report

CHARTED = 12


def history_section(report: Report) -> str:
    history, champion = report["history"], report["champion"]
    live = champion["version"] if champion else None
    if len(history) < 2:
        return (
            '<section id="history"><h2>F1 over time</h2><p>This is the first version that was judged: there '
            "is nothing to compare it with yet.</p></section>"
        )
    rows = [
        [
            text(judged["version"])
            + (' <span class="soft">live</span>' if judged["version"] == live else ""),
            day(judged["judged_at"]),
            text(judged["outcome"].replace("_", " ")),
            f1(judged["f1"]),
        ]
        for judged in reversed(history)
    ]
    listed = table(["Version", "Judged (UTC)", "Outcome", "F1"], rows, caption="The newest first", numbers=1)
    chart = history_chart(history, champion=live, minimum=report["scores"]["minimum_f1"])
    return (
        '<section id="history"><h2>F1 over time</h2>'
        + figure(
            chart,
            "Each version in its own test; the newest is on the right. "
            '<i class="dot good"></i> served or may serve, <i class="dot doubt"></i> waits for a decision, '
            '<i class="dot bad"></i> does not serve.',
        )
        + f"<details><summary>The same as a table</summary>{scrolled(listed, 'Versions')}</details></section>"
    )


def labels_section(report: Report) -> str:
    labels, champion = report["labels"], report["champion"] is not None
    tested = [label for label in labels if label["f1"] is not None]
    if not labels:
        return ""
    chart = (
        figure(
            label_chart(tested[:CHARTED], champion=champion),
            f"The weakest {min(CHARTED, len(tested))} of {len(labels)} labels, the weakest first.",
        )
        if tested
        else ""
    )
    head = ["Label", *(["F1", "Live model"] if champion else ["F1"])]
    head += ["Precision", "Recall", "Threshold", "Test pictures"]
    listed = table(
        head,
        [_row(label, champion=champion) for label in labels],
        caption="The weakest first",
        numbers=len(head) - 1,
    )
    few = any(not label["judged"] for label in labels)
    note = "* Too few test pictures to be judged by itself. " if few else ""
    note += "The threshold is the confidence from which a label counts as found; Rekognition chooses it."
    figures = scrolled(listed, "Figures of each label")
    return f'<section id="labels"><h2>Labels</h2>{chart}{figures}<p class="soft small">{note}</p></section>'


def _row(label: LabelReport, *, champion: bool) -> list[str]:
    bar = ""
    if label["f1"] is not None:
        bar = f'<span class="bar" aria-hidden="true"><i style="width:{100 * label["f1"]:.0f}%"></i></span>'
    row = [text(label["label"]) + ("" if label["judged"] else "*"), f"{bar}{f1(label['f1'])}"]
    if champion:
        row.append(f1(label["champion_f1"]))
    return [
        *row,
        share(label["precision"]),
        share(label["recall"]),
        share(label["threshold"]),
        f"{label['test_pictures']:,}",
    ]
