"""Puts lists in the order that a request asks for, under Patchwork's names.

Unknown names are ignored.
"""

from collections.abc import Mapping

from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet
from django.http import QueryDict

from patchtrack.api.filters import DATES

# What is between two dates stands together in the order of ids, too. A database does not know
# that, and would go through all ids before them; it has no index of sums, and begins with dates.
_BY_DATES_FIRST = ExpressionWrapper(F("pk") + 0, BigIntegerField())
_DEFAULT_ORDERS = {"events": "-date"}
_ID = {"id": "pk"}
_OF_SUBMISSIONS = {**_ID, "name": "name", "date": "date", "submitter": "submitter_id"}
_ORDERS: Mapping[str, Mapping[str, str]] = {
    "projects": {**_ID, "name": "name", "link_name": "linkname", "list_id": "list_id"},
    "users": {**_ID, "username": "username", "email": "email"},
    "people": {**_ID, "name": "name", "email": "address"},
    "patches": {
        **_OF_SUBMISSIONS,
        "project": "project__linkname",
        "state": "state__ordering",
        "archived": "archived",
    },
    "covers": _OF_SUBMISSIONS,
    "series": {**_OF_SUBMISSIONS, "received_all": "complete"},
    "comments": {
        **_ID,
        "date": "message__date",
        "submitter": "message__author_id",
        "subject": "message__subject",
    },
    "checks": {
        **_ID,
        "user": "user_id",
        "date": "date",
        "state": "state",
        "target_url": "target_url",
        "context": "context",
        "description": "description",
    },
    "bundles": {**_ID, "name": "name", "owner": "owner_id"},
    "events": {"date": "date"},
}


def find_orders(resource: str) -> list[str]:
    """The fields that a list can be ordered by."""
    return list(_ORDERS[resource])


def order(rows: QuerySet, resource: str, parameters: QueryDict) -> QuerySet:
    """The rows as `order` has them; rows that it does not tell apart are in the order of ids."""
    columns = _ORDERS[resource]
    names = [name.strip() for name in parameters.get("order", "").split(",")]
    wanted = [name for name in names if name.removeprefix("-") in columns]
    wanted = wanted or [_DEFAULT_ORDERS.get(resource, "id")]
    keys = [name[: name.startswith("-")] + columns[name.removeprefix("-")] for name in wanted]
    if keys[0].endswith("pk") and any(parameters.get(name) for name in DATES):
        return rows.order_by(_BY_DATES_FIRST.desc() if keys[0] == "-pk" else _BY_DATES_FIRST.asc())
    # In the direction of the last, so that an index can be read from one end.
    return rows.order_by(*keys, "-pk" if keys[-1].startswith("-") else "pk")
