"""Compares what is stored with what follows from the raw mails as they are read today."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from ingest.incoming import thread_message
from ingest.locking import find_threads, lock_threads
from ingest.mending import find_once_only_events
from ingest.policy import Policy
from ingest.rereading import OUTCOMES_OF_COPIES, StoredReading, read_again, split_threads
from ingest.retry import run_transaction
from ingest.threads import ThreadMessage, ThreadPlan, derive
from ingest.threadstate import ThreadState, find_thread_states
from patchtrack.models import Comment, Event, Mail, Project, Series

Category = Event.Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something stored that is not as it should be; `subject` is a message-id."""

    subject: str
    column: str
    stored: Any
    expected: Any

    def __str__(self) -> str:
        return f"{self.subject}: {self.column} is {self.stored!r}, not {self.expected!r}"


def audit(project: Project) -> Iterator[Finding]:
    """Everything of a project that differs from what its raw mails say; nothing is changed."""
    for threads in split_threads(project):
        yield from run_transaction(lambda threads=threads: _audit_threads(project, threads))
    yield from run_transaction(lambda: [*_audit_mails(project), *_audit_stray_events(project)])


def _audit_threads(project: Project, threads: Sequence[int]) -> list[Finding]:
    lock_threads(threads)
    tags = Policy(project).tags
    again = read_again(project, threads, tags)
    findings = [
        Finding(subject=message_id, column="raw", stored=reason, expected="a mail")
        for message_id, reason in again.unreadable.items()
    ]
    by_thread: dict[int, list[StoredReading]] = defaultdict(list)
    for entry in again.readings:
        by_thread[entry.message.thread_id].append(entry)
        findings += _audit_columns(entry)
    states = find_thread_states(threads, tags)
    actions, submitters = _find_actions(threads), _find_submitters(threads)
    events = _find_events(project, threads, states.values())
    for thread, state in states.items():
        entries = by_thread[thread]
        findings += _audit_tokens(project, thread, entries)
        plan = derive(_thread_messages(state, entries, tags))
        columns = {entry.message.message_id: entry.reading.columns for entry in entries}
        findings += _compare(_stored_places(state, actions), _planned_places(plan, columns))
        planned = _planned_series(project, plan, columns)
        findings += _compare(_stored_series(state, submitters), planned)
        findings += _compare_events(events, plan)
    return findings


def _audit_columns(entry: StoredReading) -> Iterator[Finding]:
    for name, was, now in entry.differences():
        subject = entry.message.message_id
        yield Finding(subject=subject, column=name, stored=was, expected=now)


def _audit_mails(project: Project) -> Iterator[Finding]:
    """A mail that was stored is a copy of some message."""
    lost = Mail.objects.filter(project=project, message=None, outcome__in=OUTCOMES_OF_COPIES)
    for sha256, outcome in lost.values_list("sha256", "outcome"):
        yield Finding(
            subject=f"mail {sha256}", column="message", stored=None, expected=f"one ({outcome})"
        )


def _audit_stray_events(project: Project) -> Iterator[Finding]:
    """A once-only event is about a message, or about a series."""
    no_message = Q(category__in=Event.ONCE_PER_MESSAGE) & ~Q(message__isnull=False, series=None)
    no_series = Q(category__in=Event.ONCE_PER_SERIES) & ~Q(message=None, series__isnull=False)
    for event in Event.objects.filter(no_message | no_series, project=project):
        about = {"message": event.message_id, "series": event.series_id}
        yield Finding(
            subject=f"event {event.id}", column=event.category, stored=about, expected="about one"
        )


def _thread_messages(
    state: ThreadState, entries: Sequence[StoredReading], tags: frozenset[str]
) -> Iterator[ThreadMessage]:
    """The messages as they are read now; those that cannot be read as they are stored."""
    light = {message_id: stored.light for message_id, stored in state.messages.items()}
    for entry in entries:
        message_id, author = entry.message.message_id, entry.shown.parsed.author.address
        light[message_id] = thread_message(message_id, author, entry.reading.columns, tags)
    yield from light.values()


def _audit_tokens(
    project: Project, thread: int, entries: Sequence[StoredReading]
) -> Iterator[Finding]:
    """Every token of every copy must lead to the thread that its message is in."""
    thread_of = find_threads(project, frozenset().union(*(entry.tokens for entry in entries)))
    for entry in entries:
        for token in sorted(entry.tokens):
            if thread_of.get(token) != thread:
                yield Finding(
                    subject=entry.message.message_id,
                    column=f"thread of token {token}",
                    stored=thread_of.get(token),
                    expected=thread,
                )


