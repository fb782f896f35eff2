"""Asks git about a repository that nobody vouches for: only plumbing, no hooks, no network."""

import os
import subprocess
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

from ingest.archive import values
from ingest.archive.values import ArchiveError

# Set by a git that started us, these would lead to its own repository.
_LOCAL_VARIABLES = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_GRAFT_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_SHALLOW_FILE",
    }
)
# A repository's own configuration can name a program that fetches an object it does not have:
# where no protocol is allowed, none is started.
_SAFETY = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
# So many names fit into the smallest pipe there is (4 KiB): writing them never waits for git,
# which may itself wait for us to read.
_WINDOW = 32
_ERROR_LENGTH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class GitProcess:
    """A running git; what it says on stderr goes to a file, so it never waits for a reader."""

    git_dir: Path
    process: subprocess.Popen[bytes]
    stderr: IO[bytes]

    @property
    def stdout(self) -> IO[bytes]:
        return cast(IO[bytes], self.process.stdout)

    def write(self, data: bytes) -> None:
        """Raises ArchiveError if git is gone; `data` must fit into the pipe."""
        try:
            os.write(cast(IO[bytes], self.process.stdin).fileno(), data)
        except BrokenPipeError as error:
            raise self.failure() from error

    def failure(self, place: str = "") -> ArchiveError:
        """What a git that has closed its output said, once it has ended; `place` says at what."""
        status = self.process.wait()
        self.stderr.seek(0)
        said = self.stderr.read(_ERROR_LENGTH).decode(errors="replace").strip()
        reason = f"git cannot read {place or 'it'}: {said or f'it ended with status {status}'}"
        return ArchiveError(self.git_dir, None, reason)


@contextmanager
def start_git(git_dir: Path, *arguments: str) -> Iterator[GitProcess]:
    """Runs git for the length of the block: whatever happens in it, the process ends with it."""
    with TemporaryFile() as stderr, _start(git_dir, arguments, stderr) as process:
        try:
            yield GitProcess(git_dir=git_dir, process=process, stderr=stderr)
        finally:
            process.kill()


def ask_git(git_dir: Path, *arguments: str) -> str:
    """What a git command prints. Raises ArchiveError with what it said if it fails."""
    with start_git(git_dir, *arguments) as git:
        answer = git.stdout.read()
        if git.process.wait():
            raise git.failure()
    return answer.decode(errors="replace")


def list_commits(git_dir: Path, *revisions: str) -> Generator[str, None, None]:
    """The commits that `revisions` reach, oldest first."""
    with start_git(git_dir, "rev-list", "--reverse", *revisions, "--") as git:
        for line in git.stdout:
            yield line.decode().strip()
        if git.process.wait():
            raise git.failure()


def read_blobs(
    git_dir: Path, commits: Iterable[str], path: str
) -> Generator[tuple[str, bytes | None], None, None]:
    """Each commit with the content of its file `path`, None if it cannot be found."""
    names = iter(commits)
    with start_git(git_dir, "cat-file", "--batch") as git:
        while batch := list(islice(names, _WINDOW)):
            git.write("".join(f"{commit}:{path}\n" for commit in batch).encode())
            for commit in batch:
                yield commit, _read_blob(git, commit)


def _read_blob(git: GitProcess, commit: str) -> bytes | None:
    """One answer of `git cat-file --batch`: `NAME missing`, or `ID TYPE SIZE` and the content."""
    header = git.stdout.readline()
    if header.endswith(b" missing\n"):
        return None
    if not header.endswith(b"\n"):
        raise git.failure(f"commit {commit}")
    _, kind, size = header.split()
    if kind != b"blob" or int(size) > values.MESSAGE_LIMIT:
        reason = f"commit {commit} holds a {kind.decode()} of {int(size)} bytes, that is not mail"
        raise ArchiveError(git.git_dir, None, reason)
    content = git.stdout.read(int(size) + 1)
    if len(content) != int(size) + 1:
        raise git.failure(f"commit {commit}")
    return content[:-1]


def _start(git_dir: Path, arguments: tuple[str, ...], stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    command = ["git", f"--git-dir={git_dir}", "-c", f"core.hooksPath={os.devnull}", *arguments]
    inherited = {key: text for key, text in os.environ.items() if key not in _LOCAL_VARIABLES}
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=inherited | _SAFETY,
        )
    except FileNotFoundError as error:
        raise ArchiveError(git_dir, None, "reading it takes git, please install it") from error
