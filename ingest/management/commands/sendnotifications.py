"""`manage.py sendnotifications`: tells people by mail what was decided about their patches."""

import os
from dataclasses import asdict
from functools import partial
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ingest.management.arguments import MailCommand
from ingest.retry import run_queries
from patchtrack.services.notifications import collect_untold
from patchtrack.services.sending import Tally, send_notifications


class Command(MailCommand):
    help = (
        "Tell submitters by mail what became of their patches, and delegates what they are to "
        "review; to be run every few minutes. Any number of these may run at once. Exit status 75 "
        "if the mail server is away: the mails wait."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        decisions = 0
        while collected := run_queries(partial(collect_untold, timezone.now())):
            decisions += collected
        tally = Tally()
        run_queries(partial(send_notifications, tally))
        self.print_summary({"decisions": decisions} | asdict(tally), options["json"])
        if tally.away:
            raise CommandError(
                f"the mail server is away, the mails wait: {tally.away}", returncode=os.EX_TEMPFAIL
            )
