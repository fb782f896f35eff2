"""`manage.py indexmail`: lets new mail be found by the search."""

import time
from typing import Any

from django.core.management.base import CommandParser

from ingest.indexing_all import index_all
from ingest.management.arguments import MailCommand, positive
from ingest.management.progress import Progress
from ingest.retry import run_queries
from patchtrack.services.search_index import add_all_unsearched, count_unsearched

EXIT_INTERRUPTED = 130


class Command(MailCommand):
    help = (
        "Put what is new into the search's index. The daemon does that by itself while no mail "
        "waits; without a daemon, have this run by cron. It may run at any time, also several "
        "times at once, and be stopped at any time: the next one goes on. Exit status: 0; 75, try "
        "again later; 130, interrupted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--jobs", type=positive, default=1, metavar="N", help="work in N processes"
        )
        parser.add_argument("--again", action="store_true", help="index all mail again")
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        if options["again"]:
            run_queries(add_all_unsearched)
        progress = Progress(self.stderr, "search index", run_queries(count_unsearched))
        try:
            number = index_all(options["jobs"], lambda done: progress.report(done, done))
        except KeyboardInterrupt:
            self.stderr.write("interrupted; the same command goes on where it stopped")
            raise SystemExit(EXIT_INTERRUPTED) from None
        finally:
            progress.close()
        summary = {"indexed": number, "seconds": round(time.monotonic() - started, 2)}
        self.print_summary(summary, options["json"])
