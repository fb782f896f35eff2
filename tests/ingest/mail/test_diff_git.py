"""What `git format-patch` wrote is, taken apart and put together again, what `git am` takes."""

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.mail.body import split_body
from ingest.mail.diff import read_diff
from ingest.mail.values import FileChange

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

TEXT = "".join(f"line {number}\n" for number in range(40))
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


class Repository:
    """A git repository in a directory of its own, deaf to the configuration of its user."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *arguments: str, stdin: str | None = None) -> str:
        data = stdin.encode() if stdin is not None else None
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            input=data,
            capture_output=True,
            check=False,
            env=ENVIRONMENT,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def write(self, name: str, data: bytes | str) -> None:
        content = data.encode() if isinstance(data, str) else data
        (self.path / name).write_bytes(content)

    def commit(self, subject: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"{subject}\n\nIt had to be.")


def make_bytes(seed: int) -> bytes:
    return random.Random(seed).randbytes(900)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path)
    repository.git("init", "--quiet")
    repository.write("old name.c", TEXT)
    repository.write("run.sh", "#!/bin/sh\n")
    repository.write("logo.bin", make_bytes(1))
    repository.write("fé.c", TEXT)
    repository.write("dos.txt", "one\r\ntwo\r\nthree\n")
    repository.commit("Begin")
    return repository


def rename(repository: Repository, text: str = TEXT) -> None:
    repository.git("mv", "old name.c", "new.c")
    repository.write("new.c", text)


def change_binary_and_rename(repository: Repository) -> None:
    repository.write("logo.bin", make_bytes(2))
    rename(repository, TEXT.replace("line 7\n", "line seven\n"))


CHANGES: dict[str, tuple[Callable[[Repository], None], list[FileChange]]] = {
    "binary followed by a rename": (
        change_binary_and_rename,
        [
            FileChange(path="logo.bin", added=0, removed=0),
            FileChange(path="new.c", added=1, removed=1),
        ],
    ),
    "rename only": (rename, [FileChange(path="new.c", added=0, removed=0)]),
    "mode only": (
        lambda repository: (repository.path / "run.sh").chmod(0o755),
        [FileChange(path="run.sh", added=0, removed=0)],
    ),
    "binary only": (
        lambda repository: repository.write("logo.bin", make_bytes(3)),
        [FileChange(path="logo.bin", added=0, removed=0)],
    ),
    "binary deleted": (
        lambda repository: (repository.path / "logo.bin").unlink(),
        [FileChange(path="logo.bin", added=0, removed=0)],
    ),
    "empty file": (
        lambda repository: repository.write("empty", ""),
        [FileChange(path="empty", added=0, removed=0)],
    ),
    "copy": (
        lambda repository: repository.write("copy.c", TEXT),
        [FileChange(path="copy.c", added=0, removed=0)],
    ),
    "no newline at the end": (
        lambda repository: repository.write("run.sh", "#!/bin/sh\nexit"),
        [FileChange(path="run.sh", added=1, removed=0)],
    ),
    "lines like signatures": (
        lambda repository: repository.write("run.sh", "-- \n--- a/x\n+++ b/x\n@@ -1 +1 @@\n"),
        [FileChange(path="run.sh", added=4, removed=1)],
    ),
    "quoted name": (
        lambda repository: repository.write("fé.c", TEXT + "more\n"),
        [FileChange(path="fé.c", added=1, removed=0)],
    ),
    "some lines end with CR LF": (
        lambda repository: repository.write("dos.txt", "one\r\n2\r\nthree\n"),
        [FileChange(path="dos.txt", added=1, removed=1)],
    ),
}


def format_patch(repository: Repository) -> tuple[str, str]:
    """Return header and body of the last commit's mail."""
    mail = repository.git("format-patch", "--stdout", "--find-copies-harder", "--base=HEAD^", "-1")
    header, _, body = mail.partition("\n\n")
    return header, body


@pytest.mark.parametrize(("change", "files"), CHANGES.values(), ids=CHANGES)
def test_a_patch_survives_being_taken_apart(repository, change, files):
    change(repository)
    repository.commit("Change")
    header, text = format_patch(repository)
    tree = repository.git("rev-parse", "HEAD^{tree}")
    repository.git("reset", "--quiet", "--hard", "HEAD^")

    body = split_body(text)

    assert list(read_diff(body.diff).files) == files
    repository.git("apply", "--check", stdin=body.diff)
    repository.git("am", "--quiet", "--keep-cr", stdin=f"{header}\n\n{body.message}{body.diff}")
    assert repository.git("rev-parse", "HEAD^{tree}") == tree
    assert repository.git("log", "-1", "--format=%B").strip() == "Change\n\nIt had to be."
