"""Writes the messages of a batch."""

from typing import Any

from ingest import failpoints
from ingest.bulk import insert_or_touch, insert_rows
from ingest.writing.changes import Place, Reading, Writing
from patchtrack.models import Message, Unsearched


def write_messages(writing: Writing) -> None:
    """Insert the new messages and change those that are read or placed differently now."""
    new: list[Message] = []
    changed: list[int] = []
    for place in writing.places():
        if place.stored is None:
            new.append(_new_message(writing, place))
            continue
        writing.ids[place.message_id] = place.stored.row
        columns = _columns(writing, place.reading) if place.reading else {}
        if place.stored.kind != place.plan.kind:
            columns["kind"] = place.plan.kind
        if columns:
            Message.objects.filter(id=place.stored.row).update(**columns)
            changed.append(place.stored.row)
    for message in insert_rows(new):
        writing.ids[message.message_id] = message.id
        changed.append(message.id)
    # Who puts it into the search's index will do so after our commit, and not before.
    insert_or_touch(Unsearched(message_id=row) for row in sorted(changed))
    failpoints.reach("messages written")


def _columns(writing: Writing, reading: Reading) -> dict[str, Any]:
    return reading.columns | {"author": writing.people[reading.incoming.parsed.author.address]}


def _new_message(writing: Writing, place: Place) -> Message:
    return Message(
        project=writing.policy.project,
        thread_id=place.change.thread,
        message_id=place.message_id,
        kind=place.plan.kind,
        **_columns(writing, place.reading),
    )
