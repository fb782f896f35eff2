"""The transaction: lock, reload, derive, write; all of a batch or nothing, retried whole."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import F, Q

from ingest import failpoints
from ingest.bulk import insert_rows
from ingest.copies import Arrival, find_copies, incoming_copy
from ingest.errors import LostRace
from ingest.incoming import Delivery, Incoming, message_columns, thread_message
from ingest.locking import lock_threads_of
from ingest.lookups import Lookup, column_names, make_rows
from ingest.policy import Policy
from ingest.retry import run_transaction
from ingest.threads import derive
from ingest.threadstate import ThreadState, find_thread_states
from ingest.writing import Reading, ThreadChange, write_plans
from patchtrack.models import Mail, Outcome, Project

_KEPT_COLUMNS = column_names(Mail, "id", "project_id", "message_id", "outcome", "sha256")
# What changes of a kept mail when it is understood at last.
_SETTLED_COLUMNS = "project message shown content_hash hop_date outcome detail".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a mail; `message` is the database id of the message that it made."""

    outcome: Outcome
    detail: str = ""
    message: int | None = None


def record(project: Project, batch: Sequence[Incoming]) -> list[Recorded]:
    """Store mails in a project; what became of each, in the order of the batch.

    Returns only after the commit. Raises TryAgain when nothing was stored and the batch should
    be given again later; any other error means that a mail of the batch cannot be stored.
    """
    return run_transaction(lambda: _record_once(project, batch))


def record_aside(project: Project | None, deliveries: Sequence[tuple[Delivery, Recorded]]) -> None:
    """Keep mails that become no message: quarantined or unrouted, each with the reason.

    A mail that is kept already stays as it is. Raises TryAgain as `record` does.
    """
    run_transaction(lambda: _record_aside_once(project, deliveries))


def _record_aside_once(
    project: Project | None, deliveries: Sequence[tuple[Delivery, Recorded]]
) -> None:
    known = _find_kept(project, [delivery.sha256 for delivery, _ in deliveries])
    failpoints.reach("aside looked up")
    rows = {
        delivery.sha256: delivery.as_mail(
            project=project, outcome=entry.outcome, detail=entry.detail
        )
        for delivery, entry in deliveries
        if delivery.sha256 not in known
    }
    insert_rows(row for _, row in sorted(rows.items()))


def _find_kept(project: Project | None, hashes: Collection[str]) -> dict[str, Mail]:
    """Mails that have arrived before, by their SHA-256, in the project or not routed to any."""
    rows = _kept_by(project.id if project else None).rows(hashes)
    return {mail.sha256: mail for mail in make_rows(Mail, _KEPT_COLUMNS, rows)}


@lru_cache(maxsize=1024)
def _kept_by(project: int | None) -> Lookup:
    mine = Mail.objects.filter(Q(project=project) | Q(project=None))
    ordered = mine.order_by(F("project").asc(nulls_first=True))
    return Lookup(
        lambda hashes: ordered.filter(sha256__in=hashes).values_list(*_KEPT_COLUMNS), example="0"
    )


def _is_settled(mail: Mail | None) -> bool:
    """Whether nothing is left to do for a kept mail; the others wait to be understood."""
    return mail is not None and (mail.message_id is not None or mail.outcome == Outcome.IGNORED)


def _record_once(project: Project, batch: Sequence[Incoming]) -> list[Recorded]:
    kept = _find_kept(project, [mail.delivery.sha256 for mail in batch])
    first: dict[str, int] = {}
    for index, mail in enumerate(batch):
        if not _is_settled(kept.get(mail.delivery.sha256)):
            first.setdefault(mail.delivery.sha256, index)
    fresh = [batch[index] for index in first.values()]
    rows = [
        mail.as_mail(project=project, outcome=Outcome.IGNORED)
        for mail in fresh
        if mail.parsed.hints.ignore
    ]
    rows += _record_fresh(project, [mail for mail in fresh if not mail.parsed.hints.ignore])
    _keep_mails(rows, kept)
    recorded = [Recorded(outcome=Outcome.DUPLICATE) for _ in batch]
    for row in rows:
        outcome = Outcome(row.outcome)
        recorded[first[row.sha256]] = Recorded(outcome=outcome, message=row.message_id)
    return recorded


