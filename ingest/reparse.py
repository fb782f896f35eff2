"""Brings what was derived from stored mail up to date after a rule was improved."""

from collections.abc import Sequence

from ingest.locking import lock_threads, lock_threads_of
from ingest.mending import mend_actions, mend_events, mend_rows
from ingest.policy import Policy
from ingest.rereading import StoredReading, read_again
from ingest.retry import run_transaction
from ingest.store import derive_change
from ingest.threadstate import find_thread_states
from ingest.writing import Reading, write_plans
from patchtrack.models import Mail, Message, Project


def reparse(project: Project, threads: Sequence[int]) -> int:
    """Read the mails of some threads again and write what has changed; how many messages
    are read differently now. States, delegates, checks and ids stay.

    Raises TryAgain when nothing was changed and it should be tried again later.
    """
    return run_transaction(lambda: _reparse_once(project, threads))


def _reparse_once(project: Project, threads: Sequence[int]) -> int:
    lock_threads(threads)
    policy = Policy(project)
    stored = read_again(project, threads, policy.tags).readings
    places = lock_threads_of(project, [entry.tokens for entry in stored]) if stored else []
    _move_messages(stored, places)
    everywhere = {*threads, *places}
    mend_rows(project, everywhere)
    states = find_thread_states(everywhere, policy.tags)
    mend_events(project, everywhere, states.values())
    changed = [reading for reading in stored if any(reading.differences())]
    readings: dict[int, dict[str, Reading]] = {thread: {} for thread in states}
    thread_of = dict(zip((entry.message.id for entry in stored), places, strict=True))
    for entry in changed:
        readings[thread_of[entry.message.id]][entry.message.message_id] = entry.reading
    changes = [
        derive_change(policy, thread, state, readings[thread]) for thread, state in states.items()
    ]
    seen = [copy.incoming for entry in stored for copy in entry.copies]
    write_plans(policy, changes, seen)
    for entry in changed:
        _change_copies(entry)
    mend_actions(everywhere)
    return len(changed)


def _move_messages(stored: Sequence[StoredReading], places: Sequence[int]) -> None:
    """Let every message be in the thread that its tokens lead to."""
    for entry, thread in zip(stored, places, strict=True):
        if entry.message.thread_id != thread:
            Message.objects.filter(id=entry.message.id).update(thread=thread)


def _change_copies(entry: StoredReading) -> None:
    """Bring the rows of a message's copies up to date; at no time are two of them shown."""
    Mail.objects.filter(message=entry.message, shown=True).update(shown=False)
    for copy in entry.copies:
        parsed = copy.incoming.parsed
        Mail.objects.filter(id=copy.mail.id).update(
            shown=copy.incoming is entry.shown,
            project=entry.project,
            size=len(copy.incoming.delivery.raw),
            content_hash=parsed.content_hash,
            hop_date=parsed.hop_date,
        )
