"""Where the daemon listens, and whose connections it takes; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A Unix socket by its path, or a host (a literal IP address or `localhost`) and port."""

    path: str = ""
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return bool(self.path) or self.host == "localhost" or ip_address(self.host).is_loopback


def parse_address(text: str) -> Address:
    """Reads `unix:/path`, `127.0.0.1:8024` or `[::1]:8024`. Raises ValueError."""
    if text.startswith("unix:"):
        if not text.startswith("unix:/"):
            raise ValueError(f"{text}: a socket is given by its absolute path, unix:/path")
        return Address(path=text.removeprefix("unix:"))
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    is_number = port.isascii() and port.isdigit() and len(port) <= 5
    if not colon or not is_number or int(port) > 65535:
        raise ValueError(f"{text}: not HOST:PORT or unix:/PATH")
    if host != "localhost":
        try:
            ip_address(host)
        except ValueError as error:
            raise ValueError(f"{text}: the host must be an IP address or localhost") from error
    return Address(host=host, port=int(port))


def is_welcome(peer: object, allowed: Sequence[Network]) -> bool:
    """Whether a connection's peer (as its socket names it) may deliver mail: any on this
    machine, and any that a network in `allowed` holds."""
    # A Unix socket's peer has no address; the socket's permissions let it in.
    if not isinstance(peer, tuple) or not peer:
        return True
    address = ip_address(str(peer[0]).partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_loopback or any(address in network for network in allowed)
