"""What a list's address asks for and nobody can understand, so that the list can say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from patchtrack.models import State
from patchtrack.web.filters import CHECKS, clean_value, parse_filter
from patchtrack.web.ordering import Order

# The names of the filters on the page.
_LABELS = {
    "state": "State",
    "check": "Checks",
    "since": "Sent since",
    "before": "Sent before",
    "archive": "Archived",
    "archived": "Archived",
    "series": "Series",
}
_ARCHIVED = ("true", "false", "both")
_DAYS = ("since", "before")
_DAY = "a day is written as 2026-01-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A filter by its name on the page, what it is set to, and how else it would be written."""

    name: str
    value: str
    hint: str = ""


def parse_unread(parameters: Mapping[str, str], states: Sequence[State]) -> list[Unread]:
    """The filters that `parse_filter` passes over in these parameters, with some of what they say
    or all of it."""
    said = {name: clean_value(value) for name, value in parameters.items()}
    known = {"*", "", *(row.slug for row in states), *(str(row.pk) for row in states)}
    understood = {
        "state": all(word in known for word in said.get("state", "").split(",")),
        "check": said.get("check") in CHECKS,
        "archive": said.get("archive", "").lower() in _ARCHIVED,
        "archived": said.get("archived", "").lower() in _ARCHIVED,
    }
    wanted = parse_filter(parameters, list(states))
    understood |= {
        name: getattr(wanted, name) is not None for name in ("since", "before", "series")
    }
    return [
        Unread(name=label, value=said[name], hint=_DAY if name in _DAYS else "")
        for name, label in _LABELS.items()
        if said.get(name) and not understood[name]
    ]


def parse_unread_order(said: str, order: Order) -> list[Unread]:
    """What `?order=` says if it is not this order, which was read from it."""
    return [Unread(name="Sort by", value=clean_value(said))] if said not in ("", str(order)) else []
