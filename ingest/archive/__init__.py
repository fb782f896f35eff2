"""Readers of mail archives: mbox, Maildir and public-inbox, streamed message by message."""

from collections.abc import Iterator
from pathlib import Path

from ingest.archive.maildir import Maildir, is_maildir
from ingest.archive.mbox import MboxFile
from ingest.archive.public_inbox import PublicInbox, list_epochs
from ingest.archive.streams import STANDARD_INPUT
from ingest.archive.values import Archive, ArchivedMail, ArchiveError, explain_os_errors

__all__ = ["Archive", "ArchiveError", "ArchivedMail", "open_archive", "read_archive"]

_NO_ARCHIVE = (
    "this folder is no archive: a Maildir has the folders cur and new, a public-inbox has "
    "git/0.git, and an mbox is a file of its own"
)


def open_archive(path: Path) -> Archive:
    """The reader for what lies at `path`; whether a file is mail shows when it is read.

    `-` is standard input (a file of that name is given with its folder).
    Raises ArchiveError if there is nothing, or a folder that is no archive.
    """
    with explain_os_errors(path):
        if path == STANDARD_INPUT or not path.is_dir():
            return MboxFile(path=path)
        return _open_folder(path)


def read_archive(path: Path, after: str = "") -> Iterator[ArchivedMail]:
    """The messages of the archive at `path`, in its order and in constant memory.

    `after` is the `position` of the last message that was dealt with; what follows it is read.
    Raises ArchiveError, after every message that could be read before it.
    """
    yield from open_archive(path).read(after)


def _open_folder(path: Path) -> Archive:
    if is_maildir(path):
        return Maildir(path=path)
    if epochs := list_epochs(path):
        return PublicInbox(path=path, epochs=epochs)
    raise ArchiveError(path, None, _NO_ARCHIVE)
