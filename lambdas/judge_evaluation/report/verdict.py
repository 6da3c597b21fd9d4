"""The verdict, why, and the figures it rests on."""

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..verdict import Comparison, LabelComparison
from .html import count, f1, link, scrolled, share, signed, table, text
from .model import Report

WORDS = {
    "accepted": ("✓", "Accepted"),
    "rejected": ("✕", "Rejected"),
    "borderline": ("?", "Too close to call"),
}
RULES = {
    "minimum_f1": "Minimum F1 score",
    "label_floor": "Minimum F1 score of each label",
    "champion": "Not worse than the live model",
    "champion_label": "Not worse on any label",
}
RESULTS = {
    "passed": ("good", "✓ passed"),
    "failed": ("bad", "✕ failed"),
    "borderline": ("doubt", "? borderline"),
    "off": ("soft", "off"),
    "not_judged": ("soft", "not judged"),
}


def banner(report: Report) -> str:
    verdict = report["verdict"]
    sign, word = WORDS.get(verdict["verdict"], ("", verdict["verdict"]))
    kind = verdict["verdict"] if verdict["verdict"] in WORDS else "borderline"
    return (
        f'<p class="verdict {kind}"><strong><span aria-hidden="true">{sign}</span> {text(word)}</strong> '
        f"{text(verdict['reason'])}</p>"
    )


def tiles(report: Report) -> str:
    """The figures one looks for first."""
    scores, champion = report["scores"], report["champion"]
    comparison = champion["comparison"] if champion else None
    shown = [("F1", f1(scores["f1"]), f"minimum {f1(scores['minimum_f1'])}")]
    if comparison:
        words = f"{f1(comparison['challenger_f1'])} against {f1(comparison['champion_f1'])}"
        shown.append(("On the same pictures", signed(comparison["difference"]), words))
    elif champion:
        shown.append(("Live model", f1(champion["f1"]), "in its own test"))
    shown += [
        ("Precision", share(scores["precision"]), "of what it says is right"),
        ("Recall", share(scores["recall"]), "of what is there it finds"),
    ]
    items = "".join(
        f'<div class="tile"><dt>{name}</dt><dd><b>{value}</b> <span class="soft">{words}</span></dd></div>'
        for name, value, words in shown
    )
    return f'<dl class="tiles">{items}</dl>'


def rules_section(report: Report) -> str:
    rows = []
    for rule in report["verdict"]["rules"]:
        kind, word = RESULTS.get(rule["result"], ("soft", text(rule["result"])))
        name = RULES.get(rule["rule"], rule["rule"])
        rows.append([text(name), f'<span class="{kind}">{word}</span>', text(rule["words"])])
    rules = (
        table(["Rule", "Result", "In numbers"], rows, caption="What the version was judged by")
        if rows
        else ""
    )
    warnings = "".join(f"<li>{text(warning)}</li>" for warning in report["verdict"]["warnings"])
    return (
        '<section id="verdict"><h2>Why</h2>'
        + scrolled(rules, "Rules")
        + (f'<h3>Please note</h3><ul class="warnings">{warnings}</ul>' if warnings else "")
        + "</section>"
    )


def comparison_section(comparison: Comparison | None, link_to: str | None) -> str:
    """The difference with its interval: where the whole bar lies decides, and not its middle."""
    if comparison is None:
        return ""
    labels = sorted(comparison["labels"], key=lambda label: (label["difference"], label["label"]))
    reach = max(
        [0.05, comparison["tolerance"] * 1.5]
        + [abs(edge) for each in (comparison, *labels) for edge in (each["low"], each["high"])]
    )
    rows = [
        _row("All labels", comparison["pictures"], comparison, reach, comparison["tolerance"]),
        *(_row(label["label"], label["pictures"], label, reach, comparison["tolerance"]) for label in labels),
    ]
    head = ["Label", "Difference and its interval", "of F1", "This", "Live", "Pictures"]
    return (
        '<section id="champion"><h2>Head to head with the live model</h2>'
        f"<p>Both models were asked about the same {count(comparison['pictures'], 'picture')} of "
        f"{comparison['of']:,} test pictures; the live model is {link(link_to, comparison['champion'])}. "
        "A bar shows where the difference would lie in 95 of 100 such tests: right of the middle this "
        "version is better, and it may be worse as far as the dashed line "
        f"(Champion-Tolerance, {f1(comparison['tolerance'])}). Rekognition chose this version's thresholds "
        "on these very pictures, and the live model's on its own, so that this version looks a little better "
        "here than it would on new pictures.</p>"
        + scrolled(table(head, rows, caption="Differences, the worst label first", numbers=4), "Comparison")
        + "</section>"
    )


def _row(
    name: str, pictures: int, each: Comparison | LabelComparison, reach: float, tolerance: float
) -> list[str]:
    return [
        text(name),
        interval(each["low"], each["difference"], each["high"], reach, tolerance),
        signed(each["difference"]),
        f1(each["challenger_f1"]),
        f1(each["champion_f1"]),
        f"{pictures:,}",
    ]


def interval(low: float, middle: float, high: float, reach: float, tolerance: float) -> str:
    """From -reach to reach. The colour says what the rule makes of it."""

    def at(value: float) -> float:
        return round(100 * (min(max(value, -reach), reach) + reach) / (2 * reach), 1)

    kind = "good" if low >= -tolerance else "bad" if high < -tolerance else "doubt"
    words = f"{signed(middle)}, from {signed(low)} to {signed(high)}"
    return (
        f'<span class="interval" role="img" aria-label="{words}" title="{words}">'
        f'<i class="zero" style="left:50%"></i><i class="limit" style="left:{at(-tolerance)}%"></i>'
        f'<i class="range {kind}" style="left:{at(low)}%;width:{max(1.0, at(high) - at(low)):.1f}%"></i>'
        f'<i class="middle {kind}" style="left:{at(middle)}%"></i></span>'
    )
