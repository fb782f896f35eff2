"""A real Postfix, as docs/mta.md configures it, in front of the daemon on the test database."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

from tests.factories import ProjectFactory
from tests.postfix import require_postfix
from tests.waiting import SECONDS
from tools.mayhem.daemon import Lmtpd
from tools.mayhem.postfix import (
    PATH,
    Postfix,
    find_free_port,
    running_postfix,
    temporary_directory,
)

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _postfix() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("on PostgreSQL only, as sites with an MTA are; tools/test starts one")
    require_postfix()


def read_example(heading: str, beginning: str) -> str:
    """The configuration in docs/mta.md that begins so, in the section of that heading."""
    text = (ROOT / "docs/mta.md").read_text()
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    blocks = section.split("```\n")[1::2]
    return next(block for block in blocks if block.startswith(beginning))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """A way from Postfix to the daemon: texts for main.cf, one after the other, and master.cf."""

    main: Sequence[str]
    master: str = ""


COMMON = read_example("Postfix: LMTP", "virtual_mailbox_domains")
PIPE = read_example("Postfix: pipe", "patchtrack-pipe")
TRANSPORTS = {
    "lmtp": Transport(main=[COMMON], master=read_example("Postfix: LMTP", "patchtrack unix")),
    "lmtp by TCP": Transport(
        main=[COMMON, read_example("Postfix: LMTP", "virtual_transport = lmtp")]
    ),
    "pipe": Transport(
        main=[COMMON, read_example("Postfix: pipe", "virtual_transport")], master=PIPE
    ),
    "pipe that may bounce": Transport(
        main=[COMMON, read_example("Postfix: pipe", "virtual_transport")],
        master=PIPE.replace("    -o soft_bounce=yes\n", ""),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A Postfix and the daemon that it delivers to, which does not run yet."""

    postfix: Postfix
    daemon: Lmtpd

    def start_daemon(self) -> None:
        self.daemon.launch()
        asyncio.run(self.daemon.wait_until_ready())

    def wait_for_status(self, status: str, count: int = 1) -> None:
        """Wait until the log tells of so many deliveries that ended so."""
        self.wait_until(lambda: self.postfix.count_statuses().get(status, 0) >= count)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < deadline, (
                f"{self.postfix.read_log_end()}\n{self.daemon.read_log_end()}"
            )
            time.sleep(0.05)


@contextmanager
def open_site(transport: Transport, environment: Mapping[str, str], workers: int) -> Iterator[Site]:
    with temporary_directory() as directory:
        port = find_free_port()
        daemon = Lmtpd(directory, environment, f"--listen=127.0.0.1:{port}", workers=workers)
        # A copy, since the checkout may be where Postfix's user must not look.
        shutil.copy(ROOT / "tools/deliver", directory)
        places = {
            "unix:/run/patchtrack/lmtp.sock": f"unix:{daemon.socket}",
            "127.0.0.1:8024": f"127.0.0.1:{port}",
            "/srv/patchtrack/tools/deliver": str(directory / "deliver"),
            "user=patchtrack_mail:patchtrack_mail": "user=nobody",
            "hash:/etc/postfix/patchtrack_recipients": write_recipients(directory),
        }
        main = [replace_all(text, places) for text in transport.main]
        # Python need not be where Postfix looks for programs.
        main.append(f"export_environment = TZ MAIL_CONFIG LANG PATH={PATH}")
        master = [replace_all(transport.master, places)]
        with running_postfix(directory, main=main, master=master) as postfix:
            try:
                yield Site(postfix=postfix, daemon=daemon)
            finally:
                asyncio.run(daemon.stop())


def write_recipients(directory: Path) -> str:
    """The table of addresses, as in the documentation and with two more."""
    path = directory / "recipients"
    lines = read_example("Postfix: LMTP", "demo@")
    path.write_text(lines + lines.replace("demo", "other") + lines.replace("demo", "nobody"))
    return f"texthash:{path}"


def replace_all(text: str, replacements: Mapping[str, str]) -> str:
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text


@pytest.fixture
def open_transport(child_environment) -> Iterator[Callable[..., Site]]:
    """Opens a site by the name of its transport, with settings for the daemon and the number
    of its workers."""
    with ExitStack() as stack:

        def open_it(name: str, *, workers: int = 1, **environment: str) -> Site:
            site = open_site(TRANSPORTS[name], child_environment | environment, workers)
            return stack.enter_context(site)

        yield open_it


@pytest.fixture
def demo():
    """The project of the documentation."""
    return ProjectFactory(linkname="demo")
