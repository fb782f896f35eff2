"""Narrows lists by what Patchwork's filters do not ask: when mails arrived, what patches touch and
what mails say; and series by their patches.

What does not resolve empties a list, as with Patchwork's own.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from patchtrack.api.extras import MESSAGES
from patchtrack.api.filters import (
    DATES,
    DECISIONS,
    MOST_VALUES,
    TEXTS,
    Filter,
    asks_for_text,
    drop_empty,
    is_storable,
    narrow,
    narrow_by,
    parse_date,
    read_filters,
)
from patchtrack.api.paging import MOST_FOUND
from patchtrack.api.versions import has_filter
from patchtrack.models import Check, Cover, Patch
from patchtrack.models.lookups import split_words
from patchtrack.services import resolving
from patchtrack.services.arrivals import filter_by_arrival, find_arrived
from patchtrack.services.estimates import estimate_rows
from patchtrack.services.filtering import has_prefix
from patchtrack.services.resolving import NotFound
from patchtrack.services.search_query import Mark, Query, parse_query
from patchtrack.services.searching import Stretch, find_hits
from patchtrack.services.series_by_patches import filter_by_checks, filter_by_patches

# So many patches are found sooner by what they touch than by going through all in their order.
MOST_FEW = 10_000
# As on the web pages.
_LONGEST_TEXT = 200
_RESULTS: Mapping[str, int | None] = {
    "none": None,
    **{result.label: result.value for result in Check.Result},
}

Asked = Mapping[str, Sequence[str]]


def narrow_all(rows: QuerySet, resource: str, parameters: QueryDict, version: int) -> QuerySet:
    """The rows that all parameters let through, Patchwork's and those that it does not have.
    Raises ValidationError for a NUL or too many words in `q`, and for a `q_in` that there is
    not."""
    rows = narrow(rows, resource, parameters, version)
    asked = read_filters(resource, parameters, version)
    try:
        rows = narrow_by(rows, _FILTERS.get(resource, {}), asked)
        rows = _by_arrival(rows, resource, asked)
        if resource == "patches":
            rows = _by_content(rows, asked)
        if resource == "series":
            rows = _by_patches(rows, asked)
        if resource in TEXTS and asks_for_text(asked):
            rows = _by_text(rows, resource, asked)
    except NotFound:
        return rows.none()
    return rows


def asks_further(resource: str, parameters: QueryDict, version: int) -> bool:
    """Whether a list is narrowed by parts of names, or by what Patchwork's filters do not ask."""
    further = find_further_filters(resource, version)
    return bool(parameters.get("q", "").strip()) or not parameters.keys().isdisjoint(further)


def find_further_filters(resource: str, version: int) -> list[str]:
    """The parameters by which a list of a version is narrowed here."""
    names = list(_FILTERS.get(resource, {}))
    names += [*_OF_CONTENT] if resource == "patches" else []
    names += [*_OF_ONE_PATCH] if resource == "series" else []
    names += ["q_in"] if resource in TEXTS else []
    names += ["received_since", "received_before"] if resource in MESSAGES else []
    return [name for name in names if has_filter(resource, name, version)]


def _by_arrival(rows: QuerySet, resource: str, asked: Asked) -> QuerySet:
    said = (drop_empty(asked.get(name, ())) for name in ("received_since", "received_before"))
    since, before = (parse_date(values[-1]) if values else None for values in said)
    if resource not in MESSAGES or not (since or before):
        return rows
    if resource == "series" and not asked.keys().isdisjoint(_OF_PATCHES):
        # By their patches they are found sooner.
        return rows.filter(head__in=find_arrived(since, before))
    return filter_by_arrival(rows, MESSAGES[resource], since, before)


def _by_content(rows: QuerySet, asked: Asked) -> QuerySet:
    """The patches that touch and say what is asked for; where these are few, found first."""
    if not asked.keys() & _OF_CONTENT.keys():
        return rows
    wanted = narrow_by(Patch.objects.all(), _OF_CONTENT, asked)
    if estimate_rows(wanted, MOST_FEW) <= MOST_FEW:
        return rows.filter(pk__among_all=wanted.values("pk"))
    return narrow_by(rows, _OF_CONTENT, asked)


