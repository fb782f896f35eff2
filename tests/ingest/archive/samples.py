"""Small archives made by hand."""

import os
import subprocess
from pathlib import Path

from ingest.archive import read_archive

SEPARATOR = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"


def make_mail(name: str, body: bytes = b"Hello.\n") -> bytes:
    return f"From: Jane <jane@example.org>\nSubject: {name}\n\n".encode() + body


def make_mbox(*mails: bytes) -> bytes:
    return b"".join(SEPARATOR + mail + b"\n" for mail in mails)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def read_raw(path: Path, after: str = "") -> list[bytes]:
    return [mail.raw for mail in read_archive(path, after)]


def make_epoch(git_dir: Path, *mails: bytes | None) -> Path:
    """Adds one commit for each mail; None makes the commit that removes one."""
    if not git_dir.exists():
        git_dir.parent.mkdir(exist_ok=True)
        run_git(git_dir, "init", "--quiet", "--bare", "--initial-branch=master")
    has_history = bool(run_git(git_dir, "for-each-ref"))
    changes = [_format_file("m", mail) if mail else _format_file("d", b"gone") for mail in mails]
    commits = [_format_commit(change) for change in changes]
    if has_history:
        commits[0] = _format_commit(changes[0], b"from refs/heads/master^0\n")
    run_git(git_dir, "fast-import", "--quiet", "--force", stdin=b"".join(commits))
    return git_dir


def list_commits(git_dir: Path) -> list[str]:
    return run_git(git_dir, "rev-list", "--reverse", "HEAD").decode().split()


def run_git(git_dir: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    command = ["git", f"--git-dir={git_dir}", *arguments]
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        command, input=stdin, check=True, capture_output=True, env=environment
    ).stdout


def _format_commit(change: bytes, parent: bytes = b"") -> bytes:
    head = b"commit refs/heads/master\ncommitter Jane <jane@example.org> 1600000000 +0000\n"
    return head + b"data 4\nmail\n" + parent + b"deleteall\n" + change + b"\n"


def _format_file(name: str, content: bytes) -> bytes:
    return f"M 100644 inline {name}\ndata {len(content)}\n".encode() + content + b"\n"
