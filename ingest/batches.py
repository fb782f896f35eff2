"""Gathers the mails of an archive into batches, and knows up to where all are stored."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingest.affinity import ThreadAffinity
from ingest.archive import ArchivedMail, ArchiveError

BATCH_MESSAGES = 250
BATCH_BYTES = 4 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Batch:
    """Mails of an archive that are stored together. `begin` is the place in the archive before
    the first of them, `first` that one's number; `progress` is how far reading has come."""

    first: int
    begin: str
    raws: list[bytes] = field(default_factory=list)
    size: int = 0
    progress: int = 0

    def add(self, mail: ArchivedMail) -> None:
        self.raws.append(mail.raw)
        self.size += len(mail.raw)
        self.progress = mail.progress

    def is_full(self) -> bool:
        return len(self.raws) >= BATCH_MESSAGES or self.size >= BATCH_BYTES


class Batches:
    """Fills one batch for each worker, and knows up to where the archive is done with."""

    def __init__(self, after: str, workers: int) -> None:
        self._affinity = ThreadAffinity(workers)
        self._single = workers == 1
        self._number = 0
        self._read = after
        self._open: dict[int, Batch] = {}
        self._unfinished: list[Batch] = []

    def add(self, mail: ArchivedMail) -> tuple[int, Batch] | None:
        """Put a mail into its worker's batch; the worker and the batch once that is full."""
        worker = 0 if self._single else self._affinity.choose(mail.raw)
        if worker not in self._open:
            self._open[worker] = Batch(first=self._number, begin=self._read)
            self._unfinished.append(self._open[worker])
        batch = self._open[worker]
        batch.add(mail)
        self._number += 1
        self._read = mail.position
        return (worker, self._open.pop(worker)) if batch.is_full() else None

    def close(self) -> list[tuple[int, Batch]]:
        """The batches that are not full, when no more mail comes."""
        rest = list(self._open.items())
        self._open.clear()
        return rest

    def finish(self, batch: Batch) -> str:
        """Note that a batch is stored; the place before which everything is."""
        self._unfinished.remove(batch)
        oldest = min(self._unfinished, key=lambda other: other.first, default=None)
        return oldest.begin if oldest else self._read


def fill(mails: Iterable[ArchivedMail], batches: Batches) -> Iterator[tuple[int, Batch]]:
    """Batches bounded in messages and in bytes, so that memory does not grow with the archive.

    When reading fails, what was read before comes first, then the error.
    """
    try:
        for mail in mails:
            full = batches.add(mail)
            if full:
                yield full
    except ArchiveError:
        yield from batches.close()
        raise
    yield from batches.close()
