"""A Postfix of one's own: its queue, configuration and log in a directory, on loopback only.

Postfix wants to be started by root, gives its queue to its own accounts, and touches nothing of
the machine's own instance when it is told where everything is.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

# Debian has these where not every account's PATH leads.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
COMMAND_SECONDS = 60
MAIN = """\
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mta.example.org
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtpd_recipient_restrictions = permit_mynetworks, reject
# What Postfix sends by itself, such as a bounce, does not leave this machine.
default_transport = discard:
relay_transport = discard:
in_flow_delay = 0
smtpd_tls_security_level = none
# A queue that is looked at every second, instead of every five minutes.
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 3s
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup     unix n - n 1 1 pickup
cleanup    unix n - n - 0 cleanup
qmgr       unix n - n 1 1 qmgr
rewrite    unix - - n - - trivial-rewrite
bounce     unix - - n - 0 bounce
defer      unix - - n - 0 bounce
trace      unix - - n - 0 bounce
verify     unix - - n - 1 verify
flush      unix n - n 1000? 0 flush
proxymap   unix - - n - - proxymap
showq      unix n - n - - showq
error      unix - - n - - error
retry      unix - - n - - error
discard    unix - - n - - discard
lmtp       unix - - n - - lmtp
anvil      unix - - n - 1 anvil
scache     unix - - n - 1 scache
postlog    unix-dgram n - n - 1 postlogd
"""
# A mail goes from each to the next, and from the last to the second: none slips by who looks.
QUEUES = ("maildrop", "incoming", "active", "deferred", "incoming", "active")
SETTING = re.compile(r"^([\w-]+) *=", re.MULTILINE)
STATUS = re.compile(r" status=(\w+)")


class PostfixError(Exception):
    """Postfix cannot be used; the text says why."""


def find_obstacle() -> str:
    """Why no Postfix can be started here, or nothing."""
    if shutil.which("postfix", path=PATH) is None:
        return "Postfix is not installed"
    return "" if os.geteuid() == 0 else "only root can start a Postfix"


class Postfix:
    """A running Postfix that listens for SMTP on `port` of 127.0.0.1."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory, self.port = directory, port
        self.log = directory / "maillog"

    def run(self, *command: object, text: bytes = b"") -> bytes:
        """Run one of Postfix's programs on this instance; what it prints. Raises PostfixError."""
        name, *arguments = map(str, command)
        # None of the environment is for Postfix, least of all a MAIL_CONFIG.
        done = subprocess.run(
            [name, *(["-C"] if name == "sendmail" else ["-c"]), self.directory, *arguments],
            env={"PATH": PATH},
            input=text,
            capture_output=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        if done.returncode != 0:
            said = (done.stdout + done.stderr).decode(errors="replace")
            raise PostfixError(f"{name} ended with {done.returncode}:\n{said}{self.read_log_end()}")
        return done.stdout

    def send(self, raw: bytes, recipient: str, sender: str = "ann@example.org") -> None:
        """Hand over a mail as programs on this machine do; dots and lines stay as they are."""
        self.run("sendmail", "-i", "-f", sender, recipient, text=raw)

    def flush(self) -> None:
        """Try everything in the queue now."""
        self.run("postqueue", "-f")

    def find_queue(self) -> set[str]:
        """The ids of the mails that Postfix holds, being delivered or waiting."""
        queue = self.directory / "queue"
        return {
            path.name for name in QUEUES for path in (queue / name).rglob("*") if path.is_file()
        }

    def count_statuses(self) -> Mapping[str, int]:
        """How many deliveries ended how (sent, deferred, bounced), by the log."""
        return Counter(STATUS.findall(self.read_log()))

    def read_log(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def read_log_end(self) -> str:
        return self.read_log()[-4000:]

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


@contextmanager
def temporary_directory() -> Iterator[Path]:
    """A directory that Postfix's accounts can enter; a short name, for sockets in it."""
    with tempfile.TemporaryDirectory(prefix="patchtrack-mta-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@contextmanager
def running_postfix(
    directory: Path, *, main: Sequence[str] = (), master: Sequence[str] = ()
) -> Iterator[Postfix]:
    """A Postfix with these texts added to its main.cf and master.cf, stopped at the end with all
    its processes. Raises PostfixError."""
    directory = directory / "postfix"
    directory.mkdir()
    (directory / "queue").mkdir()
    (directory / "data").mkdir()
    shutil.chown(directory / "data", "postfix")
    port = find_free_port()
    (directory / "main.cf").write_text(join_settings([MAIN.format(directory=directory), *main]))
    (directory / "master.cf").write_text(MASTER.format(port=port) + "".join(master))
    postfix = Postfix(directory, port)
    postfix.run("postfix", "start")
    try:
        yield postfix
    finally:
        postfix.run("postfix", "abort")


def join_settings(texts: Sequence[str]) -> str:
    """One main.cf in which later texts replace what earlier ones set, without a warning."""
    later: set[str] = set()
    kept: list[str] = []
    for text in reversed(texts):
        lines = [line for line in text.splitlines() if not _is_set(line, later)]
        later.update(SETTING.findall(text))
        kept.append("\n".join(lines) + "\n")
    return "".join(reversed(kept))


def _is_set(line: str, names: set[str]) -> bool:
    match = SETTING.match(line)
    return match is not None and match[1] in names


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
