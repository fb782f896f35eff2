"""Brings a mail archive into the database: in batches, by one or several processes, and so
that it can be stopped and begun again at any place."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

from django.utils import timezone

from ingest.archive import Archive, ArchiveError
from ingest.archive.maildir import Maildir
from ingest.batches import Batch, Batches, fill
from ingest.incoming import Delivery
from ingest.receive import Receipt, receive
from ingest.retry import run_transaction
from ingest.tally import Tally
from ingest.workers import Workers
from patchtrack.models import ArchivePosition, Project

_WAITING_BATCHES = 2
_SECONDS_BETWEEN_POSITIONS = 5.0


Stored = tuple[Batch, list[Receipt]]


def _finish(batch: Batch, future: Future[list[Receipt]]) -> Stored:
    return batch, future.result()


def receive_raws(raws: Sequence[bytes], project_id: int | None, list_id: str) -> list[Receipt]:
    """Store mails that come from an archive. Runs in the importing process or in a worker."""
    now = timezone.now()
    projects = None if project_id is None else [Project.objects.get(id=project_id)]
    return receive([Delivery(raw=raw, received_at=now) for raw in raws], projects, list_id)


def can_resume(archive: Archive) -> bool:
    """Whether all that comes to an archive later lies behind what it holds now. In a Maildir a
    mail may be delivered under a name that sorts before others: it is read from its start."""
    return not isinstance(archive, Maildir)


def format_path(path: Path) -> str:
    """The path under which an archive's position is noted, as text that every database takes."""
    return str(path.resolve()).encode(errors="backslashreplace").decode()


class Importer:
    """The import of archives into one project, or wherever their list ids lead."""

    def __init__(
        self,
        project: Project | None,
        list_id: str,
        jobs: int,
        report: Callable[[int, int], None],
    ) -> None:
        """`report(messages, progress)` is told of every batch that is stored: how many
        messages of the archive by now, and its units read."""
        self.project = project
        self.list_id = list_id
        self.jobs = jobs
        self.report = report
        self.tally = Tally()
        self._saved_at = 0.0

    def find_position(self, path: Path, archive: Archive) -> str:
        """Where the last import of this archive had come to, or an empty string."""
        if not can_resume(archive):
            return ""
        row = ArchivePosition.objects.filter(path=format_path(path), project=self.project)
        return row.values_list("position", flat=True).first() or ""

    def run(self, path: Path, archive: Archive, after: str) -> None:
        """Import an archive behind the position `after`.

        Raises TryAgain and ArchiveError; what was stored until then is stored, and its place
        in the archive is noted.
        """
        batches = Batches(after, self.jobs)
        before, position = self.tally.read, after
        try:
            with closing(self._store(fill(archive.read(after), batches))) as stored:
                for batch, receipts in stored:
                    self.tally.add(receipts)
                    done = batches.finish(batch)
                    position = done if can_resume(archive) else after
                    self.report(self.tally.read - before, batch.progress)
                    if time.monotonic() - self._saved_at > _SECONDS_BETWEEN_POSITIONS:
                        self._save_position(path, position)
        finally:
            if position != after:
                self._save_position(path, position)

    def _store(self, full: Iterator[tuple[int, Batch]]) -> Iterator[Stored]:
        target = (self.project.id if self.project else None, self.list_id)
        if self.jobs == 1:
            for _, batch in full:
                yield batch, receive_raws(batch.raws, *target)
            return
        waiting: deque[tuple[Batch, Future[list[Receipt]]]] = deque()
        with Workers(self.jobs) as workers:
            try:
                for worker, batch in full:
                    future = workers.submit(worker, receive_raws, batch.raws, *target)
                    waiting.append((batch, future))
                    batch.raws = []
                    if len(waiting) >= _WAITING_BATCHES * self.jobs:
                        stored = _finish(*waiting[0])
                        waiting.popleft()
                        yield stored
            except (ArchiveError, KeyboardInterrupt):
                # What is under way is stored all the same, so it counts.
                yield from (_finish(*entry) for entry in waiting)
                raise
            yield from (_finish(*entry) for entry in waiting)

    def _save_position(self, path: Path, position: str) -> None:
        key = {"path": format_path(path), "project": self.project}
        run_transaction(
            lambda: ArchivePosition.objects.update_or_create(**key, defaults={"position": position})
        )
        self._saved_at = time.monotonic()
