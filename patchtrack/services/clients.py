"""Which network a request came from, as far as that can be known."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# One customer of a provider has at least so much of IPv6 to choose addresses from.
_IPV6_PREFIX = 64


def parse_client(meta: Mapping[str, str], header: str) -> str:
    """The client's address, of IPv6 its network; empty if nobody can tell.

    `header` is the META key of the header in which the reverse proxy says the address; of
    several, the last is the one that our own proxy added. Without a header, an address that is
    not of the public network is that of a proxy, before which all clients look the same.
    """
    said = meta.get(header, "") if header else meta.get("REMOTE_ADDR", "")
    address = _parse(said.rpartition(",")[2].strip())
    if address is None or not (header or address.is_global):
        return ""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
