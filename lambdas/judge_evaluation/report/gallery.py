"""The test pictures that the model got most wrong: what is there, and what it said."""

from collections.abc import Mapping, Sequence

from .console import object_link
from .html import count, link, share, short, text
from .model import BoxReport, WrongPicture


def wrong_section(wrong: Sequence[WrongPicture], pictures: Mapping[str, str], *, region: str) -> str:
    """`pictures`: the `data:` URIs of those that are shown; the others are named and linked."""
    if not wrong:
        return ""
    shown = [each for each in wrong if each["picture"] in pictures]
    named = [each for each in wrong if each["picture"] not in pictures]
    cards = "".join(_card(each, pictures[each["picture"]], region) for each in shown)
    boxes = any("boxes" in each for each in shown)
    legend = (
        '<p><span class="swatch truth"></span> what is there '
        '<span class="swatch model"></span> what the model found</p>'
        if boxes
        else ""
    )
    others = "".join(f"<li>{_words(each, region)}</li>" for each in named)
    return (
        '<section id="wrong"><h2>Where it was most wrong</h2>'
        f"<p>The {count(len(wrong), 'test picture')} with the gravest mistakes, the gravest first. Look at "
        "the labels, too: a picture in the wrong folder looks like this.</p>"
        f"{legend}"
        + (f'<ul class="gallery">{cards}</ul>' if cards else "")
        + (f"<p>Not shown here, for their size or their number:</p><ul>{others}</ul>" if others else "")
        + "</section>"
    )


def _card(wrong: WrongPicture, data: str, region: str) -> str:
    alternative = f"Test picture of {', '.join(wrong['labels']) or 'none of the labels'}"
    boxes = "".join(_box(box) for box in wrong.get("boxes", ()))
    return (
        f'<li class="card"><div class="picture"><img src="{data}" alt="{text(alternative)}">'
        f"{boxes}</div><div>{_words(wrong, region)}</div></li>"
    )


def _words(wrong: WrongPicture, region: str) -> str:
    truth = ", ".join(text(label) for label in wrong["labels"]) or "none of the labels"
    said = (
        ", ".join(f"{text(each['label'])} {share(each['confidence'])}" for each in wrong["found"])
        or "nothing"
    )
    uri = wrong["picture"]
    name = short(uri.rsplit("/", 1)[-1] or uri, 40)
    return (
        f'<p class="said"><span class="soft">There is</span> <b>{truth}</b><br>'
        f'<span class="soft">It said</span> <b>{said}</b></p>'
        f'<p class="soft small">{text(wrong["why"])} {link(object_link(uri, region), name)}</p>'
    )


def _box(box: BoxReport) -> str:
    edges = ";".join(f"{edge}:{100 * box[edge]:.2f}%" for edge in ("left", "top", "width", "height"))
    return f'<i class="box {box["whose"]}" style="{edges}" title="{text(box["label"])}"></i>'
