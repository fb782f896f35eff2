"""Writes the patches and cover letters of a batch."""

from typing import Any

from ingest.bulk import insert_rows
from ingest.incoming import Incoming, format_name, patch_columns, submission_columns
from ingest.mail.subject import split_subject
from ingest.writing.changes import Place, Writing
from patchtrack.models import Cover, Event, Message, Patch

Category = Event.Category


def write_submissions(writing: Writing) -> None:
    """Insert the new patches and covers, move and change the stored ones."""
    _leave_series(writing)
    patches: list[Patch] = []
    covers: list[Cover] = []
    for place in writing.places():
        if place.plan.kind == "patch":
            if place.kind_before == "patch":
                _change_patch(writing, place)
            else:
                patches.append(_new_patch(writing, place))
        elif place.plan.kind == "cover":
            if place.kind_before == "cover":
                _change_cover(writing, place)
            else:
                covers.append(_new_cover(writing, place))
    insert_rows(covers)
    insert_rows(patches)


def _leave_series(writing: Writing) -> None:
    """Let covers leave their series before others take their places: a series has only one."""
    leaving = [
        place.stored.row
        for place in writing.places()
        if place.kind_before == "cover" and not _stays(writing, place)
    ]
    if leaving:
        Cover.objects.filter(message__in=leaving).update(series=None)


def _stays(writing: Writing, cover: Place) -> bool:
    """Whether a stored cover is still the cover of its series."""
    is_cover = cover.plan.kind == "cover"
    return is_cover and cover.stored.series == writing.series_ids[cover.plan.series]


def _shared_columns(writing: Writing, mail: Incoming) -> dict[str, Any]:
    return {
        "date": mail.parsed.date or mail.delivery.received_at,
        "submitter": writing.people[mail.parsed.author.address],
    }


def _patch_columns(writing: Writing, place: Place) -> dict[str, Any]:
    linkname, mail = writing.policy.project.linkname, place.reading.incoming
    columns = _shared_columns(writing, mail) | patch_columns(mail.parsed, linkname)
    return columns | {"msgid": place.message_id}


def _new_patch(writing: Writing, place: Place) -> Patch:
    row, mail = writing.ids[place.message_id], place.reading.incoming
    writing.events.turn(Category.PATCH_CREATED, False, True, message_id=row)
    writing.events.turn(Category.PATCH_COMPLETED, False, place.plan.follows_all, message_id=row)
    return Patch(
        message_id=row,
        project=writing.policy.project,
        series_id=writing.series_ids[place.plan.series],
        number=place.plan.number,
        follows_all=place.plan.follows_all,
        version=place.plan.version,
        comment_count=place.plan.comments,
        tags=dict(place.plan.tags),
        state_id=writing.policy.choose_state(mail.parsed),
        delegate_id=writing.policy.choose_delegate(mail.parsed),
        **_patch_columns(writing, place),
    )


def _new_cover(writing: Writing, place: Place) -> Cover:
    row = writing.ids[place.message_id]
    writing.events.turn(Category.COVER_CREATED, False, True, message_id=row)
    return Cover(
        message_id=row,
        project=writing.policy.project,
        series_id=writing.series_ids[place.plan.series],
        **_cover_columns(writing, place),
    )


def _cover_columns(writing: Writing, place: Place) -> dict[str, Any]:
    linkname = writing.policy.project.linkname
    if place.reading:
        mail = place.reading.incoming
        return _shared_columns(writing, mail) | submission_columns(mail.parsed, linkname)
    # A letter that is stored already, whose patches have come only now.
    letter = Message.objects.get(id=place.stored.row)
    return {
        "date": letter.date,
        "submitter_id": letter.author_id,
        "name": format_name(split_subject(letter.subject), linkname),
    }


def _change_patch(writing: Writing, place: Place) -> None:
    stored, plan = place.stored, place.plan
    before = {
        "series_id": stored.series,
        "number": stored.number,
        "follows_all": stored.follows_all,
        "version": stored.version,
        "comment_count": stored.comments,
        "tags": stored.tags,
    }
    now = {
        "series_id": writing.series_ids[plan.series],
        "number": plan.number,
        "follows_all": plan.follows_all,
        "version": plan.version,
        "comment_count": plan.comments,
        "tags": dict(plan.tags),
    }
    columns = {name: value for name, value in now.items() if before[name] != value}
    if place.reading:
        columns |= _patch_columns(writing, place)
        if place.reading.is_other_copy:
            columns |= _initial_columns(writing, place)
    if columns:
        Patch.objects.filter(message=stored.row).update(**columns)
    writing.events.turn(
        Category.PATCH_COMPLETED, stored.follows_all, plan.follows_all, message_id=stored.row
    )


def _initial_columns(writing: Writing, place: Place) -> dict[str, Any]:
    """State and delegate as this copy would have been given them at first, each unless somebody
    has changed it since."""
    parsed = place.reading.incoming.parsed
    changes = Event.objects.filter(message=place.stored.row, category__in=Event.DECISIONS)
    changed = set(changes.values_list("category", flat=True))
    columns: dict[str, Any] = {}
    if Category.PATCH_STATE_CHANGED not in changed:
        columns["state_id"] = writing.policy.choose_state(parsed)
    if Category.PATCH_DELEGATED not in changed:
        columns["delegate_id"] = writing.policy.choose_delegate(parsed)
    return columns


def _change_cover(writing: Writing, place: Place) -> None:
    columns: dict[str, Any] = {}
    if not _stays(writing, place):
        columns["series_id"] = writing.series_ids[place.plan.series]
    if place.reading:
        columns |= _cover_columns(writing, place)
    if columns:
        Cover.objects.filter(message=place.stored.row).update(**columns)


def remove_submissions(writing: Writing) -> None:
    """Remove what is no patch or no cover any more, now that no comment is left on it: another
    copy is shown, or a letter's patches turned out to have a cover. With the row go its events."""
    for place in writing.places():
        if place.kind_before in ("patch", "cover") and place.kind_before != place.plan.kind:
            table = Patch if place.kind_before == "patch" else Cover
            table.objects.filter(message=place.stored.row).delete()
            Event.objects.filter(message=place.stored.row).delete()
