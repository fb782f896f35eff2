"""`manage.py sendwebhooks`: sends a project's events to the addresses that want them."""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from django.core.management.base import CommandParser

from ingest.errors import TryAgain
from ingest.management.arguments import MailCommand
from ingest.retry import run_queries
from patchtrack.services.cursors import record_all_cursors
from patchtrack.services.webhook_sending import Tally, send_webhooks

log = logging.getLogger(__name__)

# How often --forever looks whether there is anything to send, and how long it waits where the
# database does not serve it.
PAUSE_SECONDS = 1.0
AWAY_SECONDS = 10.0


class Command(MailCommand):
    help = (
        "Send new events to webhooks. By default it ends when nothing is due; --forever goes on "
        "until SIGTERM. Any number of these may run at once, and be killed at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="go on until SIGTERM or SIGINT")
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        tally = Tally()
        if options["forever"]:
            _go_on(tally)
        else:
            _send(tally, lambda: False)
        self.print_summary(asdict(tally), options["json"])


def _send(tally: Tally, is_stopping: Callable[[], bool]) -> None:
    """Raises TryAgain."""
    run_queries(record_all_cursors)
    run_queries(partial(send_webhooks, tally, is_stopping))


def _go_on(tally: Tally) -> None:
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    while not stopping.is_set():
        try:
            _send(tally, stopping.is_set)
        except TryAgain as error:
            log.warning("%s", error)
            stopping.wait(AWAY_SECONDS)
        stopping.wait(PAUSE_SECONDS)
