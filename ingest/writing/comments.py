"""Writes the comments of a batch: which patch or cover each belongs to."""

from ingest.bulk import insert_rows
from ingest.writing.changes import Place, Writing
from patchtrack.models import Comment, Event

Category = Event.Category
_EVENTS = {
    "patch_id": Category.PATCH_COMMENT_CREATED,
    "cover_id": Category.COVER_COMMENT_CREATED,
}


def write_comments(writing: Writing) -> None:
    """Insert the new comments; move those that belong elsewhere, as far as we know now."""
    new: list[Comment] = []
    for place in writing.places():
        before, now = _parent_before(place), _parent_now(writing, place)
        row = writing.ids[place.message_id]
        if place.reading and place.kind_before == "comment":
            _change_asking(row, place)
        if before == now:
            continue
        for column, category in _EVENTS.items():
            was, is_now = before[column] is not None, now[column] is not None
            writing.events.turn(category, was, is_now, message_id=row)
        if place.plan.kind != "comment":
            Comment.objects.filter(message=row).delete()
        elif place.kind_before == "comment":
            Comment.objects.filter(message=row).update(**now)
        else:
            addressed = False if _asks_for_action(place) else None
            new.append(Comment(message_id=row, addressed=addressed, **now))
    insert_rows(new)


def _change_asking(row: int, place: Place) -> None:
    """Whether action is asked for is as the copy says that is shown now; what somebody has
    addressed stays addressed."""
    before, now = (None, False) if _asks_for_action(place) else (False, None)
    Comment.objects.filter(message=row, addressed=before).update(addressed=now)


def _parent_before(place: Place) -> dict[str, int | None]:
    if place.kind_before != "comment":
        return dict.fromkeys(_EVENTS)
    return {"patch_id": place.stored.patch, "cover_id": place.stored.cover}


def _parent_now(writing: Writing, place: Place) -> dict[str, int | None]:
    columns: dict[str, int | None] = dict.fromkeys(_EVENTS)
    if place.plan.parent:
        parent = place.change.plan.messages[place.plan.parent]
        columns[f"{parent.kind}_id"] = writing.ids[place.plan.parent]
    return columns


def _asks_for_action(place: Place) -> bool:
    if place.reading:
        return bool(place.reading.columns["action_required"])
    return place.stored.action_required
