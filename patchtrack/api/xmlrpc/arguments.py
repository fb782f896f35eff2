"""Reads the arguments of methods: what is not as it must be is refused."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from patchtrack.services.resolving import is_id

# More rows than anybody reads at once. Here no list has pages.
MOST_ROWS = 10_000

# The filters that the REST API has under another name.
_SAME = {
    "project_id": "project",
    "submitter_id": "submitter",
    "state_id": "state",
    "archived": "archived",
    "msgid": "msgid",
    "series": "series",
    "hash": "hash",
}
_NAME_LOOKUPS = "iexact contains icontains startswith istartswith endswith iendswith".split()
# The filters that compare a column, and how.
_COMPARED = {
    "id": "pk",
    "name": "name",
    "commit_ref": "commit_ref",
    **{f"name__{lookup}": f"name__{lookup}" for lookup in _NAME_LOOKUPS},
}


class Refused(Exception):
    """What a call asks for cannot be."""


def parse_id(value: Any) -> int:
    """A row's id, which may be written as a text. Raises Refused."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not is_id(str(value)):
        raise Refused("an id is a number")
    return int(value)


def parse_text(value: Any) -> str:
    """A text; None is an empty one. Raises Refused."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused("what is sought is a text")
    return value


def parse_count(value: Any) -> int:
    """How many rows are wanted: the first ones, or those at the end if it is negative; 0 for all.
    Raises Refused."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("max_count is a number")
    return max(-MOST_ROWS, min(value, MOST_ROWS))


def take_rows(rows: QuerySet, count: int) -> list[Any]:
    """So many of the rows, as parse_count has it. Raises Refused for all of more than can be."""
    if count < 0:
        return list(rows.reverse()[:-count])[::-1]
    found = list(rows[: count or MOST_ROWS + 1])
    if len(found) > MOST_ROWS:
        raise Refused(f"more than {MOST_ROWS} match: ask for fewer by max_count or a filter")
    return found


def parse_filters(given: Any, known: Iterable[str]) -> dict[str, Any]:
    """The filters of a list, without those that are None. Raises Refused."""
    filters = {} if given is None else given
    if not isinstance(filters, dict):
        raise Refused("filters are a struct")
    unknown = sorted(filters.keys() - set(known), key=str)
    if unknown:
        raise Refused(f"there is no filter {unknown[0]}")
    filters = {name: value for name, value in filters.items() if value is not None}
    if not all(isinstance(value, str | int) for value in filters.values()):
        raise Refused("a filter's value is a text or a number")
    return filters


def parse_patch_filters(given: Any) -> dict[str, Any]:
    """The filters of a list of patches. Raises Refused."""
    return parse_filters(given, (*_SAME, *_COMPARED, "delegate_id", "max_count"))


def choose_parameters(filters: dict[str, Any]) -> QueryDict:
    """Those filters that the REST API has, as it has them."""
    parameters = QueryDict(mutable=True)
    for name, value in filters.items():
        if name in _SAME:
            parameters[_SAME[name]] = str(value)
    return parameters


def choose_comparison(filters: dict[str, Any]) -> Q:
    """Those that compare a column. Raises Refused."""
    compared = {name: value for name, value in filters.items() if name in _COMPARED}
    if "id" in compared:
        compared["id"] = parse_id(compared["id"])
    return Q(**{_COMPARED[name]: value for name, value in compared.items()})
