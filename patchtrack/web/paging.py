"""Pages of a long list by keyset: as fast at its end as at its beginning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Lookup, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import Http404

from patchtrack.web.ordering import DEFAULT, Order, format_key, parse_key, parse_order

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
class Cut:
    """Where a list is cut: behind the place of `key`, or at its beginning without one."""

    key: str
    backwards: bool
    order: Order

    @property
    def descending(self) -> bool:
        return self.order.descending != self.backwards


def find_page(
    rows: QuerySet, parameters: Mapping[str, str], size: int, order: Order = NEWEST_FIRST
) -> Page:
    """The page that `?older=KEY` or `?newer=KEY` asks for, else the first. One query.

    Rows with the same place in the order are sorted by their primary keys. Raises Http404 for
    a key that is none.
    """
    cut = read_cut(parameters, order)
    sorted_rows = sort_rows(rows.annotate(place=order.expression), cut)
    return make_page(list(sorted_rows[: size + 1]), size, cut)


def read_cut(parameters: Mapping[str, str], order: Order) -> Cut:
    backwards = "newer" in parameters
    key = parameters.get("newer" if backwards else "older", "")
    return Cut(key=key, backwards=backwards, order=order)


def sort_rows(rows: QuerySet, cut: Cut, own: str = "pk") -> QuerySet:
    """Rows with a place and their `own` key, from the cut on."""
    if cut.key:
        rows = rows.filter(beyond(cut, own))
    sign = "-" if cut.descending else ""
    return rows.order_by(f"{sign}place", f"{sign}{own}")


def format_cut(parameters: Mapping[str, str]) -> dict[str, str]:
    """Of an address' parameters, the one that `read_cut` reads."""
    name = "newer" if "newer" in parameters else "older"
    return {name: parameters[name]} if name in parameters else {}


def beyond(cut: Cut, own: str = "pk") -> Lookup:
    """Whether a row with a place and its `own` key stands behind the cut. Raises Http404."""
    try:
        value, row_id = parse_key(cut.key, cut.order.kind)
    except ValueError as error:
        raise Http404("There is no such page.") from error
    compare = TupleLessThan if cut.descending else TupleGreaterThan
    # As one comparison, an index leads past all rows of an equal place, which may be most.
    return compare(Tuple(F("place"), F(own)), (value, row_id))


def make_page(found: list, size: int, cut: Cut) -> Page:
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
