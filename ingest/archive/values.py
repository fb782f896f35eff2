"""What every reader of archives yields, offers and raises."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

# Longer than any mail that a server accepts: past it, something else is wrong with the archive.
MESSAGE_LIMIT = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMail:
    """One message of an archive.

    `raw` is its header and body as delivered: the archive's own wrapping is taken off.
    `position` says where to go on after it: opaque, to be given back as `after`.
    `where` tells people where it lies: "inbox.mbox at byte 12345".
    `progress` counts the archive's units (`Archive.unit`) behind it, from the archive's start.
    """

    raw: bytes
    position: str
    where: str
    progress: int


class ArchiveError(Exception):
    """An archive, or the rest of it, cannot be read; what was yielded before is good.

    `offset` counts bytes of the unpacked data, or is None where bytes do not say where.
    `reason` says what is wrong and what to do about it.
    """

    def __init__(self, path: Path, offset: int | None, reason: str) -> None:
        super().__init__(path, offset, reason)
        self.path = path
        self.offset = offset
        self.reason = reason

    def __str__(self) -> str:
        place = "" if self.offset is None else f", byte {self.offset}"
        return f"{self.path}{place}: {self.reason}"


class Archive(Protocol):
    """An archive of one kind; nothing of it is held open but while `read` runs."""

    unit: ClassVar[str]

    def total(self) -> int | None:
        """How many units (bytes, files, commits) there are now; None if only reading can tell.

        Raises ArchiveError.
        """

    def read(self, after: str = "") -> Iterator[ArchivedMail]:
        """The messages in the archive's order, those behind the position `after` only.

        Raises ArchiveError, which comes after every message that could be read before it.
        """


@contextmanager
def explain_os_errors(path: Path) -> Iterator[None]:
    """Turns what the system says while an archive is read into an ArchiveError."""
    try:
        yield
    except OSError as error:
        raise ArchiveError(path, None, f"cannot be read: {error.strerror or error}") from error
