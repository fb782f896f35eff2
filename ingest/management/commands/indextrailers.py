"""`manage.py indextrailers`: lets long lists be sorted fast by trailers that were added."""

from typing import Any

from django.core.management.base import CommandParser

from ingest.management.arguments import MailCommand
from ingest.retry import run_queries
from patchtrack.services.trailer_indexes import keep_trailer_indexes


class Command(MailCommand):
    help = (
        "Make the indexes by which lists are sorted by the trailers that were added to those that "
        "are counted from the beginning, and remove those of trailers that have no column any "
        "more. Lists can be sorted by any trailer without them, too, but with a million patches "
        "that takes seconds. On PostgreSQL mail does not wait meanwhile. Exit status: 0; 75, try "
        "again later."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        made, removed = run_queries(keep_trailer_indexes)
        self.print_summary({"made": made, "removed": removed}, options["json"])
