"""Writes the rows of a file's diff, one below the other or side by side."""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.safestring import SafeString

from patchtrack.web.diff_lines import Change, Line


class DiffRows:
    """A file's lines with their HTML, and by the place of a line what stands beneath it.

    Each line has an anchor: "R15" after the file's own is line 15 of the file as it will be,
    "L15" that line as it was, if it is removed.
    """

    def __init__(
        self, anchor: str, lines: list[Line], code: list[str], notes: Mapping[int, SafeString]
    ) -> None:
        self._anchor = anchor
        self._lines = lines
        self._code = code
        self._notes = notes
        self._linked: set[str] = set()

    def render_unified(self) -> Iterator[str]:
        for place, (kind, old, new, _) in enumerate(self._lines):
            before = self._link("L", old) if kind == "del" else f"<i>{old or ''}</i>"
            numbers = f"{before}{self._link('R', new)}" if old or new else ""
            yield self._row(kind, place, numbers)
            yield self._notes.get(place, "")

    def render_split(self, changes: Sequence[Change]) -> Iterator[str]:
        """Rows with the removed line beside the added one that took its place."""
        starts = {min(change.removed + change.added): change for change in changes}
        for place, line in enumerate(self._lines):
            if place in starts:
                yield from self._split_change(starts[place])
            elif line.kind not in ("add", "del"):
                yield self._split_same(place)
                yield self._notes.get(place, "")

    def _split_change(self, change: Change) -> Iterator[str]:
        for row in range(max(len(change.removed), len(change.added))):
            olds, news = change.removed[row : row + 1], change.added[row : row + 1]
            sides = self._side("del", olds) + self._side("add", news)
            yield f'<div class="pair">{sides}</div>'
            for place in olds + news:
                yield self._notes.get(place, "")

    def _side(self, kind: str, places: Sequence[int]) -> str:
        if not places:
            return '<div class="none"></div>'
        line = self._lines[places[0]]
        number = self._link("L", line.old) if kind == "del" else self._link("R", line.new)
        return self._row(kind, places[0], number)

    def _split_same(self, place: int) -> str:
        kind, old, new, _ = self._lines[place]
        if not (old or new):
            return self._row(kind, place, "")
        before, after = self._row("", place, f"<i>{old}</i>"), self._link("R", new)
        return f'<div class="pair">{before}{self._row("", place, after)}</div>'

    def _row(self, kind: str, place: int, numbers: str) -> str:
        start = f'<div class="{kind}">' if kind else "<div>"
        # The line end is for those who copy, and for browsers without style.
        return f"{start}{numbers}<code>{self._code[place]}\n</code></div>"

    def _link(self, side: str, number: int) -> str:
        """A line's number, by which others can link to it; an id is given once, whatever the
        hunks of a diff say."""
        name = f"{self._anchor}{side}{number}"
        if not number or name in self._linked:
            return f"<i>{number or ''}</i>"
        self._linked.add(name)
        return f'<a id="{name}" href="#{name}" tabindex="-1">{number}</a>'