def _keep_mails(rows: Sequence[Mail], kept: Mapping[str, Mail]) -> None:
    """Insert the rows, but bring those up to date that were kept without being understood."""
    new = [row for row in rows if row.sha256 not in kept]
    for row in rows:
        if row.sha256 in kept:
            _settle_mail(kept[row.sha256], row)
    insert_rows(sorted(new, key=lambda row: row.sha256))


def _settle_mail(kept: Mail, row: Mail) -> None:
    """Take over a mail that waits to be understood. Raises LostRace if another project has."""
    waiting = Mail.objects.filter(id=kept.id, project=kept.project_id, message=None)
    if not waiting.update(**{name: getattr(row, name) for name in _SETTLED_COLUMNS}):
        raise LostRace("mail taken by another project")


def _record_fresh(project: Project, fresh: Sequence[Incoming]) -> list[Mail]:
    """Store what follows from mails that were never seen; the rows that are to keep them."""
    if not fresh:
        return []
    policy = Policy(project)
    threads = lock_threads_of(project, [mail.tokens for mail in fresh])
    states = find_thread_states(set(threads), policy.tags)
    failpoints.reach("state read")
    arrivals = _gather_arrivals(fresh, threads, states)
    changes = _derive_changes(policy, states, arrivals)
    messages = write_plans(policy, changes, fresh)
    return [
        row
        for arrival in arrivals
        for row in _copy_rows(project, arrival, messages[arrival.message_id])
    ]


def _gather_arrivals(
    fresh: Sequence[Incoming], threads: Sequence[int], states: dict[int, ThreadState]
) -> list[Arrival]:
    """The new copies of each message, beside those that are stored."""
    arrivals: dict[str, Arrival] = {}
    for mail, thread in zip(fresh, threads, strict=True):
        message_id = mail.parsed.message_id
        stored = states[thread].messages.get(message_id)
        arrival = arrivals.setdefault(
            message_id,
            Arrival(thread=thread, message_id=message_id, row=stored.row if stored else None),
        )
        arrival.arrived.append(incoming_copy(mail))
    copies = find_copies(arrival.row for arrival in arrivals.values() if arrival.row)
    for arrival in arrivals.values():
        if arrival.row:
            arrival.stored = copies[arrival.row]
    return list(arrivals.values())


def _derive_changes(
    policy: Policy, states: dict[int, ThreadState], arrivals: Sequence[Arrival]
) -> list[ThreadChange]:
    """Every locked thread's plan, given the copies that are shown from now on."""
    readings: dict[int, dict[str, Reading]] = {thread: {} for thread in states}
    for arrival in arrivals:
        mail = arrival.shown().incoming
        if mail:
            columns = message_columns(mail.parsed, mail.delivery.received_at, policy.tags)
            readings[arrival.thread][arrival.message_id] = Reading(
                incoming=mail, columns=columns, is_other_copy=bool(arrival.stored)
            )
    return [
        derive_change(policy, thread, state, readings[thread]) for thread, state in states.items()
    ]


def derive_change(
    policy: Policy, thread: int, state: ThreadState, readings: dict[str, Reading]
) -> ThreadChange:
    """A thread's plan when the messages in `readings` are new or read anew."""
    light = {message_id: stored.light for message_id, stored in state.messages.items()}
    for message_id, reading in readings.items():
        author = reading.incoming.parsed.author.address
        light[message_id] = thread_message(message_id, author, reading.columns, policy.tags)
    plan = derive(light.values())
    return ThreadChange(thread=thread, state=state, plan=plan, readings=readings)


def _copy_rows(project: Project, arrival: Arrival, message: int) -> list[Mail]:
    """Unsaved rows for the copies of one message that have arrived."""
    shown = arrival.shown()
    if arrival.stored and shown.incoming:
        Mail.objects.filter(message=message, shown=True).update(shown=False)
    outcomes = arrival.outcomes()
    return [
        copy.incoming.as_mail(
            project=project,
            message_id=message,
            shown=copy is shown,
            outcome=outcomes[copy.sha256],
        )
        for copy in arrival.new_copies()
    ]
