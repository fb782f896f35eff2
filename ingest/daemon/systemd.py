"""What a service manager is told and gives: sd_notify(3), sd_listen_fds(3), the watchdog."""

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)

_FIRST_PASSED = 3


def notify(state: str, environ: Mapping[str, str] = os.environ) -> None:
    """Tell the service manager, if there is one, such as `READY=1`.

    Mail is taken also when that fails, as sd_notify(3) advises; the log says so.
    """
    path = environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    # A leading @ stands for the NUL of Linux's abstract sockets.
    address = "\0" + path[1:] if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        # A manager that does not listen must not keep us from our work.
        channel.setblocking(False)
        try:
            channel.sendto(state.encode(), address)
        except OSError as error:
            log.warning("the service manager cannot be told %s: %s", state, error)


def read_watchdog_seconds(environ: Mapping[str, str] = os.environ) -> float:
    """How often the service manager wants to hear of us, or 0."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    return int(environ.get("WATCHDOG_USEC", "0")) / 1e6


def find_passed_sockets(environ: Mapping[str, str] = os.environ) -> list[socket.socket]:
    """The listening sockets that the service manager has opened for us."""
    if environ.get("LISTEN_PID", "") != str(os.getpid()):
        return []
    count = int(environ.get("LISTEN_FDS", "0"))
    return [socket.socket(fileno=number) for number in range(_FIRST_PASSED, _FIRST_PASSED + count)]
