"""Has events told as the API tells them. Telling is the work of the API, which no service may
import: it registers its teller when Django starts."""

from collections.abc import Collection
from typing import Any, Protocol

from patchtrack.models import Event


class Teller(Protocol):
    """Tells of events, in their order, as `/api/events/` does in its newest version."""

    def __call__(self, events: Collection[Event]) -> list[dict[str, Any]]: ...


class _Registry:
    teller: Teller


def register_teller(teller: Teller) -> None:
    """Say who tells of events; for the app that does, in its `ready`."""
    _Registry.teller = teller


def tell_events(events: Collection[Event]) -> list[dict[str, Any]]:
    """As the teller does it."""
    return _Registry.teller(events)
