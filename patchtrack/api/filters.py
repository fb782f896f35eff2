"""Narrows lists by the parameters of a request, under Patchwork's names.

What does not resolve empties a list, as clients expect; unknown parameters are ignored.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from django.db.models import Q, QuerySet
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from patchtrack.api.versions import has_filter
from patchtrack.models import Check, Event, Patch
from patchtrack.services import resolving
from patchtrack.services.naming import filter_named
from patchtrack.services.resolving import NotFound

Filter = Callable[[QuerySet, Sequence[str]], QuerySet]

# Each is a condition of its own, of which a database takes only so many.
MOST_VALUES = 50
_TERM = re.compile(r'"([^"]*)"|(\S+)')
# By resource, of what kinds the mails are whose text can be asked for.
TEXTS = {"patches": ("patch",), "covers": ("cover",), "series": ("patch", "cover")}
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def narrow(rows: QuerySet, resource: str, parameters: QueryDict, version: int) -> QuerySet:
    """The rows that all parameters let through. Raises ValidationError for a NUL in `q`, and for
    too many words."""
    asked = read_filters(resource, parameters, version)
    try:
        rows = narrow_by(rows, _FILTERS[resource], asked)
    except NotFound:
        return rows.none()
    if resource in TEXTS and asks_for_text(asked):
        return rows
    return _search(rows, resource, parameters.get("q", ""))


def read_filters(resource: str, parameters: QueryDict, version: int) -> dict[str, list[str]]:
    """What a request asks for, without the filters that the version does not have."""
    names = [name for name in parameters if has_filter(resource, name, version)]
    return {name: parameters.getlist(name) for name in names}


def narrow_by(
    rows: QuerySet, filters: Mapping[str, Filter], asked: Mapping[str, Sequence[str]]
) -> QuerySet:
    """The rows that each of some filters lets through that is asked for. Raises NotFound."""
    for name, narrow_rows in filters.items():
        if name in asked:
            rows = narrow_rows(rows, [value for value in asked[name] if is_storable(value)])
    return rows


def asks_for_text(asked: Mapping[str, Sequence[str]]) -> bool:
    """Whether `q` is not about names, but about what mails say. Raises ValidationError."""
    said = asked.get("q_in", ["name"])[-1]
    if said not in ("name", "body"):
        raise ValidationError({"q_in": [f'"{said}" is not a valid choice.']})
    return said == "body"


def find_filters(resource: str, version: int) -> list[str]:
    """The parameters that narrow a list of a version."""
    names = [name for name in _FILTERS[resource] if has_filter(resource, name, version)]
    return [*names, "q"] if resource in _SEARCHED else names


def is_storable(value: str) -> bool:
    """Whether a database could know it; what it could not, nothing is called."""
    if "\0" in value:
        raise NotFound
    return True


def parse_date(text: str) -> datetime:
    """ISO 8601, a date alone or with a time after a T or a blank; UTC unless it says otherwise.
    Raises NotFound."""
    try:
        date = datetime.fromisoformat(text.strip())
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotFound from error


def split_terms(text: str) -> list[str]:
    """What `q` asks for: words, and phrases in quotes. Raises ValidationError for too many."""
    terms = dict.fromkeys(phrase or word for phrase, word in _TERM.findall(text))
    terms.pop("", None)
    if len(terms) > MOST_VALUES:
        refusal = f"q takes at most {MOST_VALUES} words and phrases."
        raise ValidationError({"detail": [refusal]})
    return list(terms)


def drop_empty(said: Sequence[str]) -> list[str]:
    return [value for value in said if value.strip()]


def _search(rows: QuerySet, resource: str, text: str) -> QuerySet:
    columns = _SEARCHED.get(resource, ())
    if not columns:
        return rows
    if "\0" in text:
        raise ValidationError(["Null characters are not allowed."])
    if resource in TEXTS:
        return filter_named(rows, split_terms(text))
    for term in split_terms(text):
        found = Q()
        for column in columns:
            found |= Q(**{f"{column}__icontains": term})
        rows = rows.filter(found)
    return rows


def _by(
    column: str, find: Callable[[Sequence[str]], Sequence[int]], rows: QuerySet, said: Sequence[str]
) -> QuerySet:
    return rows.filter(**{f"{column}__in": find(said)})


def _by_text(column: str, rows: QuerySet, said: Sequence[str]) -> QuerySet:
    return rows.filter(**{f"{column}__in": list(said)})


def _by_message(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    message_ids = [value.strip().removeprefix("<").removesuffix(">") for value in said]
    return rows.filter(pk__in=resolving.find_messages(message_ids))


def _by_hash(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    return rows.filter(hash__in=[value.lower() for value in said])


def _by_flag(column: str, rows: QuerySet, said: Sequence[str]) -> QuerySet:
    """What is neither true nor false is ignored."""
    flag = _FLAGS.get(said[-1].strip().lower())
    return rows if flag is None else rows.filter(**{column: flag})


def _unless_empty(narrow_rows: Filter, rows: QuerySet, said: Sequence[str]) -> QuerySet:
    """As Patchwork has it of what names no row: an empty value asks for nothing."""
    values = drop_empty(said)
    return narrow_rows(rows, values) if values else rows


def _since(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    return rows.filter(date__gte=parse_date(said[-1]))


def _before(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    return rows.filter(date__lt=parse_date(said[-1]))


def _by_result(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    """Checks by the number of their state: never by its name, in Patchwork."""
    numbers = {str(result.value): result.value for result in Check.Result}
    if not numbers.keys() >= set(said):
        raise NotFound
    return rows.filter(state__in=[numbers[value] for value in said])


def _by_category(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    if not set(Event.Category.values) >= set(said):
        raise NotFound
    return rows.filter(category__in=said)


def _about_patches(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    patches = resolving.find_patches(said)
    return _about(rows, [*patches, *resolving.find_comments(patches=patches)])


def _about_covers(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    covers = resolving.find_covers(said)
    return _about(rows, [*covers, *resolving.find_comments(covers=covers)])


def _about_series(rows: QuerySet, said: Sequence[str]) -> QuerySet:
    series = resolving.find_series(said)
    patches = Patch.objects.filter(series__in=series).values("pk")
    completed = Event.objects.filter(category=Event.Category.PATCH_COMPLETED, message__in=patches)
    own = Event.objects.filter(category__in=Event.ONCE_PER_SERIES, series__in=series)
    return rows.filter(pk__in=own.values("pk").union(completed.values("pk")))


def _about(rows: QuerySet, messages: Sequence[int]) -> QuerySet:
    """Events of messages. Each kind of categories has an index of its own."""
    about = Event.objects.filter(message__in=messages).values("pk")
    kinds = (Event.ONCE_PER_MESSAGE, Event.DECISIONS, Event.REPORTS)
    first, *others = (about.filter(category__in=kind) for kind in kinds)
    return rows.filter(pk__in=first.union(*others))


_PROJECT = partial(_by, "project", resolving.find_projects)
_SUBMITTER = partial(_by, "submitter", resolving.find_people)
DATES: dict[str, Filter] = {
    "since": partial(_unless_empty, _since),
    "before": partial(_unless_empty, _before),
}
_MSGID = partial(_unless_empty, _by_message)
# By what is decided about patches.
DECISIONS: Mapping[str, Filter] = {
    "delegate": partial(_by, "delegate", resolving.find_users),
    "state": partial(_by, "state", resolving.find_states),
    "archived": partial(_by_flag, "archived"),
}
_FILTERS: Mapping[str, Mapping[str, Filter]] = {
    "projects": {},
    "users": {},
    "people": {},
    "patches": {
        "project": _PROJECT,
        "series": partial(_by, "series", resolving.find_series),
        "submitter": _SUBMITTER,
        **DECISIONS,
        "hash": partial(_unless_empty, _by_hash),
        "msgid": _MSGID,
        **DATES,
    },
    "covers": {
        "project": _PROJECT,
        "series": partial(_by, "series", resolving.find_series),
        "submitter": _SUBMITTER,
        "msgid": _MSGID,
        **DATES,
    },
    "series": {"project": _PROJECT, "submitter": _SUBMITTER, **DATES},
    "comments": {},
    "checks": {
        "user": partial(_by, "user", resolving.find_users),
        "state": partial(_unless_empty, _by_result),
        "context": partial(_unless_empty, partial(_by_text, "context")),
        **DATES,
    },
    "bundles": {
        "project": _PROJECT,
        "owner": partial(_by, "owner", resolving.find_users),
        "public": partial(_by_flag, "public"),
    },
    "events": {
        "project": _PROJECT,
        "category": _by_category,
        "series": _about_series,
        "patch": _about_patches,
        "cover": _about_covers,
        "actor": partial(_unless_empty, partial(_by, "actor", resolving.find_users)),
        **DATES,
    },
}
_SEARCHED: Mapping[str, Sequence[str]] = {
    "projects": ("name", "linkname"),
    "users": ("username", "first_name", "last_name", "email"),
    "people": ("name", "address"),
    "patches": ("name",),
    "covers": ("name",),
    "series": ("name",),
    "bundles": ("name",),
    "comments": ("message__subject",),
}
