"""What a parser process does for the daemon; runs there, never in the event loop."""

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from ingest import durations, retry
from ingest.daemon.logs import use_format
from ingest.daemon.recipients import Directory, Mailbox
from ingest.daemon.values import Answer, Letter, Report, Target
from ingest.errors import TryAgain
from ingest.incoming import Delivery
from ingest.indexing import index_at_once
from ingest.lookups import KeptListing
from ingest.numbering import number_batch
from ingest.receive import Receipt, receive
from ingest.routing import find_addressed
from patchtrack.models import Project
from patchtrack.services.cursors import BATCH

log = logging.getLogger(__name__)

# How late a change of states, tags or rules may be known here. Reading them for each batch would
# be a sixth of all queries.
_CONFIGURATION_SECONDS = 1.0
# Mail that comes meanwhile waits for so many.
INDEXED_TOGETHER = 20


def prepare_process(log_format: str) -> None:
    """Make a new process ready for the daemon's work."""
    use_format(log_format)
    KeptListing.seconds = _CONFIGURATION_SECONDS


def store_letters(letters: Sequence[Letter]) -> Report:
    """Store letters together, those of one target in one transaction."""
    groups: dict[Target, list[int]] = defaultdict(list)
    for index, letter in enumerate(letters):
        groups[letter.target].append(index)
    answers: dict[int, Answer] = {}
    before = Counter(retry.retries)
    for target, members in groups.items():
        stored = _store_group(target, [letters[index] for index in members])
        answers.update(zip(members, stored, strict=True))
    return Report(
        answers=[answers[index] for index in range(len(letters))],
        parse_seconds=durations.take(durations.parse_seconds),
        transaction_seconds=durations.take(durations.transaction_seconds),
        retries=retry.retries - before,
    )


def _store_group(target: Target, letters: Sequence[Letter]) -> list[Answer]:
    deliveries = [
        Delivery(raw=letter.raw, received_at=letter.received_at, recipient=letter.recipient)
        for letter in letters
    ]
    began = retry.retries.total()
    try:
        receipts = receive(deliveries, find_addressed(target.project), target.list_id)
    except TryAgain as error:
        return [Answer(detail=str(error))] * len(letters)
    except Exception as error:
        log.exception("letters %s", " ".join(letter.id for letter in letters))
        return [Answer(detail=f"internal error: {type(error).__name__}")] * len(letters)
    tries = 1 + retry.retries.total() - began
    return [_answer(receipt, tries) for receipt in receipts]


def _answer(receipt: Receipt, tries: int) -> Answer:
    return Answer(
        outcome=receipt.outcome.value,
        detail="; ".join(entry.detail for entry in receipt.recorded if entry.detail),
        message_id=receipt.message_id,
        projects=tuple(receipt.linknames),
        tries=tries,
    )


def index_mail() -> int:
    """Let the search find some of what was stored; how many mails, and INDEXED_TOGETHER if there
    may be more. Raises TryAgain."""
    return index_at_once(INDEXED_TOGETHER)


def number_events() -> bool:
    """Let pollers see some of the newest events; whether there may be more. Raises TryAgain."""
    return number_batch() == BATCH


def find_directory() -> Directory:
    """Who has an address here. Raises TryAgain."""
    columns = "id", "linkname", "list_email", "list_id"
    rows = retry.run_queries(lambda: list(Project.objects.order_by("id").values(*columns)))
    return Directory(mailboxes=tuple(Mailbox(**row) for row in rows))


def check_database() -> str:
    """Why mail could not be stored now, or an empty string: the database answers, and its
    tables are those that this code knows."""
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        log.warning("the database is not ready: %s", error)
        connection.close()
        return "the database does not answer"
    return "the database needs manage.py migrate" if behind else ""
