"""Django's `get_or_create` for many rows at once."""

from collections.abc import Mapping
from typing import TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def get_or_create_all(key: str, wanted: Mapping[object, Row]) -> dict[object, Row]:
    """The row of each unique key, made from the unsaved `wanted[key]` where there was none.

    As with `get_or_create`, another writer may be first: what is returned is what stands in
    the table then, never what we would have written. Rows are made in the order of their keys,
    so that two transactions that make the same rows do not wait for each other in a circle.
    Two queries in all; a row that a concurrent transaction is making is waited for.
    """
    if not wanted:
        return {}
    rows = [wanted[value] for value in sorted(wanted)]
    model = type(rows[0])
    model.objects.bulk_create(rows, ignore_conflicts=True)
    return {getattr(row, key): row for row in model.objects.filter(**{f"{key}__in": wanted})}
