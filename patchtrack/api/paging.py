"""Pages of a list by their numbers, with the Link header that clients follow."""

from dataclasses import dataclass
from math import ceil
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework.exceptions import NotFound
from rest_framework.utils.urls import remove_query_param, replace_query_param

from patchtrack.services.plain import PlainRows

DEFAULT_SIZE = 30
LARGEST_SIZE = 250
# Beyond this a list's length is not counted, unless its last page is asked for: to count millions
# of rows takes much longer than to tell of hundreds.
MOST_COUNTED = 10_000
# Nor are so many where more is asked of each row than what its own columns say.
MOST_FOUND = 500
# Longer than the number of any page; and times the largest size still a number for a database.
_MOST_DIGITS = 15
_NO_PAGE = "Invalid page."


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list; pages are numbered from 1, and a list without rows has one. `last` is
    0 where the list is too long to be counted; then `has_more` tells whether another follows."""

    rows: list[Any]
    number: int
    last: int
    has_more: bool


def parse_size(parameters: QueryDict) -> int:
    """How many rows a page has: what makes no sense is the default, too many are the most."""
    said = parameters.get("per_page", "").strip()
    if not (said.isascii() and said.isdigit()) or not said.strip("0"):
        return DEFAULT_SIZE
    return LARGEST_SIZE if len(said) > _MOST_DIGITS else min(int(said), LARGEST_SIZE)


def find_page(
    rows: QuerySet, whole: QuerySet | PlainRows, parameters: QueryDict, most: int
) -> Page:
    """The page that `page` names, its rows in the order of `rows`, read from `whole`. The length
    of a list of more than `most` rows is not told.

    One query, and those of `whole`: the rows that come before the page are counted and
    skipped without what belongs to them. Raises NotFound.
    """
    size, said = parse_size(parameters), parameters.get("page", "1").strip()
    is_last = said == "last"
    first = _read_first(rows, most) if most <= MOST_FOUND and not is_last else None
    count = _count(rows, None if is_last else most + 1) if first is None else len(first)
    is_long = count > most
    last = 0 if is_long and not is_last else max(ceil(count / size), 1)
    number = last if is_last else _parse_number(said, last)
    start = (number - 1) * size
    ids = _find_ids(rows, first, start, start + size + 1, is_long=is_long)
    found = list(whole.filter(pk__among_all=ids).order_by(*rows.query.order_by))
    if start and not found:
        raise NotFound(_NO_PAGE)
    return Page(rows=found[:size], number=number, last=last, has_more=len(found) > size)


def _read_first(rows: QuerySet, most: int) -> list[int]:
    """The ids of the first `most` rows and one more. What takes long to find is not looked for
    twice, to be counted and to be told."""
    return list(rows.values_list("pk", flat=True)[: most + 1])


def _count(rows: QuerySet, most: int | None) -> int:
    return rows.order_by().values("pk")[:most].count()


def _find_ids(
    rows: QuerySet, first: list[int] | None, start: int, end: int, *, is_long: bool
) -> QuerySet | list[int]:
    """The ids of the rows from a place to another, of which the `first` may be known."""
    if first is not None and (end <= len(first) or not is_long):
        return first[start:end]
    return (rows if is_long else _put_in_order(rows)).values("pk")[start:end]


def _put_in_order(rows: QuerySet) -> QuerySet:
    """The rows of a list that is not too long, in its order, but found before they are put into
    it: a database that goes through all in that order may meet the few at its end."""
    ordered = rows.model._default_manager.order_by(*rows.query.order_by)  # noqa: SLF001
    return ordered.filter(pk__in=rows.order_by().values("pk")[:MOST_COUNTED])


def _parse_number(said: str, last: int) -> int:
    is_number = said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS
    if not is_number or int(said) < 1 or 0 < last < int(said):
        raise NotFound(_NO_PAGE)
    return int(said)


def format_link(url: str, page: Page) -> str:
    """The Link header (RFC 8288) of a page at `url`. Clients read only its first entry, and want
    it to be the next page."""
    links = []
    if page.has_more:
        links.append(("next", replace_query_param(url, "page", page.number + 1)))
    if page.number > 1:
        links.append(("prev", _to_page(url, page.number - 1)))
    links.append(("first", _to_page(url, 1)))
    if page.last:
        links.append(("last", replace_query_param(url, "page", page.last)))
    return ", ".join(f'<{link}>; rel="{name}"' for name, link in links)


def _to_page(url: str, number: int) -> str:
    """The first page is that without a number."""
    return (
        replace_query_param(url, "page", number) if number > 1 else remove_query_param(url, "page")
    )
