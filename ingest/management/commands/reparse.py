"""`manage.py reparse`: reads all stored mail again, after a rule was improved."""

from collections import deque
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from ingest.management.arguments import MailCommand, find_project, positive
from ingest.numbering import number_stored
from ingest.reparse import reparse
from ingest.rereading import split_threads
from ingest.workers import Workers
from patchtrack.models import Project

_WAITING = 4


class Command(MailCommand):
    help = (
        "Read the stored mails again and bring all that follows from them up to date. States, "
        "delegates, checks and ids stay. Mail may be delivered meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", metavar="LINKNAME", help="only this one")
        parser.add_argument(
            "--jobs", type=positive, default=1, metavar="N", help="work in N processes"
        )
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        linkname = options["project"]
        projects = [find_project(linkname)] if linkname else list(Project.objects.all())
        pieces = ((p, threads) for p in projects for threads in split_threads(p))
        changed = sum(self._reparse_all(pieces, options["jobs"]))
        number_stored(all_of_it=True)
        self.print_summary({"changed": changed}, options["json"])

    def _reparse_all(self, pieces: Iterator[tuple[Project, list[int]]], jobs: int) -> Iterator[int]:
        """How many messages changed in each piece of work."""
        if jobs == 1:
            for piece in pieces:
                yield reparse(*piece)
            return
        with Workers(jobs) as workers:
            waiting = deque()
            for number, piece in enumerate(pieces):
                waiting.append(workers.submit(number, reparse, *piece))
                if len(waiting) > _WAITING * jobs:
                    yield waiting.popleft().result()
            for future in waiting:
                yield future.result()
