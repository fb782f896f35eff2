"""Pages of a list by their numbers, with the Link header that clients follow."""

from dataclasses import dataclass
from math import ceil
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework.exceptions import NotFound
from rest_framework.utils.urls import remove_query_param, replace_query_param

DEFAULT_SIZE = 30
LARGEST_SIZE = 250
# Longer than any number of a page.
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list; pages are numbered from 1, and a list without rows has one."""

    rows: list[Any]
    number: int
    last: int


def parse_size(parameters: QueryDict) -> int:
    """How many rows a page has: what makes no sense is the default, too many are the most."""
    said = parameters.get("per_page", "").strip()
    if not (said.isascii() and said.isdigit()) or not said.strip("0"):
        return DEFAULT_SIZE
    return LARGEST_SIZE if len(said) > _MOST_DIGITS else min(int(said), LARGEST_SIZE)


def find_page(rows: QuerySet, whole: QuerySet, parameters: QueryDict) -> Page:
    """The page that `page` names, its rows in the order of `rows`, read from `whole`.

    Three queries, and those of `whole`: the rows that come before the page are counted and
    skipped without what belongs to them. Raises NotFound.
    """
    size = parse_size(parameters)
    last = max(ceil(rows.order_by().count() / size), 1)
    number = _parse_number(parameters.get("page", "1").strip(), last)
    ids = list(rows.values_list("pk", flat=True)[(number - 1) * size : number * size])
    found = {row.pk: row for row in whole.filter(pk__in=ids)}
    # What was removed meanwhile is left out.
    return Page(rows=[found[row] for row in ids if row in found], number=number, last=last)


def _parse_number(said: str, last: int) -> int:
    if said == "last":
        return last
    is_number = said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS
    if not is_number or not 1 <= int(said) <= last:
        raise NotFound("Invalid page.")
    return int(said)


def format_link(url: str, page: Page) -> str:
    """The Link header (RFC 8288) of a page at `url`. Clients read only its first entry, and want
    it to be the next page."""
    links = []
    if page.number < page.last:
        links.append(("next", replace_query_param(url, "page", page.number + 1)))
    if page.number > 1:
        links.append(("prev", _to_page(url, page.number - 1)))
    links += [("first", _to_page(url, 1)), ("last", replace_query_param(url, "page", page.last))]
    return ", ".join(f'<{link}>; rel="{name}"' for name, link in links)


def _to_page(url: str, number: int) -> str:
    """The first page is that without a number."""
    return (
        replace_query_param(url, "page", number) if number > 1 else remove_query_param(url, "page")
    )
