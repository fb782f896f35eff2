"""The rows of the page that compares two versions of a series, written here and not by a template:
there may be hundreds."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from operator import itemgetter

from django.utils.safestring import SafeString, mark_safe

from patchtrack.services.compare import Line, Sign
from patchtrack.services.versions import Sent
from patchtrack.web.links import message_url
from patchtrack.web.text import cut_line, escape_all

_OUTER = {"-": "old", "+": "new", " ": "both"}
_INNER = {"-": "del", "+": "add", "@": "hunk"}
_KINDS = {(sign, at): f"{_OUTER[sign]} {_INNER[at]}" for sign in _OUTER for at in _INNER}
_MARKS = {"section": "@@ ", "old": "<b>-</b>", "new": "<b>+</b>", "both": "<b> </b>"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A patch or cover letter with its number in its series."""

    sent: Sent
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """What became of a patch: `old` and `new` are None where there is no counterpart.

    `former` is the old name if it is another; `notes` say more about the `word`. `html` is
    the difference of the differences for inside a `pre`: empty without one, None where the
    page would become too long. `added` and `removed` count its lines.
    """

    sign: Sign
    word: str
    old: Place | None
    new: Place | None
    name: str
    former: str
    notes: Sequence[str]
    html: SafeString | None
    added: int
    removed: int
    folded: bool

    def render(self, linkname: str) -> SafeString:
        """The row, and one with the difference if there is any."""
        former = (
            f' <span class="minor">was: <bdi>{escape(self.former)}</bdi></span>'
            if self.former
            else ""
        )
        notes = [f' <span class="minor">{escape(note)}</span>' for note in self.notes]
        html = (
            f'<tr class="row-{self.word.replace(" ", "-")}">\n'
            f'<td class="number">{_render_place("Old", linkname, self.old)}</td>\n'
            f'<td class="sign">{escape(self.sign.value)}</td>\n'
            f'<td class="number">{_render_place("New", linkname, self.new)}</td>\n'
            f'<td class="name"><bdi>{escape(self.name) or "(no name)"}</bdi>{former}</td>\n'
            f'<td class="word"><span class="fate">{self.word}</span>{"".join(notes)}</td>\n'
            f"</tr>\n{self._render_difference() if self.added or self.removed else ''}"
        )
        return mark_safe(html)  # noqa: S308 (all that came by mail was escaped)

    def _render_difference(self) -> str:
        shown = (
            '<p class="nothing">The difference is too long for this page.</p>'
            if self.html is None
            else f'<pre class="diff range-diff" tabindex="0"><code>{self.html}</code></pre>'
        )
        is_open = not self.folded and self.html is not None
        return (
            f'\n<tr class="inner">\n<td colspan="5">\n<details{" open" if is_open else ""}>\n'
            f'<summary>Difference <span class="plus">+{self.added}</span>'
            f' <span class="minus">−{self.removed}</span></summary>\n'
            f"\n{shown}\n\n</details>\n</td>\n</tr>\n"
        )


def _render_place(side: str, linkname: str, place: Place | None) -> str:
    if place is None:
        return "-"
    sent = place.sent
    url = message_url(linkname, sent.kind, sent.message_id)
    return f'<a href="{escape(url)}" title="{side}: {escape(sent.name)}">{place.number}</a>'


def render_lines(lines: Sequence[Line]) -> SafeString:
    """Lines of a difference of differences as HTML; those of one kind together are a block.

    The class of a block says on which side its lines stand and what they do in the patch.
    """
    # All are escaped together, which takes less time.
    texts = escape_all("\n".join([cut_line(line.text) for line in lines])).split("\n")
    blocks = groupby(zip(map(_name_kind, lines), texts, strict=False), key=itemgetter(0))
    html = [_render_block(kind, [text for _, text in block]) for kind, block in blocks]
    return mark_safe("".join(html))  # noqa: S308 (every line of it was escaped)


def _render_block(kind: str, texts: Sequence[str]) -> str:
    mark = _MARKS[kind.partition(" ")[0]]
    shown = f"\n{mark}".join(texts)
    return f'<span class="{kind}">{mark}{shown}</span>'


def _name_kind(line: Line) -> str:
    sign, text = line
    if sign == "@":
        return "section"
    if text.startswith(" ## "):
        return f"{_OUTER[sign]} title"
    return _KINDS.get((sign, text[:1]), _OUTER[sign])
