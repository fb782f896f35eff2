"""Pages of a long list by keyset: as fast at its end as at its beginning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.http import Http404

from patchtrack.services.listing import MOST_COUNTED, CountUpTo, format_count
from patchtrack.web.ordering import DEFAULT, Key, Order, format_key, parse_key, parse_order

NEWEST_FIRST = parse_order(DEFAULT, "patches")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list. `newer` and `older` are the keys of the pages beside this one, empty
    at the list's ends: with another order, of those before and behind it. `count` tells how many
    rows the whole list has, where that was asked for: "12" or "250+"."""

    rows: Sequence[Any]
    newer: str
    older: str
    count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Where a list is cut: behind the place of `key`, or at its beginning without one."""

    key: str
    backwards: bool
    order: Order

    @property
    def descending(self) -> bool:
        return self.order.descending != self.backwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that may be long. `places` have of each row its `own` key and its `place` in the
    order, and nothing else, since tens of thousands may have to be sorted; `shown` reads what a
    page shows of its rows. How long the list is, the first `most_counted` of `keys` tell, which
    have `own` too, each once or more often; or the first places, where one more costs little.
    """

    places: QuerySet
    shown: QuerySet
    keys: QuerySet
    most_counted: int = MOST_COUNTED
    place_is_cheap: bool = True


class _Place(NamedTuple):
    """A row's key, and its place in the order."""

    own: int
    place: Key

    @property
    def pk(self) -> int:
        return self.own


def find_page(
    rows: QuerySet, parameters: Mapping[str, str], size: int, order: Order = NEWEST_FIRST
) -> Page:
    """The page that `?older=KEY` or `?newer=KEY` asks for, else the first. One query.

    Rows with the same place in the order are sorted by their primary keys. Raises Http404 for
    a key that is none.
    """
    cut = _read_cut(parameters, order)
    sorted_rows = _sort(rows.annotate(place=order.expression), cut)
    return _make_page(list(sorted_rows[: size + 1]), size, cut)


def find_counted_page(
    listing: Listing, parameters: Mapping[str, str], size: int, order: Order
) -> Page:
    """The same of a long list, with its count. Two queries."""
    cut = _read_cut(parameters, order)
    counts_places = listing.place_is_cheap and not cut.key
    most = max(size, MOST_COUNTED) if counts_places else size
    places = [_Place(**row) for row in _sort(listing.places, cut, "own")[: most + 1]]
    page = _make_page(places[: size + 1], size, cut)
    shown = listing.shown
    if not counts_places:
        shown = shown.annotate(list_length=CountUpTo(listing.keys, listing.most_counted))
    read = shown.in_bulk([place.pk for place in page.rows])
    rows = [read[place.pk] for place in page.rows if place.pk in read]
    length = len(places) if counts_places or not rows else rows[0].list_length
    return replace(page, rows=rows, count=format_count(length))


def _read_cut(parameters: Mapping[str, str], order: Order) -> _Cut:
    backwards = "newer" in parameters
    key = parameters.get("newer" if backwards else "older", "")
    return _Cut(key=key, backwards=backwards, order=order)


def _sort(rows: QuerySet, cut: _Cut, own: str = "pk") -> QuerySet:
    """Rows with a place and their `own` key, from the cut on."""
    if cut.key:
        rows = rows.filter(_beyond(cut, own))
    sign = "-" if cut.descending else ""
    return rows.order_by(f"{sign}place", f"{sign}{own}")


def _beyond(cut: _Cut, own: str) -> Q:
    try:
        value, row_id = parse_key(cut.key, cut.order.kind)
    except ValueError as error:
        raise Http404("There is no such page.") from error
    comparison = "lt" if cut.descending else "gt"
    # The first condition says nothing new, but lets the database begin in the index.
    return Q(**{f"place__{comparison}e": value}) & (
        Q(**{f"place__{comparison}": value}) | Q(place=value, **{f"{own}__{comparison}": row_id})
    )


def _make_page(found: list, size: int, cut: _Cut) -> Page:
    """The page of rows that were found from the cut on, one more than it has room for."""
    has_more = len(found) > size
    found = found[:size]
    if cut.backwards:
        found.reverse()
    has_newer = has_more if cut.backwards else bool(cut.key)
    has_older = bool(cut.key) if cut.backwards else has_more
    keys = [format_key(row.place, row.pk) for row in (found[:1] + found[-1:])]
    return Page(
        rows=found,
        newer=keys[0] if found and has_newer else "",
        older=keys[-1] if found and has_older else "",
    )
