"""Makes what is counted and noted of some threads agree with their rows.

Plans are written as changes of a stored state. Where that state contradicts itself, an event
that should be there or a row that was lost would never be missed: this is set right first.
"""

from collections.abc import Iterable, Iterator

from django.db.models import Model

from ingest.threadstate import ThreadState
from patchtrack.models import Comment, Cover, Event, Kind, Message, Patch, Project, Series

Category = Event.Category

# The category, and the ids of the message and of the series that it is about.
Fact = tuple[str, int | None, int | None]


def mend_rows(project: Project, threads: Iterable[int]) -> None:
    """Let every row be of the project that its thread is of, and every message of the kind
    that its rows say."""
    messages = Message.objects.filter(thread__in=threads)
    for rows in (
        messages,
        Patch.objects.filter(message__in=messages),
        Cover.objects.filter(message__in=messages),
        Series.objects.filter(head__in=messages),
    ):
        rows.exclude(project=project).update(project=project)
    tables: dict[Kind, type[Model]] = {
        Kind.PATCH: Patch,
        Kind.COVER: Cover,
        Kind.COMMENT: Comment,
    }
    for kind, table in tables.items():
        ids = table.objects.filter(message__in=messages).values("message")
        messages.filter(id__in=ids).exclude(kind=kind).update(kind=kind)
        messages.filter(kind=kind).exclude(id__in=ids).update(kind=Kind.OTHER)


def mend_events(project: Project, threads: Iterable[int], states: Iterable[ThreadState]) -> None:
    """Let exactly those once-only events exist that follow from the stored state."""
    expected = {fact for state in states for fact in stated_facts(state)}
    missing = set(expected)
    for event in find_once_only_events(threads):
        fact = (event.category, event.message_id, event.series_id)
        if fact not in missing:
            event.delete()
        elif event.project_id != project.id:
            # Who follows this project has not seen it: it comes once more, under a new cursor.
            Event.objects.filter(id=event.id).update(project=project, cursor=None)
        missing.discard(fact)
    Event.objects.bulk_create(
        Event(project=project, category=category, message_id=message, series_id=series)
        for category, message, series in sorted(missing, key=str)
    )


def mend_actions(threads: Iterable[int]) -> None:
    """Let those comments be open or addressed whose mails ask for an action."""
    comments = Comment.objects.filter(message__thread__in=threads)
    asked = comments.filter(message__action_required=True)
    asked.filter(addressed=None).update(addressed=False)
    comments.filter(message__action_required=False).exclude(addressed=None).update(addressed=None)


def find_once_only_events(threads: Iterable[int]) -> Iterator[Event]:
    """The once-only events of the messages and of the series of some threads."""
    # Apart, since each of the two has an index of its own.
    yield from Event.objects.filter(
        category__in=Event.ONCE_PER_MESSAGE, message__thread__in=threads
    )
    yield from Event.objects.filter(
        category__in=Event.ONCE_PER_SERIES, series__head__thread__in=threads
    )


def stated_facts(state: ThreadState) -> Iterator[Fact]:
    """The once-only events that follow from what is stored of a thread."""
    for stored in state.messages.values():
        if stored.kind == "patch":
            yield Category.PATCH_CREATED, stored.row, None
            if stored.follows_all:
                yield Category.PATCH_COMPLETED, stored.row, None
        elif stored.kind == "cover":
            yield Category.COVER_CREATED, stored.row, None
        elif stored.patch is not None:
            yield Category.PATCH_COMMENT_CREATED, stored.row, None
        elif stored.cover is not None:
            yield Category.COVER_COMMENT_CREATED, stored.row, None
    for row in state.series.values():
        yield Category.SERIES_CREATED, None, row.id
        if row.complete:
            yield Category.SERIES_COMPLETED, None, row.id
