"""What comments say about single lines of a diff, to be shown beneath these lines."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import islice

from django.utils.safestring import mark_safe

from ingest.mail import Body
from patchtrack.web.ages import Clock, read_clock
from patchtrack.web.diff_lines import DiffFile
from patchtrack.web.diffs import Notes
from patchtrack.web.names import display_name
from patchtrack.web.quotes import DiffIndex, Place, Remark, derive_remarks, index_diff
from patchtrack.web.said import Said
from patchtrack.web.text import escape_text

# A note shows so many lines; the rest is folded.
_SHORT_NOTE = 4
_LONG_NOTE = 40
# A line shows so many notes, and a page so many in all.
_MOST_OF_LINE = 10
_MOST_OF_PAGE = 500


def render_notes(
    comments: Sequence[Said], bodies: Mapping[int, Body], files: Sequence[DiffFile], page: str
) -> Notes:
    """What the comments say about lines of a diff that they quote, as HTML by place.

    `bodies` has the mails of those that are read, by database id; `page` is the address at
    which the comments stand, "" for this one. On one line, their order is kept.
    """
    if not comments or not files:
        return {}
    remarks = _read_remarks(comments, bodies, index_diff(files))
    places: dict[Place, list[str]] = defaultdict(list)
    heads: dict[int, str] = {}
    clock = read_clock()
    for message, remark in islice(remarks, _MOST_OF_PAGE):
        if len(places[remark.place]) < _MOST_OF_LINE:
            head = heads.get(message.pk) or heads.setdefault(
                message.pk, _render_head(clock, message, page)
            )
            words = _render_words(remark.text)
            places[remark.place].append(f'<div class="note">{head}{words}</div>')
    return {place: mark_safe("".join(html)) for place, html in places.items()}  # noqa: S308


def _read_remarks(
    comments: Iterable[Said], bodies: Mapping[int, Body], index: DiffIndex
) -> Iterator[tuple[Said, Remark]]:
    for message in comments:
        if message.pk in bodies:
            for remark in derive_remarks(bodies[message.pk].message, index):
                yield message, remark


def _render_head(clock: Clock, message: Said, page: str) -> str:
    author = message.author
    return (
        f'<p><b title="{escape(author.address)}"><bdi>{escape_text(display_name(author))}</bdi>'
        f"</b> {clock.render_age(message.date)}"
        f' <a href="{escape(page)}#{message.pk}">comment</a></p>'
    )


def _render_words(text: str) -> str:
    """The first lines, and the others folded."""
    lines = [escape_text(line) for line in text.split("\n")[:_LONG_NOTE]]
    shown, folded = lines[:_SHORT_NOTE], lines[_SHORT_NOTE:]
    html = "<p>" + "\n".join(shown) + "</p>"
    if folded:
        more = f"{len(folded)} more line{'s' if len(folded) > 1 else ''}"
        html += f"<details><summary>{more}</summary><p>" + "\n".join(folded) + "</p></details>"
    return html
