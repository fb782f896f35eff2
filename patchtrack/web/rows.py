"""The rows of the lists of patches and of series, and of the page of a series, written here and not
by templates: a page has fifty of them, and a template takes longer for these than for all else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from patchtrack.models import Patch, Person, Series, Tag
from patchtrack.services.listing import SeriesFacts
from patchtrack.services.series import Slot
from patchtrack.web.ages import Clock
from patchtrack.web.cells import (
    render_amount,
    render_check,
    render_received,
    render_states,
    render_tags,
)
from patchtrack.web.deciding import digest_decisions, format_seen
from patchtrack.web.links import message_url, series_url
from patchtrack.web.names import display_name

# What is read out of a name where its row is selected.
_LONGEST_LABEL = 80
# Those that a place of a series has from its name on, beside those of tags.
_OTHER_COLUMNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchRow:
    """A patch in a list; `tags` has the number for each column of tags."""

    patch: Patch
    tags: Sequence[tuple[Tag, int]]

    def render(self, clock: Clock, linkname: str, origin: str, *, selects: bool) -> SafeString:
        """The row of a list that `origin` leads back to; `selects` says whether it can be chosen
        for a form."""
        patch, series = self.patch, self.patch.series
        message = patch.message
        url = message_url(linkname, message.kind, message.message_id) + origin
        marks = _mark("archived", patch.archived) + _mark("pull request", bool(patch.pull_url))
        series_cell = (
            f'<a hx-boost="false" href="{series_url(series.pk)}" title="{escape(series.name)}">'
            f"{render_received(series)}</a>"
            if series
            else ""
        )
        cells = (
            _render_select("patch", format_seen(patch), patch.name) if selects else "",
            _render_name(url, patch.name, marks),
            _render_version(patch.version),
            f'<td class="number" data-label="in series">{series_cell}</td>\n',
            _render_person(patch.submitter),
            render_tags(self.tags),
            f'\n<td class="checks">{render_check(patch.check_state)}</td>\n',
            f'<td class="state">{escape(str(patch.state))}</td>\n',
            _render_delegates((patch.delegate.get_username(),) if patch.delegate else ()),
            render_amount(patch.comment_count, "comment"),
            f'\n<td class="number age">{clock.render_age(patch.date)}</td>',
        )
        return mark_safe(f"<tr>\n{''.join(cells)}\n</tr>")  # noqa: S308 (each cell is escaped)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """A series in a list; `tags` has for each column how many of its patches have the tag."""

    series: Series
    facts: SeriesFacts
    tags: Sequence[tuple[Tag, int]]

    def render(self, clock: Clock, origin: str, *, selects: bool) -> SafeString:
        """The row, whose link says by `origin`, a query, that one comes from this list; `selects`
        says whether it can be chosen for a form."""
        series, facts = self.series, self.facts
        received = series.received_total
        label = "patch" if received == 1 else "patches"
        url = f"{series_url(series.pk)}{origin}"
        cells = (
            _render_select("series", self._seen(), series.name) if selects else "",
            _render_name(url, series.name, _mark("partial", series.partial)),
            _render_version(series.version),
            f'<td class="number" data-label="{label}">{render_received(series)}</td>\n',
            _render_person(series.submitter),
            render_tags(self.tags),
            f'\n<td class="checks">{render_check(facts.check)}</td>\n',
            f'<td class="state">{render_states(facts.states)}</td>\n',
            _render_delegates(facts.delegates),
            render_amount(series.comment_count, "comment"),
            f'\n<td class="number age">{clock.render_age(series.date)}</td>',
        )
        return mark_safe(f"<tr>\n{''.join(cells)}\n</tr>")  # noqa: S308 (each cell is escaped)

    def _seen(self) -> str:
        return f"{self.series.pk}:{digest_decisions(self.facts.decided)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """A place in a series on its own page; `tags` has the number for each column of tags."""

    slot: Slot
    tags: Sequence[tuple[Tag, int]]

    def render(self, linkname: str, submitter: int, *, selects: bool) -> SafeString:
        """The row in a series of this `submitter`, by the database's id; `selects` says whether
        there is a form that patches can be chosen for."""
        patch = self.slot.patch
        cells = (
            self._render_gap(selects)
            if patch is None
            else self._render(patch, linkname, submitter, selects)
        )
        return mark_safe(cells)  # noqa: S308 (each cell is escaped)

    def _render_gap(self, selects: bool) -> str:
        first, last = self.slot.first, self.slot.last
        select = '<td class="select"></td>\n' if selects else ""
        return (
            f'<tr class="gap">\n{select}'
            f'<td class="number place">{first if first == last else f"{first}–{last}"}</td>\n'
            f'<td class="name" colspan="{len(self.tags) + _OTHER_COLUMNS}">not received</td>\n</tr>'
        )

    def _render(self, patch: Patch, linkname: str, submitter: int, selects: bool) -> str:
        message = patch.message
        url = message_url(linkname, message.kind, message.message_id)
        name = f'<a href="{escape(url)}"><bdi>{escape(message.name) or "(no name)"}</bdi></a>'
        other = "" if patch.submitter_id == submitter else _render_other(patch.submitter)
        cells = (
            _render_select("patch", format_seen(patch), patch.name) if selects else "",
            f'<td class="number place">{self.slot.first or ""}</td>\n',
            f'<td class="name">{name}{other}</td>\n',
            render_tags(self.tags),
            f'\n<td class="checks">{render_check(patch.check_state)}</td>\n',
            f'<td class="state">{escape(str(patch.state))}</td>\n',
            _render_delegates((patch.delegate.get_username(),) if patch.delegate else ()),
            render_amount(patch.comment_count, "comment"),
        )
        return f"<tr>\n{''.join(cells)}\n</tr>"


def count_tags(counts: Mapping[str, int], tags: Sequence[Tag]) -> list[tuple[Tag, int]]:
    """For each column of tags how many there are."""
    return [(tag, counts.get(tag.name, 0)) for tag in tags]


def _render_select(field: str, seen: str, name: str) -> str:
    """A box that chooses the row; `seen` is what a form tells us of it."""
    label = name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1]}…"
    return (
        f'<td class="select"><input type="checkbox" name="{field}" value="{seen}"'
        f' aria-label="Select {escape(label)}"></td>\n'
    )


def _render_name(url: str, name: str, marks: str) -> str:
    return (
        f'<td class="name"><a hx-boost="false" href="{escape(url)}">'
        f"<bdi>{escape(name) or '(no name)'}</bdi></a>{marks}</td>\n"
    )


def _mark(word: str, is_so: bool) -> str:
    return f' <span class="mark">{word}</span>' if is_so else ""


def _render_version(version: int) -> str:
    return f'<td class="version">{f"v{version}" if version != 1 else ""}</td>\n'


def _render_person(person: Person) -> str:
    return (
        f'<td class="person"><a href="?submitter={person.pk}&amp;state=*"'
        f' title="{escape(person.address)}"><bdi>{escape(display_name(person))}</bdi></a></td>\n'
    )


def _render_other(person: Person) -> str:
    """Who has sent a patch of somebody else's series."""
    return f' <span class="minor"><bdi>{escape(display_name(person))}</bdi></span>'


def _render_delegates(names: Sequence[str]) -> str:
    return f'<td class="delegate">{escape(", ".join(names))}</td>\n'
