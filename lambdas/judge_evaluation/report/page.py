"""The report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.

What comes from labels and keys is escaped, whatever it is, and the page's own policy lets a browser run and
load nothing: pictures and charts are inside.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from .collecting import TRAINING_USD_PER_HOUR
from .confusion import confusion_section
from .console import execution_link, object_link
from .gallery import wrong_section
from .html import NONE, count, day, link, text
from .labels import history_section, labels_section
from .model import Report
from .verdict import banner, comparison_section, rules_section, tiles

_TEMPLATE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
_MODELS = {
    "whole_picture": "labels of whole pictures",
    "location": "places of objects in pictures",
}


def page_of(report: Report, *, pictures: Mapping[str, str], region: str) -> bytes:
    """`pictures`: see `gallery`."""
    champion = report["champion"]
    sections = (
        rules_section(report)
        + comparison_section(champion["comparison"] if champion else None, _sibling(report, champion, region))
        + history_section(report)
        + labels_section(report)
        + confusion_section(report["confusion"])
        + wrong_section(report["most_wrong"], pictures, region=region)
        + _data_section(report)
        + _training_section(report)
        + _notes_section(report)
    )
    page = _TEMPLATE.substitute(
        title=text(f"Model {report['version']}"),
        about=_about(report),
        banner=banner(report),
        tiles=tiles(report),
        sections=sections,
        document=link(object_link(report["files"]["document"], region), "report.json"),
    )
    return page.encode(errors="replace")


def _sibling(report: Report, champion: Mapping[str, object] | None, region: str) -> str | None:
    """The champion's own report lies beside this one, if it was judged since there are reports."""
    if champion is None:
        return None
    page = report["files"]["page"].replace(f"/{report['version']}/", f"/{champion['version']}/")
    return object_link(page, region)


def _about(report: Report) -> str:
    model = _MODELS.get(report["model_type"], report["model_type"])
    run = link(execution_link(report["execution"]), "run")
    judged = f"judged {day(report['judged_at'])} UTC by this {run}"
    return f"Learns {text(model)} · {text(report['pipeline'])} · {judged}"


def _data_section(report: Report) -> str:
    data, changes = report["data_set"], report["data_set"]["changes"]
    shown = [("Training pictures", data["train"]), ("Test pictures", data["test"])]
    if changes:
        since = [
            ("Added", changes["added"]),
            ("Replaced", changes["replaced"]),
            ("Under another label", changes["relabelled"]),
            ("Removed", changes["removed"]),
        ]
        rest = f"<h3>Since the live model {text(changes['since'])} was trained</h3>{_tiles(since)}"
    elif report["champion"]:
        rest = "<p>What changed since the live model was trained is not known.</p>"
    else:
        rest = "<p>No model was live, so there is nothing that it changed since.</p>"
    return f'<section id="data"><h2>Data set</h2>{_tiles(shown)}{rest}</section>'


def _tiles(shown: Sequence[tuple[str, int | None]]) -> str:
    items = "".join(
        f'<div class="tile"><dt>{name}</dt><dd><b>{NONE if number is None else f"{number:,}"}</b></dd></div>'
        for name, number in shown
    )
    return f'<dl class="tiles">{items}</dl>'


def _training_section(report: Report) -> str:
    training = report["training"]
    seconds, usd = training["billed_seconds"], training["usd"]
    if seconds is None or usd is None:
        words = "Rekognition does not say what it bills."
    else:
        words = (
            f"Rekognition bills <b>{_duration(seconds)}</b>: about <b>US${usd:,.2f}</b>, estimated at "
            f"US${TRAINING_USD_PER_HOUR:.2f} an hour; your bill is what counts."
        )
    ended = f" It ended at {day(training['ended_at'])} UTC." if training["ended_at"] else ""
    return f'<section id="training"><h2>Training</h2><p>{words}{ended}</p></section>'


def _duration(seconds: int) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours:
        return f"{count(hours, 'hour')} {count(minutes, 'minute')}" if minutes else count(hours, "hour")
    return count(minutes, "minute") if minutes else count(seconds, "second")


def _notes_section(report: Report) -> str:
    if not report["notes"]:
        return ""
    items = "".join(f"<li>{text(note)}</li>" for note in report["notes"])
    return f'<section id="notes"><h2>What could not be told</h2><ul>{items}</ul></section>'
