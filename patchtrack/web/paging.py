"""Pages of a long list by keyset: as fast at its end as at its beginning."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KEY = re.compile(r"(-?[0-9]{1,18})\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list. `newer` and `older` are the keys of the pages beside this one, empty
    at the list's ends."""

    rows: Sequence[Any]
    newer: str
    older: str


def format_key(date: datetime, row_id: int) -> str:
    """A row's place in a list, for an address."""
    return f"{(date - _EPOCH) // _MICROSECOND}.{row_id}"


def parse_key(text: str) -> tuple[datetime, int]:
    """The place that `format_key` wrote. Raises ValueError."""
    match = _KEY.fullmatch(text)
    if not match:
        raise ValueError("not a place in a list")
    try:
        return _EPOCH + int(match[1]) * _MICROSECOND, int(match[2])
    except OverflowError as error:
        raise ValueError("no such date") from error


def find_page(rows: QuerySet, parameters: Mapping[str, str], size: int, date: str = "date") -> Page:
    """The page that `?older=KEY` or `?newer=KEY` asks for, else the first; newest rows first.

    `date` names the column that sorts, together with the primary key. One query. Raises
    Http404 for a key that is none.
    """
    backwards = "newer" in parameters
    key = parameters.get("newer" if backwards else "older", "")
    if key:
        rows = rows.filter(_beyond(date, key, "gt" if backwards else "lt"))
    signs = ("", "") if backwards else ("-", "-")
    found = list(rows.order_by(f"{signs[0]}{date}", f"{signs[1]}pk")[: size + 1])
    has_more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_newer = has_more if backwards else bool(key)
    has_older = bool(key) if backwards else has_more
    keys = [format_key(getattr(row, date), row.pk) for row in (found[:1] + found[-1:])]
    return Page(
        rows=found,
        newer=keys[0] if found and has_newer else "",
        older=keys[-1] if found and has_older else "",
    )


def _beyond(date: str, key: str, comparison: str) -> Q:
    try:
        when, row_id = parse_key(key)
    except ValueError as error:
        raise Http404("There is no such page.") from error
    # The first condition says nothing new, but lets the database begin in the index.
    return Q(**{f"{date}__{comparison}e": when}) & (
        Q(**{f"{date}__{comparison}": when}) | Q(**{f"{date}": when, f"pk__{comparison}": row_id})
    )
