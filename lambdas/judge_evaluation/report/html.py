"""Pieces of the page. Whatever comes from data goes through `text`."""

from collections.abc import Iterable, Sequence
from html import escape

NONE = "\N{EN DASH}"


def printable(value: str) -> str:
    """On one line, without characters that change how others are read: controls, directions, line ends."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in value)


def text(value: str) -> str:
    """As text of the page, or as a quoted attribute."""
    return escape(printable(value))


def short(value: str, most: int = 28) -> str:
    """Printable, and cut in the middle: names that begin alike often end differently."""
    value = printable(value)
    if len(value) <= most:
        return value
    return f"{value[: most // 2]}…{value[-(most - most // 2 - 1) :]}"


def f1(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


def share(value: float | None) -> str:
    return NONE if value is None else f"{100 * value:.0f}&nbsp;%"


def signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")


def count(number: int | None, noun: str) -> str:
    if number is None:
        return NONE
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def link(url: str | None, label: str) -> str:
    """`label` as text, linked if there is somewhere to go."""
    return text(label) if url is None else f'<a href="{escape(url)}" rel="noreferrer">{text(label)}</a>'


def day(moment: str | None) -> str:
    """An ISO time to the minute."""
    return NONE if not moment else printable(moment[:16].replace("T", " "))


def scrolled(table: str, label: str) -> str:
    """A wide table moves inside its frame, so that the page does not; a keyboard reaches it, too."""
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{text(label)}">{table}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str, numbers: int = 0) -> str:
    """Cells are HTML; the first of a row is its heading, the last `numbers` columns are numbers."""
    first_number = len(head) - numbers

    def cells(row: Sequence[str], *, heading: bool) -> str:
        written = []
        for position, cell in enumerate(row):
            kind = ' class="number"' if position >= first_number else ""
            if heading:
                written.append(f'<th scope="col"{kind}>{cell}</th>')
            elif position == 0:
                written.append(f'<th scope="row">{cell}</th>')
            else:
                written.append(f"<td{kind}>{cell}</td>")
        return f"<tr>{''.join(written)}</tr>"

    body = "\n".join(cells(row, heading=False) for row in rows)
    return (
        f"<table><caption>{caption}</caption><thead>{cells(head, heading=True)}</thead>"
        f"<tbody>\n{body}\n</tbody></table>"
    )


def figure(picture: str, caption: str) -> str:
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"
