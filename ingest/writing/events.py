"""Once-only events: each states a fact that follows from the stored mail."""

from typing import Any

from ingest.bulk import insert_rows
from patchtrack.models import Event


class EventChanges:
    """The once-only events that a batch adds and withdraws."""

    def __init__(self, project_id: int) -> None:
        self._project_id = project_id
        self._added: list[Event] = []
        self._withdrawn: list[dict[str, Any]] = []

    def turn(self, category: Event.Category, before: bool, now: bool, **subject: int) -> None:
        """Let an event on `subject` (message_id or series_id) exist if its fact holds `now`."""
        if now and not before:
            event = Event(project_id=self._project_id, category=category, **subject)
            self._added.append(event)
        elif before and not now:
            self._withdrawn.append({"category": category, **subject})

    def write(self) -> None:
        """A fact may turn out wrong (a series be longer than it seemed): then its event goes."""
        for event in self._withdrawn:
            Event.objects.filter(**event).delete()
        insert_rows(self._added)
