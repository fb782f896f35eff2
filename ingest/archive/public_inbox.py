"""Reads a public-inbox of format 2 (public-inbox-v2-format(5)), or one of its git repositories.

Each message is the file `m` of one commit. A commit that removes a message has no `m`.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ingest.archive.git import ask_git, list_commits, read_blobs
from ingest.archive.values import ArchivedMail, ArchiveError, explain_os_errors

_MESSAGE, _DELETED = "m", "d"
_EPOCH_NAME = re.compile(r"([0-9]{1,9})\.git")
_POSITION = re.compile(r"([0-9]{1,9}):([0-9a-f]{40,64})")
_REWRITTEN = (
    "the history was rewritten since it was read; read it from its start, "
    "messages that are known are recognised"
)

_FORMAT_1 = "this is a public-inbox of format 1; run public-inbox-convert and read what it makes"
_NO_INBOX = "this git repository is no public-inbox: its last commit holds more than a message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One git repository of an inbox; `name` is its path within the inbox, for people."""

    number: int
    name: str
    git_dir: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicInbox:
    """The messages of all epochs, oldest first; positions are `epoch:commit`, units commits."""

    unit: ClassVar[str] = "commits"
    path: Path
    epochs: tuple[Epoch, ...]

    def total(self) -> int:
        with explain_os_errors(self.path):
            return sum(count_commits(epoch) for epoch in self.epochs)

    def read(self, after: str = "") -> Iterator[ArchivedMail]:
        with explain_os_errors(self.path):
            number, commit = self._parse_position(after)
            progress = sum(count_commits(epoch) for epoch in self.epochs if epoch.number < number)
            for epoch in self.epochs:
                if epoch.number >= number:
                    since = commit if epoch.number == number else ""
                    progress = yield from read_epoch(epoch, since, progress)

    def _parse_position(self, after: str) -> tuple[int, str]:
        if not after:
            return -1, ""
        match = _POSITION.fullmatch(after)
        if not match or int(match[1]) not in {epoch.number for epoch in self.epochs}:
            raise ArchiveError(self.path, None, f"there is no commit {after!r}: {_REWRITTEN}")
        return int(match[1]), match[2]


def list_epochs(path: Path) -> tuple[Epoch, ...]:
    """The git repositories of the inbox at `path`, or `path` itself; none if it is neither."""
    matches = [(_EPOCH_NAME.fullmatch(child.name), child) for child in path.glob("git/*.git")]
    epochs = [
        Epoch(number=int(match[1]), name=f"git/{child.name}", git_dir=child)
        for match, child in matches
        if match
    ]
    return tuple(sorted(epochs, key=lambda epoch: epoch.number)) or list_single_epoch(path)


def list_single_epoch(path: Path) -> tuple[Epoch, ...]:
    """A bare repository or a clone; numbered 0 unless its name tells more."""
    match = _EPOCH_NAME.fullmatch(path.name)
    number = int(match[1]) if match else 0
    candidates = [git_dir for git_dir in (path, path / ".git") if is_git_dir(git_dir)]
    return tuple(
        Epoch(number=number, name=path.name, git_dir=git_dir) for git_dir in candidates[:1]
    )


def is_git_dir(path: Path) -> bool:
    return (path / "HEAD").is_file() and (path / "objects").is_dir()


def read_epoch(epoch: Epoch, since: str, progress: int) -> Generator[ArchivedMail, None, int]:
    """Yields the messages behind the commit `since`, all if it is empty.

    `progress` counts the commits of earlier epochs; returned is the count with this one.
    """
    if since:
        progress += count_commits_up_to(epoch, since)
    elif is_empty(epoch):
        return progress
    check_format(epoch)
    revisions = ("HEAD", f"^{since}") if since else ("HEAD",)
    with (
        closing(list_commits(epoch.git_dir, *revisions)) as commits,
        closing(read_blobs(epoch.git_dir, commits, _MESSAGE)) as blobs,
    ):
        for commit, raw in blobs:
            progress += 1
            if raw is None:
                check_removal(epoch, commit)
                continue
            where = f"{epoch.name} commit {commit}"
            position = f"{epoch.number}:{commit}"
            yield ArchivedMail(raw=raw, position=position, where=where, progress=progress)
    return progress


def is_empty(epoch: Epoch) -> bool:
    return not ask_git(epoch.git_dir, "rev-list", "--max-count=1", "--all")


def count_commits(epoch: Epoch) -> int:
    return 0 if is_empty(epoch) else int(ask_git(epoch.git_dir, "rev-list", "--count", "HEAD"))


def count_commits_up_to(epoch: Epoch, commit: str) -> int:
    """Raises ArchiveError if `commit` is not part of the history any more."""
    try:
        ask_git(epoch.git_dir, "merge-base", "--is-ancestor", commit, "HEAD")
    except ArchiveError as error:
        reason = f"commit {commit} is not in its history: {_REWRITTEN} ({error.reason})"
        raise ArchiveError(epoch.git_dir, None, reason) from error
    return int(ask_git(epoch.git_dir, "rev-list", "--count", commit, "--"))


def check_format(epoch: Epoch) -> None:
    names = set(ask_git(epoch.git_dir, "ls-tree", "--name-only", "HEAD").split())
    if names <= {_MESSAGE, _DELETED}:
        return
    # Format 1 names a message's file by the hash of its message-id: 2 digits, then 38.
    is_format_1 = all(re.fullmatch("[0-9a-f]{2}", name) for name in names)
    raise ArchiveError(epoch.git_dir, None, _FORMAT_1 if is_format_1 else _NO_INBOX)


def check_removal(epoch: Epoch, commit: str) -> None:
    """A message that was removed is no message; one that git cannot find is an error."""
    if ask_git(epoch.git_dir, "ls-tree", commit, _MESSAGE):
        reason = f"the message of commit {commit} is missing or broken; run `git fsck`"
        raise ArchiveError(epoch.git_dir, None, reason)
