"""Sends requests to addresses that users name, and to none that only we can reach.

Whoever may name an address could else ask this machine's own services, or its neighbours (server-
side request forgery). A name is resolved once, and the connection made to an address that was
checked: what the name leads to a moment later does not count. Redirects are not followed.
"""

import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

# For each step of making the connection, and for all of what follows.
STEP_SECONDS = 10.0
MOST_SECONDS = 20.0
# Of the answer, in bytes.
MOST_ANSWER = 1024

IpAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_MOST_ADDRESSES = 3
_PORTS = {"http": 80, "https": 443}
# The only IPv6 addresses that anybody was given (RFC 4291, section 2.4).
_GLOBAL_UNICAST = IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The status of an answer and the beginning of what it says."""

    status: int
    text: str


class NoAnswer(Exception):
    """There was no answer to a request; the text says why."""


def is_public(address: IpAddress) -> bool:
    """Whether everybody can reach an address, so that nothing is gained by our reaching it."""
    if isinstance(address, IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved)
    # A tunnel's end may be anywhere.
    is_tunnel = address.sixtofour is not None or address.teredo is not None
    return address in _GLOBAL_UNICAST and address.is_global and not is_tunnel


def split_url(url: str) -> SplitResult:
    """The parts of an address that can be asked. Raises ValueError, which says what is wrong."""
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise ValueError("An address has no blanks and only ASCII: write others percent-encoded.")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("An address begins with https:// or http:// and names a host.")
    if "@" in parts.netloc:
        raise ValueError("An address holds no name or password.")
    if parts.port == 0:
        raise ValueError("There is no port 0.")
    return parts


def post(
    url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network] = ()
) -> Answer:
    """Send a POST request to a public address, or to one in the `allowed` networks.

    Raises NoAnswer, after about MOST_SECONDS at the latest.
    """
    try:
        parts = split_url(url)
        addresses = _find_addresses(parts, allowed)
        with closing(_Connection(parts, addresses)) as connection:
            connection.request("POST", _path(parts), body, dict(headers))
            response = connection.getresponse()
            return Answer(status=response.status, text=_read(response))
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error


def _read(response: HTTPResponse) -> str:
    """The beginning of what an answer says. Its status is known already, and that counts."""
    try:
        return response.read(MOST_ANSWER).decode(errors="replace").replace("\0", "\ufffd")
    except (OSError, HTTPException) as error:
        return f"({type(error).__name__}: {error})"


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _find_addresses(parts: SplitResult, allowed: Sequence[Network]) -> list[str]:
    """What the host's name leads to and may be asked. Raises OSError, NoAnswer and ValueError."""
    port = parts.port or _PORTS[parts.scheme]
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = {str(entry[4][0]): None for entry in found}
    good = [name for name in addresses if _may_ask(ip_address(name), allowed)]
    if not good:
        raise NoAnswer(
            f"{parts.hostname} is {', '.join(addresses)}: not a public address. Administrators may "
            "allow its network by PATCHTRACK_WEBHOOK_NETWORKS."
        )
    return good[:_MOST_ADDRESSES]


def _may_ask(address: IpAddress, allowed: Sequence[Network]) -> bool:
    return is_public(address) or any(address in network for network in allowed)


class _Connection(HTTPConnection):
    """A connection to one of some addresses, whatever the host's name leads to by now."""

    def __init__(self, parts: SplitResult, addresses: Sequence[str]) -> None:
        port = parts.port or _PORTS[parts.scheme]
        super().__init__(str(parts.hostname), port, timeout=STEP_SECONDS)
        # With this one the header Host names no port.
        self.default_port = _PORTS[parts.scheme]
        self._addresses = addresses
        self._context = ssl.create_default_context() if parts.scheme == "https" else None
        self._end: threading.Timer | None = None

    def connect(self) -> None:
        """Raises OSError."""
        plain = self._open()
        # However slowly the other side says something, at each step a bit: here it ends.
        self._end = threading.Timer(MOST_SECONDS, _hang_up, [plain.dup()])
        self._end.daemon = True
        self._end.start()
        self.sock = plain
        if self._context:
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host)

    def _open(self) -> socket.socket:
        """Raises the OSError of the last address, if none answers."""
        *others, last = self._addresses
        for address in others:
            try:
                return socket.create_connection((address, self.port), STEP_SECONDS)
            except OSError:
                continue
        return socket.create_connection((last, self.port), STEP_SECONDS)

    def close(self) -> None:
        if self._end:
            self._end.cancel()
            self._end.args[0].close()
        super().close()


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other side was first.
        return
