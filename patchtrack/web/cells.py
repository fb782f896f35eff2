"""What stands in the cells of lists, written here and not by templates: a page has hundreds."""

from collections.abc import Iterable, Mapping
from html import escape

from django.utils.safestring import SafeString, mark_safe

from patchtrack.models import Check, Series, Tag

_NOTHING = '<span class="none">·</span>'
_CHECKS = {
    None: _NOTHING,
    Check.Result.PENDING: '<span class="check">… pending</span>',
    Check.Result.SUCCESS: '<span class="check success">✓ success</span>',
    Check.Result.WARNING: '<span class="check warning">! warning</span>',
    Check.Result.FAIL: '<span class="check fail">✗ fail</span>',
}


def render_amount(number: int, unit: str) -> SafeString:
    """A cell with how many there are; a narrow screen says of what, in the plural if need be."""
    label = unit if number == 1 else f"{unit}s"
    cell = f'<td class="number" data-label="{label}">{number or _NOTHING}</td>'
    return mark_safe(cell)  # noqa: S308 (a number, and our own word)


def render_tags(counts: Iterable[tuple[Tag, int]]) -> SafeString:
    """A cell for each tag that has a column."""
    cells = [
        f'<td class="number tag" data-label="{escape(tag.abbrev)}">{number or _NOTHING}</td>'
        for tag, number in counts
    ]
    return mark_safe("".join(cells))  # noqa: S308 (numbers, and what was escaped)


def render_states(states: Mapping[str, int]) -> SafeString:
    """The states of a series' patches, with how many are in each where they differ."""
    several = len(states) > 1
    shown = [
        f"<span>{escape(name)}{f' {number}' if several else ''}</span>"
        for name, number in states.items()
    ]
    html = ", ".join(shown) or '<span class="none">no patch yet</span>'
    return mark_safe(html)  # noqa: S308 (numbers, and what was escaped)


def render_check(result: int | None) -> SafeString:
    """A Check.Result in a sign and a word; None stands for no checks."""
    return mark_safe(_CHECKS[result])  # noqa: S308 (nothing of it comes from outside)


def render_received(series: Series) -> SafeString:
    """How many patches of a series have arrived, and of how many where some are missing."""
    received, total = series.received_total, series.total
    if series.complete:
        return mark_safe(str(received))  # noqa: S308 (a number)
    return mark_safe(  # noqa: S308 (numbers)
        f'<span class="incomplete" title="{received} of {total} patches have arrived">'
        f"{received}/{total}</span>"
    )
