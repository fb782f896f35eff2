"""What a list can be sorted by: by its headings, and by a choice where these have no room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from patchtrack.models import Tag
from patchtrack.web.ordering import COLUMNS, DEFAULT, OF_TAG, Order

_TEXTS = ("name", "submitter", "delegate")
_ASCENDING = (*_TEXTS, "state")
# What columns are called that their names do not tell.
_LABELS = {"date": "age", "check": "checks"}
# How an order reads, from its least on and from its greatest on.
_WAYS = {
    **dict.fromkeys(_TEXTS, ("A to Z", "Z to A")),
    **dict.fromkeys(("date", "series"), ("oldest first", "newest first")),
    "state": ("first to last", "last to first"),
    "check": ("none first", "failed first"),
    "version": ("lowest first", "highest first"),
}
_AMOUNTS = ("fewest first", "most first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """How a column is sorted by: where its heading leads, and the order that stands now, as
    `aria-sort` has it."""

    url: str
    sort: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An order as a form offers it; `value` is what the address says of it."""

    value: str
    label: str
    is_now: bool


def make_headings(kind: str, filters: Mapping[str, str], order: Order) -> dict[str, Heading]:
    """The headings of a list of "series" or "patches", by its columns."""
    return {name: _make_heading(name, filters, order) for name in COLUMNS[kind]}


def make_tag_headings(
    tags: Sequence[Tag], filters: Mapping[str, str], order: Order
) -> list[tuple[Tag, Heading]]:
    return [(tag, _make_heading(f"{OF_TAG}{tag.name}", filters, order)) for tag in tags]


def list_choices(kind: str, tags: Sequence[Tag], order: Order) -> list[Choice]:
    """The orders that the headings lead to, and the one that stands now: by age, the newest first,
    and by the other columns."""
    columns = [*COLUMNS[kind], *(f"{OF_TAG}{tag.name}" for tag in tags)]
    offered = {DEFAULT, str(order), *(_click(name, order) for name in columns)}
    ordered = sorted(offered, key=lambda one: (one != DEFAULT, one != "date", _describe(one)))
    return [
        Choice(value="" if one == DEFAULT else one, label=_describe(one), is_now=one == str(order))
        for one in ordered
    ]


def _make_heading(name: str, filters: Mapping[str, str], order: Order) -> Heading:
    url = "?" + urlencode({**filters, "order": _click(name, order)})
    now = "descending" if order.descending else "ascending"
    return Heading(url=url, sort=now if name == order.name else "none")


def _click(name: str, order: Order) -> str:
    """The order to which a click on a heading leads: texts from A on and numbers from the
    greatest; a second click turns it round."""
    descending = not order.descending if name == order.name else name not in _ASCENDING
    return f"{'-' if descending else ''}{name}"


def _describe(order: str) -> str:
    """An order for people: "Name, A to Z"."""
    name = order.removeprefix("-")
    label = _LABELS.get(name, name.removeprefix(OF_TAG))
    way = _WAYS.get(name, _AMOUNTS)[order.startswith("-")]
    return f"{label[:1].upper()}{label[1:]}, {way}"
