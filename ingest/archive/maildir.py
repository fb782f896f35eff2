"""Reads a Maildir, whose messages are files that other programs rename and remove meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ingest.archive import values
from ingest.archive.values import ArchivedMail, ArchiveError, explain_os_errors

# Programs move mail from new/ to cur/: read in this order, none is missed on its way.
_FOLDERS = ("new", "cur")


@dataclass(frozen=True, slots=True, kw_only=True)
class Maildir:
    """The messages in cur/ and new/, in the order of their names, which begin with their time.

    Positions are file names without flags. A mail that arrives later under a smaller name, from
    a host whose clock is behind, lies before them: a Maildir that still gets mail is better read
    from its start each time. Folders within it (`.Sub.folder`) are Maildirs of their own and are
    not read.
    """

    unit: ClassVar[str] = "files"
    path: Path

    def total(self) -> int:
        with explain_os_errors(self.path):
            return len(list_files(self.path))

    def read(self, after: str = "") -> Iterator[ArchivedMail]:
        with explain_os_errors(self.path):
            files = list_files(self.path)
            for count, name in enumerate(sorted(files), start=1):
                if name > after and (found := self._read_file(files, name)):
                    where, raw = found
                    yield ArchivedMail(raw=raw, position=name, where=where, progress=count)

    def _read_file(self, files: dict[str, str], name: str) -> tuple[str, bytes] | None:
        """Where the message lies and what it is; None once it was removed.

        One new list finds every file that was renamed since the last one.
        """
        while where := files.get(name):
            try:
                return where, self._read_bounded(self.path / where)
            except FileNotFoundError:
                files.clear()
                files.update(list_files(self.path))
        return None

    def _read_bounded(self, path: Path) -> bytes:
        with path.open("rb") as file:
            raw = file.read(values.MESSAGE_LIMIT + 1)
        if len(raw) > values.MESSAGE_LIMIT:
            limit = values.MESSAGE_LIMIT // 2**20
            raise ArchiveError(path, 0, f"longer than {limit} MiB, that is not mail: move it away")
        return raw


def is_maildir(path: Path) -> bool:
    return all((path / folder).is_dir() for folder in _FOLDERS)


def list_files(path: Path) -> dict[str, str]:
    """The files of a Maildir by their name without flags (`:2,S`), as paths within it."""
    return {
        file.name.partition(":2,")[0]: f"{folder}/{file.name}"
        for folder in _FOLDERS
        for file in (path / folder).iterdir()
        if not file.name.startswith(".") and file.is_file()
    }