def _compare(
    stored: Mapping[str, Mapping[str, Any]], planned: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    """Two sets of rows by message-id, each row with the same columns."""
    for subject in sorted(stored.keys() | planned.keys()):
        was, now = stored.get(subject, {}), planned.get(subject, {})
        for column in sorted(was.keys() | now.keys()):
            if was.get(column) != now.get(column):
                yield Finding(
                    subject=subject,
                    column=column,
                    stored=was.get(column),
                    expected=now.get(column),
                )


def _find_actions(threads: Sequence[int]) -> dict[str, bool]:
    """Of the comments by message-id: whether an action is noted as asked for."""
    comments = Comment.objects.filter(message__thread__in=threads)
    rows = comments.values_list("message__message_id", "addressed")
    return {message_id: addressed is not None for message_id, addressed in rows}


def _find_submitters(threads: Sequence[int]) -> dict[int, str]:
    """The addresses of the submitters of series, by the ids of these."""
    series = Series.objects.filter(head__thread__in=threads)
    return dict(series.values_list("id", "submitter__address"))


def _stored_places(state: ThreadState, actions: Mapping[str, bool]) -> dict[str, dict[str, Any]]:
    heads = {row.id: row.head_message_id for row in state.series.values()}
    names = {stored.row: message_id for message_id, stored in state.messages.items()}
    return {
        message_id: {
            "kind": stored.kind,
            "series": heads.get(stored.series, stored.series),
            "number": stored.number,
            "follows all": stored.follows_all,
            "tags": stored.tags,
            "version": stored.version,
            "comments": stored.comments,
            "parent": names.get(stored.patch or stored.cover, stored.patch or stored.cover),
            "action asked for": actions.get(message_id, False),
        }
        for message_id, stored in state.messages.items()
    }


def _planned_places(
    plan: ThreadPlan, columns: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    return {
        message_id: {
            "kind": place.kind,
            "series": place.series,
            "number": place.number if place.kind == "patch" else None,
            "follows all": place.kind == "patch" and place.follows_all,
            "tags": dict(place.tags) if place.kind == "patch" else {},
            "version": place.version if place.kind == "patch" else None,
            "comments": place.comments if place.kind == "patch" else None,
            "parent": place.parent,
            "action asked for": place.kind == "comment"
            and bool(columns.get(message_id, {}).get("action_required")),
        }
        for message_id, place in plan.messages.items()
    }


def _stored_series(state: ThreadState, submitters: Mapping[int, str]) -> dict[str, dict[str, Any]]:
    heads = {row.id: row.head_message_id for row in state.series.values()}
    return {
        row.head_message_id: {
            "series project": row.project_id,
            "series name": row.name,
            "series submitter": submitters[row.id],
            "series date": row.date,
            "series version": row.version,
            "series total": row.total,
            "received": row.received_total,
            "complete": row.complete,
            "partial": row.partial,
            "lineage": row.lineage,
            "series comments": row.comment_count,
            "series tags": row.tags,
            "previous": heads.get(row.previous_id, row.previous_id),
        }
        for row in state.series.values()
    }


def _planned_series(
    project: Project, plan: ThreadPlan, columns: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    return {
        head: {
            "series project": project.id,
            "series name": series.name,
            "series submitter": series.submitter,
            "series date": columns[head]["date"] if head in columns else series.date,
            "series version": series.version,
            "series total": series.total,
            "received": series.received_total,
            "complete": series.complete,
            "partial": series.partial,
            "lineage": series.lineage,
            "series comments": series.comments,
            "series tags": dict(series.tags),
            "previous": series.previous,
        }
        for head, series in plan.series.items()
    }


def _find_events(
    project: Project, threads: Sequence[int], states: Collection[ThreadState]
) -> dict[str, list[str]]:
    """The categories of the once-only events of each message, a series' under its head; of
    those that are in a wrong project with the id of that."""
    heads = {row.id: row.head_message_id for state in states for row in state.series.values()}
    names = {
        stored.row: message_id for state in states for message_id, stored in state.messages.items()
    }
    found: dict[str, list[str]] = defaultdict(list)
    for event in find_once_only_events(threads):
        subject = names[event.message_id] if event.message_id else heads[event.series_id]
        is_ours = event.project_id == project.id
        found[subject].append(event.category if is_ours else f"{event.category} of another project")
    return found


def _planned_events(plan: ThreadPlan, message_id: str) -> Iterator[str]:
    place, series = plan.messages[message_id], plan.series.get(message_id)
    if place.kind == "patch":
        yield Category.PATCH_CREATED
        if place.follows_all:
            yield Category.PATCH_COMPLETED
    elif place.kind == "cover":
        yield Category.COVER_CREATED
    elif place.parent:
        on_patch = plan.messages[place.parent].kind == "patch"
        yield Category.PATCH_COMMENT_CREATED if on_patch else Category.COVER_COMMENT_CREATED
    if series:
        yield Category.SERIES_CREATED
        if series.complete:
            yield Category.SERIES_COMPLETED


def _compare_events(events: Mapping[str, list[str]], plan: ThreadPlan) -> Iterator[Finding]:
    for message_id in plan.messages:
        expected = sorted(_planned_events(plan, message_id))
        stored = sorted(events.get(message_id, ()))
        if stored != expected:
            yield Finding(subject=message_id, column="events", stored=stored, expected=expected)
