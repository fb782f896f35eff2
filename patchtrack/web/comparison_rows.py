"""The rows of the page that compares two versions of a series, written here and not by a template:
there may be hundreds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe

from patchtrack.services.compare import Line, Sign
from patchtrack.services.versions import Sent
from patchtrack.web.links import message_url
from patchtrack.web.text import cut_line, escape_all

_OUTER = {"-": "old", "+": "new", " ": "both"}
_INNER = {"-": "del", "+": "add", "@": "hunk"}


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


def render_lines(lines: Iterable[Line]) -> SafeString:
    """Lines of a difference of differences as HTML; those of one kind together are a block.

    The class of a block says on which side its lines stand and what they do in the patch.
    """
    html = [
        f'<span class="{kind}">{_render_block([*run])}</span>'
        for kind, run in groupby(lines, key=_kind_of_line)
    ]
    return mark_safe("".join(html))  # noqa: S308 (every line of it was escaped)


def _render_block(lines: Sequence[Line]) -> str:
    """Lines of one kind, which have one sign. They are escaped together, which takes less time."""
    sign = lines[0].sign
    mark = "@@ " if sign == "@" else f"<b>{sign}</b>"
    html = escape_all("\n".join([cut_line(line.text) for line in lines]))
    return mark + html.replace("\n", f"\n{mark}")


def _kind_of_line(line: Line) -> str:
    if line.sign == "@":
        return "section"
    inner = "title" if line.text.startswith(" ## ") else _INNER.get(line.text[:1], "")
    return f"{_OUTER[line.sign]} {inner}" if inner else _OUTER[line.sign]
