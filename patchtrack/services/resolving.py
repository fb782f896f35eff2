"""Finds what the values of a filter name: by id, or by what people call it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.db.models.functions import Lower

from patchtrack.models import Comment, Cover, Message, Patch, Person, Project, Series, State, Tag

# Numbers beyond this are no id of any database.
_LONGEST_ID = 18


class NotFound(LookupError):
    """A value names nothing that there is."""


def is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= _LONGEST_ID


def find_projects(values: Sequence[str]) -> list[int]:
    """By id, link name or name, in any case. Raises NotFound."""
    return _find(Project.objects.order_by(), values, "linkname", "name")


def find_people(values: Sequence[str]) -> list[int]:
    """By id or address, in any case. Raises NotFound."""
    return _find(Person.objects.all(), values, "address")


def find_users(values: Sequence[str]) -> list[int]:
    """By id or username, in any case. Raises NotFound."""
    return _find(get_user_model().objects.all(), values, "username")


def find_series(values: Sequence[str]) -> list[int]:
    """By id, also by one that was merged into another. Raises NotFound."""
    ids = _read_ids(values)
    found = {row: {row} for row in Series.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    former = Series.objects.filter(aliases__pk__in=ids - found.keys())
    for alias, row in former.values_list("aliases__pk", "pk"):
        found[alias] = {row}
    _check(ids <= found.keys())
    return sorted({row for rows in found.values() for row in rows})


def find_patches(values: Sequence[str]) -> list[int]:
    """By id. Raises NotFound."""
    return _find(Patch.objects.all(), values)


def find_covers(values: Sequence[str]) -> list[int]:
    """By id. Raises NotFound."""
    return _find(Cover.objects.all(), values)


def find_comments(patches: Iterable[int] = (), covers: Iterable[int] = ()) -> list[int]:
    """The ids of all comments on patches or covers."""
    on_patches = Comment.objects.filter(patch__in=list(patches)).values_list("pk", flat=True)
    on_covers = Comment.objects.filter(cover__in=list(covers)).values_list("pk", flat=True)
    return list(on_patches.union(on_covers))


def find_messages(message_ids: Sequence[str]) -> list[int]:
    """The messages of these message-ids (without brackets) in any project."""
    # Messages are indexed by project first.
    anywhere = Message.objects.filter(project__in=Project.objects.order_by().values("pk"))
    return list(anywhere.filter(message_id__in=message_ids).values_list("pk", flat=True))


def find_states(values: Sequence[str]) -> list[int]:
    """By id, slug or name, in any case. What is unknown is passed over: bots send the states of
    all the sites that they know."""
    known = {}
    for state in State.objects.all():
        known |= {str(state.pk): state.pk, name_state(state.name): state.pk, state.slug: state.pk}
    return sorted({known[name] for name in map(name_state, values) if name in known})


def find_tags(values: Sequence[str]) -> list[str]:
    """The trailers that are counted, as they are written, by their names in any case. Raises
    NotFound."""
    known = {name.lower(): name for name in Tag.objects.order_by().values_list("name", flat=True)}
    names = [value.lower() for value in values]
    _check(known.keys() >= set(names))
    return [known[name] for name in names]


def name_state(text: str) -> str:
    """What a state's name and slug have in common: "Under Review" and "under_review" are
    "under-review"."""
    return "-".join(text.lower().replace("_", " ").replace("-", " ").split())


def _find(rows: QuerySet, values: Sequence[str], *columns: str) -> list[int]:
    """The ids of rows by id or by what stands in a column. One query."""
    ids = {int(value) for value in values if is_id(value)}
    names = {value.lower() for value in values if not is_id(value)}
    found = rows.filter(pk__in=ids).values_list("pk", *columns)
    for column in columns if names else ():
        called = rows.annotate(called=Lower(column)).filter(called__in=names)
        found = found.union(called.values_list("pk", *columns))
    known: dict[Any, set[int]] = {}
    for row, *called in found:
        for key in (row, *(name.lower() for name in called)):
            known.setdefault(key, set()).add(row)
    _check(ids | names <= known.keys())
    return sorted({row for key in ids | names for row in known[key]})


def _read_ids(values: Sequence[str]) -> set[int]:
    _check(all(map(is_id, values)))
    return {int(value) for value in values}


def _check(is_found: bool) -> None:
    if not is_found:
        raise NotFound
