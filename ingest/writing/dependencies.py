"""Writes what the messages of a batch say that they need."""

from ingest.bulk import insert_rows
from ingest.writing.changes import Writing
from patchtrack.models import Dependency


def write_dependencies(writing: Writing) -> None:
    """Insert what new messages say; let those that are read anew say what they say now.

    Most messages say nothing of it, and cost no statement.
    """
    said: list[Dependency] = []
    again: list[int] = []
    for change in writing.changes:
        for message_id, reading in change.readings.items():
            row = writing.ids[message_id]
            if message_id in change.state.messages:
                again.append(row)
            said += (
                Dependency(message_id=row, target=needed.target, url=needed.url)
                for needed in reading.incoming.parsed.dependencies
            )
    if again:
        Dependency.objects.filter(message__in=again).delete()
    insert_rows(said)
