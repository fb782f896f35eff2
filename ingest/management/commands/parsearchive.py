"""`manage.py parsearchive`: brings mail archives into the database."""

import os
import time
from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from ingest.archive import Archive, ArchiveError, open_archive
from ingest.archive.public_inbox import PublicInbox
from ingest.errors import TryAgain
from ingest.importer import Importer
from ingest.indexing_all import index_all
from ingest.management.arguments import MailCommand, add_target, find_target, positive
from ingest.management.progress import Progress
from ingest.numbering import number_stored
from ingest.retry import run_queries
from patchtrack.services.search_index import count_unsearched

EXIT_INTERRUPTED = 130


class Command(MailCommand):
    help = (
        "Import mail archives: mbox files (also .gz and .xz, - is stdin), Maildirs, public-inbox "
        "v2 repositories. The import may be stopped or killed at any time; the same command "
        "again stores what is missing and nothing twice. Exit status: 0; 65, an archive cannot "
        "be read, or not to its end; 75, try again later; 130, interrupted; 64, wrong usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        add_target(parser)
        parser.add_argument(
            "--jobs", type=positive, default=1, metavar="N", help="parse in N processes"
        )
        parser.add_argument(
            "--resume",
            action=BooleanOptionalAction,
            help="go on where the last import of each PATH stopped, rather than at its start. "
            "By default only public-inbox repositories go on; Maildirs never do",
        )
        parser.add_argument(
            "--index",
            action=BooleanOptionalAction,
            default=True,
            help="put the mails into the search's index afterwards, as indexmail does",
        )
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        project, list_id = run_queries(lambda: find_target(options))
        self.progress: Progress | None = None
        importer = Importer(project, list_id, options["jobs"], self._report)
        started = time.monotonic()
        status = self._import_all(importer, options["paths"], options["resume"])
        # However it ended.
        number_stored(all_of_it=True)
        summary: dict[str, float] = run_queries(importer.tally.summary)
        summary["seconds"] = round(time.monotonic() - started, 2)
        self.print_summary(summary, options["json"])
        if options["index"] and status in (os.EX_OK, os.EX_DATAERR):
            status = self._index(options["jobs"]) or status
        if status:
            raise SystemExit(status)

    def _index(self, jobs: int) -> int:
        """Let what was imported be found by the search. The exit status: whatever keeps this from
        ending, the mail is stored."""
        self.progress = Progress(self.stderr, "search index", run_queries(count_unsearched))
        try:
            index_all(jobs, lambda number: self._report(number, number))
        except TryAgain as error:
            self.stderr.write(f"{error}; manage.py indexmail lets the search find the rest")
        except KeyboardInterrupt:
            self.stderr.write("interrupted; manage.py indexmail lets the search find the rest")
            return EXIT_INTERRUPTED
        finally:
            self.progress.close()
        return os.EX_OK

    def _report(self, messages: int, progress: int) -> None:
        if self.progress:
            self.progress.report(messages, progress)

    def _import_all(self, importer: Importer, paths: list[Path], resume: bool | None) -> int:
        """The exit status; what goes wrong is told at once, and the other archives follow."""
        status = os.EX_OK
        try:
            for path in paths:
                if not self._import(importer, path, resume):
                    status = os.EX_DATAERR
        except TryAgain as error:
            self.stderr.write(f"{error}; the same command goes on where it stopped")
            return os.EX_TEMPFAIL
        except KeyboardInterrupt:
            self.stderr.write("interrupted; the same command goes on where it stopped")
            return EXIT_INTERRUPTED
        return status

    def _import(self, importer: Importer, path: Path, resume: bool | None) -> bool:
        """Whether the archive could be read to its end."""
        before, after = importer.tally.read, ""
        try:
            archive = open_archive(path)
            after = self._find_position(importer, path, archive, resume)
            self._run(importer, path, archive, after)
        except ArchiveError as error:
            read = importer.tally.read - before
            self.stderr.write(f"{error} ({_advise(read, after)})")
            return False
        return True

    def _find_position(
        self, importer: Importer, path: Path, archive: Archive, resume: bool | None
    ) -> str:
        go_on = isinstance(archive, PublicInbox) if resume is None else resume
        return run_queries(lambda: importer.find_position(path, archive)) if go_on else ""

    def _run(self, importer: Importer, path: Path, archive: Archive, after: str) -> None:
        self.progress = Progress(self.stderr, path.name, archive.total())
        try:
            importer.run(path, archive, after)
        finally:
            self.progress.close()


def _advise(read: int, after: str) -> str:
    """What to know of an archive that could not be read to its end."""
    if after and not read:
        return "nothing new was read; with --no-resume it is read from its start"
    return f"{read} messages were read before it and are kept"