def _by_patches(rows: QuerySet, asked: Asked) -> QuerySet:
    """The series of which one patch is all that is asked of patches."""
    if not asked.keys() & _OF_ONE_PATCH.keys():
        return rows
    wanted = narrow_by(Patch.objects.all(), _OF_ONE_PATCH, asked)
    # What was checked is little, and what is asked of checks is asked of all patches together.
    return filter_by_patches(rows, wanted, finds_few="check" not in asked)


def _by_text(rows: QuerySet, resource: str, asked: Asked) -> QuerySet:
    """The rows whose mails `q` finds, in the language of the search page: of the newest ones as
    many as such a list is counted to."""
    query = parse_query(asked.get("q", [""])[-1])
    if not query.parts:
        return rows
    kinds = [Mark(said="", name="kind", value=kind) for kind in TEXTS[resource]]
    named = [value for value in asked.get("project", ()) if is_storable(value)]
    projects = resolving.find_projects(named) if named else ()
    wanted = Query(parts=(*query.parts, *kinds))
    found = find_hits(wanted, Stretch(most=MOST_FOUND), timezone.now(), projects)
    ids = {hit.message for hit in found.hits}
    if resource != "series":
        return rows.filter(pk__among_all=ids)
    parts, covers = (
        mails.objects.order_by().filter(pk__among_all=ids).values("series")
        for mails in (Patch, Cover)
    )
    return rows.filter(pk__among_all=parts.union(covers))


def _by_id(
    find: Callable[[Sequence[str]], list[int]], rows: QuerySet, said: Sequence[str]
) -> QuerySet:
    return rows.filter(pk__in=find(said))


def _by_any(condition: Callable[[str], Q], rows: QuerySet, said: Sequence[str]) -> QuerySet:
    """The rows that are what any of the values says. Raises ValidationError."""
    values = dict.fromkeys(said)
    if len(values) > MOST_VALUES:
        refusal = f"Such a filter takes at most {MOST_VALUES} values."
        raise ValidationError({"detail": [refusal]})
    return rows.filter(reduce(or_, map(condition, values), Q()))


def _by_trailer(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    return _by_any(lambda name: Q(tags__has_tag=name), rows, resolving.find_tags(said))


def _touches(path: str) -> Q:
    place = path.strip().strip("/")
    _check(bool(place))
    return Q(paths__has_path=place)


def _is_prefixed(prefix: str) -> Q:
    # By a prefix without a word no index finds anything.
    _check(bool(split_words(prefix)) and len(prefix) <= _LONGEST_TEXT)
    return has_prefix(prefix.strip())


def _is_checked(result: str) -> Q:
    """What was not checked is pending, too, as is told of it."""
    found = Q(check_state=_find_result(result))
    return found | Q(check_state=None) if result == Check.Result.PENDING.label else found


def _by_checks(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    return filter_by_checks(rows, {_find_result(result) for result in said})


def _find_result(result: str) -> int | None:
    """Raises NotFound."""
    _check(result in _RESULTS)
    return _RESULTS[result]


def _check(is_known: bool) -> None:
    if not is_known:
        raise NotFound


_OF_CONTENT: Mapping[str, Filter] = {
    "path": partial(_by_any, _touches),
    "prefix": partial(_by_any, _is_prefixed),
    "trailer": _by_trailer,
}
_FILTERS: Mapping[str, Mapping[str, Filter]] = {
    "patches": {
        "id": partial(_by_id, resolving.find_patches),
        "check": partial(_by_any, _is_checked),
    },
    # An event is received when it is recorded.
    "events": {"received_since": DATES["since"], "received_before": DATES["before"]},
    "series": {
        "id": partial(_by_id, resolving.find_series),
        "check": _by_checks,
    },
}
_OF_ONE_PATCH: Mapping[str, Filter] = {**DECISIONS, **_OF_CONTENT}
# By which series are found as it is with their patches.
_OF_PATCHES = frozenset({"check", *_OF_ONE_PATCH})
