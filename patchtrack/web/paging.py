"""Pages of a long list by keyset: as fast at its end as at its beginning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from patchtrack.web.ordering import DEFAULT, Order, format_key, parse_key, parse_order

NEWEST_FIRST = parse_order(DEFAULT, "patches")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list. `newer` and `older` are the keys of the pages beside this one, empty
    at the list's ends: with another order, of those before and behind it."""

    rows: Sequence[Any]
    newer: str
    older: str


def find_page(
    rows: QuerySet,
    parameters: Mapping[str, str],
    size: int,
    order: Order = NEWEST_FIRST,
    shown: QuerySet | None = None,
) -> Page:
    """The page that `?older=KEY` or `?newer=KEY` asks for, else the first. One query.

    Rows with the same place in the order are sorted by their primary keys. The page has them as
    `shown` tells what to read of its table; without it, as `rows` does. Raises Http404 for a
    key that is none.
    """
    backwards = "newer" in parameters
    key = parameters.get("newer" if backwards else "older", "")
    rows = rows.annotate(place=order.expression)
    descending = order.descending != backwards
    if key:
        rows = rows.filter(_beyond(key, order, "lt" if descending else "gt"))
    sign = "-" if descending else ""
    ordered = rows.order_by(f"{sign}place", f"{sign}pk")[: size + 1]
    if shown is not None:
        # Thousands of rows may have to be sorted: by themselves, not with all that they show.
        here = shown.filter(pk__in=ordered.values("pk"))
        ordered = here.annotate(place=order.expression).order_by(f"{sign}place", f"{sign}pk")
    found = list(ordered)
    has_more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_newer = has_more if backwards else bool(key)
    has_older = bool(key) if backwards else has_more
    keys = [format_key(row.place, row.pk) for row in (found[:1] + found[-1:])]
    return Page(
        rows=found,
        newer=keys[0] if found and has_newer else "",
        older=keys[-1] if found and has_older else "",
    )


def _beyond(key: str, order: Order, comparison: str) -> Q:
    try:
        value, row_id = parse_key(key, order.kind)
    except ValueError as error:
        raise Http404("There is no such page.") from error
    # The first condition says nothing new, but lets the database begin in the index.
    return Q(**{f"place__{comparison}e": value}) & (
        Q(**{f"place__{comparison}": value}) | Q(place=value, **{f"pk__{comparison}": row_id})
    )
