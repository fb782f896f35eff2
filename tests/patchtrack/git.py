"""A real git repository for tests: commits become mails, and mboxes become commits again."""

import os
import subprocess
from pathlib import Path

_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Alice Spout",
    "GIT_AUTHOR_EMAIL": "alice@example.org",
    "GIT_COMMITTER_NAME": "Alice Spout",
    "GIT_COMMITTER_EMAIL": "alice@example.org",
}


class Repository:
    """Has one commit, named `base`, with a few files of every kind."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.run("init", "--quiet", "--initial-branch=main")
        self.write("kettle.c", b"".join(b"line %d\n" % number for number in range(40)))
        self.write("logo.bin", bytes(range(256)) * 8)
        self.write("dos.txt", b"one\r\ntwo\r\nthree\r\n")
        self.write("latin.txt", "un thé\ndeux thés\ntrois thés\n".encode("latin-1"))
        self.commit("Begin")
        self.run("tag", "base")

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Raises CalledProcessError, whose stderr says what git has to say."""
        command = ["git", "-C", str(self.path), *arguments]
        environment = os.environ | _ENVIRONMENT
        done = subprocess.run(
            command, input=stdin, check=True, capture_output=True, env=environment
        )
        return done.stdout

    def write(self, name: str, content: bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def commit(self, message: str) -> None:
        self.run("add", "--all")
        self.run("commit", "--quiet", "--allow-empty-message", "--file=-", stdin=message.encode())

    def format_patches(self, *options: str) -> list[bytes]:
        """The commits since `base` as mails."""
        directory = self.path.parent / "mails"
        self.run("format-patch", "--quiet", "--thread", f"--output-directory={directory}",
                 *options, "base")  # fmt: skip
        return [path.read_bytes() for path in sorted(directory.iterdir())]

    def read_tree(self) -> str:
        return self.run("rev-parse", "HEAD^{tree}").decode()

    def read_message(self) -> str:
        return self.run("log", "-1", "--format=%B").decode()

    def reset(self) -> None:
        self.run("reset", "--quiet", "--hard", "base")

    def apply(self, mbox: bytes) -> None:
        """`git am` as anybody would call it."""
        self.run("am", "--quiet", stdin=mbox)
