"""`manage.py parsemail`: stores one mail, as an MTA's pipe delivers it."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ingest.errors import TryAgain
from ingest.incoming import Delivery
from ingest.management.arguments import MailCommand, add_target, find_target
from ingest.receive import receive
from ingest.retry import run_queries


class Command(MailCommand):
    help = (
        "Store one mail from FILE or standard input. Exit status: 0, the mail is safe with us "
        "(also if it is a duplicate, ignored, unrouted or quarantined); 75, try again later, "
        "nothing is stored; 65, larger than PATCHTRACK_MAX_MESSAGE_BYTES; 66, FILE cannot be "
        "read; 64, wrong usage."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="- is stdin")
        add_target(parser)
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        raw = read_mail(options["file"])
        try:
            project, list_id = run_queries(lambda: find_target(options))
            delivery = Delivery(raw=raw, received_at=timezone.now())
            receipt = receive([delivery], [project] if project else None, list_id)[0]
        except TryAgain as error:
            raise CommandError(
                f"the mail is not stored, deliver it again: {error}", returncode=os.EX_TEMPFAIL
            ) from error
        if options["json"] or options["verbosity"] > 1:
            details = "; ".join(entry.detail for entry in receipt.recorded if entry.detail)
            summary = {"outcome": receipt.outcome.value, "msgid": receipt.message_id}
            self.print_summary(summary | {"detail": details}, options["json"])


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
