"""`manage.py parsemail`: stores one mail, as an MTA's pipe delivers it."""

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ingest.daemon.recipients import ANYWHERE, choose_target
from ingest.daemon.values import Target
from ingest.errors import TryAgain
from ingest.incoming import Delivery
from ingest.indexing import index_at_once
from ingest.management.arguments import MailCommand, add_target, find_target
from ingest.numbering import number_stored
from ingest.receive import Receipt, receive
from ingest.retry import run_queries
from ingest.routing import find_addressed

log = logging.getLogger(__name__)

# The mail in several projects, and what another process has left.
_MOST_INDEXED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Where a mail goes: each target with the first recipient who stands for it. `nobodies` are
    recipients who stand for none, where only known ones are taken."""

    targets: Mapping[Target, str]
    nobodies: tuple[str, ...] = ()


class Command(MailCommand):
    help = (
        "Store one mail from FILE or standard input. Exit status: 0, the mail is safe with us "
        "(also if it is a duplicate, ignored, unrouted or quarantined); 75, try again later, "
        "nothing is stored; 67, a RECIPIENT is nobody's and PATCHTRACK_STRICT_RECIPIENTS is on "
        "(for others it is stored); 65, larger than PATCHTRACK_MAX_MESSAGE_BYTES; 66, FILE "
        "cannot be read; 64, wrong usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="- is stdin")
        add_target(parser)
        parser.add_argument(
            "--recipient",
            action="append",
            default=[],
            metavar="ADDRESS",
            help=(
                "whom the mail was sent to, may be given several times: LINKNAME@anywhere, a "
                "project's list address or one of PATCHTRACK_RECIPIENTS; for others the mail's "
                "List-Id decides"
            ),
        )
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["recipient"] and (options["project"] or options["list_id"]):
            raise CommandError(
                "--recipient says where the mail goes: leave out --project and --list-id",
                returncode=os.EX_USAGE,
            )
        raw = read_mail(options["file"])
        try:
            envelope = find_envelope(options)
            receipt = store(raw, envelope)
        except TryAgain as error:
            raise CommandError(
                f"the mail is not stored, deliver it again: {error}", returncode=os.EX_TEMPFAIL
            ) from error
        if any(entry.message for entry in receipt.recorded):
            number_stored()
            let_it_be_found()
        if envelope.targets and (options["json"] or options["verbosity"] > 1):
            details = "; ".join(entry.detail for entry in receipt.recorded if entry.detail)
            summary = {"outcome": receipt.outcome.value, "msgid": receipt.message_id}
            self.print_summary(summary | {"detail": details}, options["json"])
        if envelope.nobodies:
            raise CommandError(
                f"no such project here: {', '.join(map(repr, envelope.nobodies))}",
                returncode=os.EX_NOUSER,
            )


def find_envelope(options: Mapping[str, Any]) -> Envelope:
    """Where the arguments send the mail. Raises CommandError for a project or list that is not
    there, and TryAgain."""
    if options["recipient"]:
        return find_recipients(options["recipient"])
    project, list_id = run_queries(lambda: find_target(options))
    return Envelope(targets={Target(project=project and project.id, list_id=list_id): ""})


def find_recipients(recipients: list[str]) -> Envelope:
    """Where the daemon would send the mail. Raises TryAgain."""
    # Where the daemon's parser processes begin; a mail without recipients needs none of it.
    from ingest.daemon.work import find_directory

    directory = find_directory()
    targets: dict[Target, str] = {}
    nobodies = []
    for recipient in recipients:
        target = choose_target(recipient, directory, settings.PATCHTRACK_RECIPIENTS)
        if target is None and settings.PATCHTRACK_STRICT_RECIPIENTS:
            nobodies.append(recipient)
        else:
            targets.setdefault(target or ANYWHERE, recipient)
    return Envelope(targets=targets, nobodies=tuple(nobodies))


def store(raw: bytes, envelope: Envelope) -> Receipt:
    """Store a mail for each of its targets, and say what became of it. Raises TryAgain; it may
    be stored for some of them then, and is found to be a duplicate when it comes again."""
    total = Receipt()
    received_at = timezone.now()
    for target, recipient in envelope.targets.items():
        delivery = Delivery(raw=raw, received_at=received_at, recipient=recipient)
        receipt = receive([delivery], find_addressed(target.project), target.list_id)[0]
        total.message_id = receipt.message_id
        total.recorded += receipt.recorded
    return total


def let_it_be_found() -> None:
    """Let the search find what was stored. The mail is safe with us, whatever comes of this."""
    try:
        index_at_once(_MOST_INDEXED)
    except Exception as error:  # noqa: BLE001  as it says
        log.warning("the search does not find this mail before indexmail runs: %s", error)


def read_mail(name: str) -> bytes:
    """The mail in a file or on standard input. Raises CommandError."""
    limit = settings.PATCHTRACK_MAX_MESSAGE_BYTES
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(limit + 1)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}", returncode=os.EX_NOINPUT) from error
    if len(raw) > limit:
        raise CommandError(
            f"the mail is larger than PATCHTRACK_MAX_MESSAGE_BYTES ({limit})",
            returncode=os.EX_DATAERR,
        )
    return raw
