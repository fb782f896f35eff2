"""Serves the web pages and takes mail, each by a process of its own, until one of them ends or
this one is told to; then ends the other one too."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ingest.daemon.addresses import Address, parse_address  # noqa: E402

MANAGE = ROOT / "manage.py"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
START_SECONDS = 60.0
# More than PATCHTRACK_LMTP_STOP_SECONDS usually is.
STOP_SECONDS = 60.0


class ServingError(Exception):
    """It cannot be served, or not any longer; the text says why, and how to mend it."""


class Stopped(KeyboardInterrupt):
    """A signal came that ends this as Ctrl-C does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a program listens: the address, the variable that names it, and another port."""

    program: str
    variable: str
    default: str
    spare: str

    @property
    def text(self) -> str:
        return os.environ.get(self.variable, "").strip() or self.default

    @property
    def advice(self) -> str:
        return f"{self.variable}={self.spare} tools/serve takes another address."


WEB = Place(
    program="web server",
    variable="PATCHTRACK_LISTEN",
    default="127.0.0.1:8000",
    spare="127.0.0.1:8001",
)
MAIL = Place(
    program="mail daemon",
    variable="PATCHTRACK_LMTP",
    default="127.0.0.1:8024",
    spare="127.0.0.1:8025",
)


def main() -> int:
    for number in STOPPING:
        signal.signal(number, stop)
    try:
        for place in (WEB, MAIL):
            check_free(place)
        prepare_database()
        serve()
    except ServingError as error:
        print(f"tools/serve: {error}", file=sys.stderr)
        return 1
    except Stopped:
        return 0
    return 0


def stop(_number: int, _frame: object) -> None:
    # Once is enough: both programs are being stopped.
    for other in STOPPING:
        signal.signal(other, signal.SIG_IGN)
    raise Stopped


def read_address(place: Place) -> Address:
    try:
        address = parse_address(place.text)
    except ValueError as error:
        raise ServingError(f"{place.variable}: {error}") from error
    if not address.path and not address.port:
        raise ServingError(f"{place.variable}: {address} names no port")
    return address


def check_free(place: Place) -> None:
    """Raise ServingError if somebody listens there already, or nobody can."""
    address = read_address(place)
    try:
        if not address.path:
            family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
            socket.create_server((address.host, address.port), family=family).close()
        elif is_served(address):
            raise OSError("another process takes mail there")
    except (OSError, OverflowError) as error:
        raise ServingError(f"Cannot listen on {address}: {error}.\n{place.advice}") from error


def connect(address: Address) -> socket.socket:
    """Raises OSError if nobody takes the connection."""
    if not address.path:
        return socket.create_connection((address.host, address.port), START_SECONDS)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(START_SECONDS)
        connection.connect(address.path)
    except OSError:
        connection.close()
        raise
    return connection


def is_served(address: Address) -> bool:
    with suppress(OSError):
        connect(address).close()
        return True
    return False


def is_ready(place: Place) -> bool:
    """Whether the program serves connections; the daemon listens before its parsers are up, and
    greets when they are."""
    with suppress(OSError), connect(read_address(place)) as connection:
        return place is WEB or connection.recv(1) != b""
    return False


def prepare_database() -> None:
    print("Preparing the database", flush=True)
    for command in (["migrate", "--verbosity", "0"], ["loadsample", "--if-empty"]):
        status = subprocess.run([sys.executable, MANAGE, *command], check=False).returncode
        if status != 0:
            raise ServingError(f"manage.py {command[0]} ended with status {status}; see above.")


def serve() -> None:
    """Raises ServingError when one of the programs ends or does not start, and Stopped."""
    commands = {WEB: ["runserver", "--noreload", WEB.text], MAIL: ["lmtpd", "--listen", MAIL.text]}
    with running(commands) as programs:
        for place in programs:
            wait_until_ready(place, programs)
        print(describe(), flush=True)
        # Returns as soon as one has ended, and leaves it to `poll` to take note of that.
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        check_running(programs)


@contextmanager
def running(commands: Mapping[Place, list[str]]) -> Iterator[dict[Place, subprocess.Popen[bytes]]]:
    """The programs, which have all ended when this context does."""
    programs: dict[Place, subprocess.Popen[bytes]] = {}
    try:
        for place, command in commands.items():
            programs[place] = subprocess.Popen(
                [sys.executable, MANAGE, *command], stdin=subprocess.DEVNULL
            )
        yield programs
    finally:
        for program in programs.values():
            program.terminate()
        for program in programs.values():
            end(program)


def end(program: subprocess.Popen[bytes]) -> None:
    try:
        program.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def wait_until_ready(place: Place, programs: Mapping[Place, subprocess.Popen[bytes]]) -> None:
    """Raises ServingError when a program ends instead, or does not answer for too long."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(place):
        check_running(programs)
        if time.monotonic() > deadline:
            raise ServingError(f"The {place.program} does not answer on {place.text}.")
        time.sleep(0.05)


def check_running(programs: Mapping[Place, subprocess.Popen[bytes]]) -> None:
    """Raise ServingError if one of the programs has ended."""
    for place, program in programs.items():
        status = program.poll()
        if status is not None:
            how = f"by signal {-status}" if status < 0 else f"with status {status}"
            raise ServingError(
                f"The {place.program} on {place.text} has ended {how}; all is stopped.\n"
                f"{place.variable} says where it listens."
            )


def describe() -> str:
    deliver = "tools/deliver"
    if MAIL.text != MAIL.default:
        deliver = f"{MAIL.variable}={MAIL.text} {deliver}"
    return f"""
Open http://{WEB.text}/
Deliver a mail with: {deliver} < mail
Ctrl-C stops the server; the data stays.
"""


if __name__ == "__main__":
    sys.exit(main())
