"""Which labels are taken for which: a heat map that is a real table, and the worst of it in words."""

from collections import defaultdict

from .html import scrolled, share, short, text
from .model import Cell, Confusion

MOST_LABELS = 16
"""A larger table is a carpet. The most confused are shown, the file has all."""
MOST_WORDS = 8


def confusion_section(confusion: Confusion | None) -> str:
    if confusion is None:
        return ""
    labels = most_confused(confusion)
    left_out = len(confusion["labels"]) - len(labels)
    cells = {(cell["truth"], cell["predicted"]): cell["share"] for cell in confusion["cells"]}
    rest = (
        f"<p>These are the {len(labels)} labels that are confused most of {len(confusion['labels']):,}; all "
        "are in <code>report.json</code>.</p>"
        if left_out
        else ""
    )
    return (
        '<section id="confusion"><h2>What is taken for what</h2>'
        f"{_words(confusion)}{rest}"
        '<p class="soft small">Rows are what a picture shows, columns what it was taken for: per cent of the '
        "pictures of the row. This is Rekognition's own count; a label that it was not sure enough of to "
        "count as found may be in it, so it can look worse than the F1 does.</p>"
        f"{scrolled(_map(labels, cells), 'Confusion matrix')}</section>"
    )


def most_confused(confusion: Confusion) -> list[str]:
    """By how much they are taken for another, or another for them; then by name."""
    amiss: defaultdict[str, float] = defaultdict(float)
    for cell in confusion["cells"]:
        if cell["truth"] != cell["predicted"]:
            amiss[cell["truth"]] += cell["share"]
            amiss[cell["predicted"]] += cell["share"]
    ranked = sorted(confusion["labels"], key=lambda label: (-amiss[label], label))
    return sorted(ranked[:MOST_LABELS])


def _words(confusion: Confusion) -> str:
    def weight(cell: Cell) -> tuple[float, str, str]:
        return -cell["share"], cell["truth"], cell["predicted"]

    amiss = sorted((cell for cell in confusion["cells"] if cell["truth"] != cell["predicted"]), key=weight)
    if not amiss:
        return "<p>No label was taken for another.</p>"
    items = "".join(
        f"<li><strong>{share(cell['share'])}</strong> of the pictures of <b>{text(cell['truth'])}</b> were "
        f"taken for <b>{text(cell['predicted'])}</b></li>"
        for cell in amiss[:MOST_WORDS]
    )
    return f"<ul>{items}</ul>"


def _map(labels: list[str], cells: dict[tuple[str, str], float]) -> str:
    head = "".join(
        f'<th scope="col" title="{text(label)}"><span>{text(short(label, 18))}</span></th>'
        for label in labels
    )
    rows = "\n".join(
        f'<tr><th scope="row" title="{text(truth)}">{text(short(truth, 18))}</th>'
        + "".join(_cell(cells.get((truth, said), 0.0), right=truth == said) for said in labels)
        + "</tr>"
        for truth in labels
    )
    return f'<table class="heat"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _cell(value: float, *, right: bool) -> str:
    if value <= 0:
        return '<td class="right">0</td>' if right else "<td></td>"
    kind = "right" if right else "amiss"
    percent = 100 * value
    shown = "&lt;1" if percent < 1 else f"{percent:.0f}"
    # A small share has to be seen, too: it begins at a fifth of the colour.
    return f'<td class="{kind}" style="--heat:{20 + 0.8 * percent:.0f}%">{shown}</td>'
