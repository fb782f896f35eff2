"""Makes the payloads of events: what each says happened."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from patchtrack.api.records import Record, Records
from patchtrack.models import Event
from patchtrack.services.plain_rows import Subjects, find_subjects

Category = Event.Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What an event says happened."""

    records: Records
    event: Event
    subjects: Subjects

    def tell(self) -> Record:
        return {name: _TELLERS[name](self) for name in PAYLOADS[Category(self.event.category)]}

    def patch(self) -> Record | None:
        comment = self.subjects.comments.get(self.event.message_id)
        patch = self.subjects.patches.get(comment.patch_id if comment else self.event.message_id)
        return self.records.embedded_patch(patch, self.event.project) if patch else None

    def cover(self) -> Record | None:
        comment = self.subjects.comments.get(self.event.message_id)
        cover = self.subjects.covers.get(comment.cover_id if comment else self.event.message_id)
        return self.records.embedded_cover(cover, self.event.project) if cover else None

    def comment(self) -> Record | None:
        comment = self.subjects.comments.get(self.event.message_id)
        if comment is None:
            return None
        return self.records.embedded_comment(comment)

    def series(self) -> Record | None:
        patch = self.subjects.patches.get(self.event.message_id)
        series = self.event.series or (patch and patch.series)
        return self.records.embedded_series(series, self.event.project) if series else None

    def check(self) -> Record:
        return self.records.embedded_check(self.event.state_check)

    def previous_state(self) -> str:
        return self.event.previous_state.slug

    def current_state(self) -> str:
        return self.event.current_state.slug

    def previous_delegate(self) -> Record | None:
        return self.records.anybody(self.event.previous_delegate)

    def current_delegate(self) -> Record | None:
        return self.records.anybody(self.event.current_delegate)

    def nothing(self) -> None:
        """Relations have never been told, in any version."""


PAYLOADS: dict[Category, tuple[str, ...]] = {
    Category.COVER_CREATED: ("cover",),
    Category.PATCH_CREATED: ("patch",),
    Category.PATCH_COMPLETED: ("patch", "series"),
    Category.PATCH_STATE_CHANGED: ("patch", "previous_state", "current_state"),
    Category.PATCH_DELEGATED: ("patch", "previous_delegate", "current_delegate"),
    Category.PATCH_RELATION_CHANGED: ("patch", "previous_relation", "current_relation"),
    Category.CHECK_CREATED: ("patch", "check"),
    Category.SERIES_CREATED: ("series",),
    Category.SERIES_COMPLETED: ("series",),
    Category.COVER_COMMENT_CREATED: ("cover", "comment"),
    Category.PATCH_COMMENT_CREATED: ("patch", "comment"),
}
_TELLERS: dict[str, Callable[[Payload], Any]] = {
    "previous_relation": Payload.nothing,
    "current_relation": Payload.nothing,
} | {
    name: getattr(Payload, name)
    for name in (
        "patch", "cover", "comment", "series", "check",
        "previous_state", "current_state", "previous_delegate", "current_delegate",
    )
}  # fmt: skip


def tell_events(records: Records, events: Collection[Event]) -> list[Record]:
    """Each event with its payload, in their order; three queries."""
    subjects = find_subjects(events)
    return [
        records.event(event, Payload(records=records, event=event, subjects=subjects).tell())
        for event in events
    ]
