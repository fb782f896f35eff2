"""Where the daemon listens, and who may come."""

from ipaddress import ip_network

import pytest

from ingest.daemon.addresses import Address, is_welcome, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8024", Address(host="127.0.0.1", port=8024)),
        ("[::1]:0", Address(host="::1", port=0)),
        ("localhost:65535", Address(host="localhost", port=65535)),
        ("unix:/run/lmtp.sock", Address(path="/run/lmtp.sock")),
        ("unix:/run/with blanks:24", Address(path="/run/with blanks:24")),
    ],
)
def test_an_address_is_read_and_written(text, address):
    assert parse_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "8024", ":8024", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1"),
        *("127.0.0.1:٣", "127.0.0.1:tea", "mx.example.org:24", "300.1.1.1:24", "unix:", "unix:tea"),
        "127.0.0.1:" + "9" * 10_000,
    ],
)
def test_what_is_no_address(text):
    with pytest.raises(ValueError, match=r"unix:/|the host must be"):
        parse_address(text)


@pytest.mark.parametrize(
    "text", ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1", "unix:/a"]
)
def test_only_this_machine_can_reach(text):
    assert parse_address(text).is_local()


@pytest.mark.parametrize("text", ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "[2001:db8::1]:1"])
def test_others_can_reach(text):
    assert not parse_address(text).is_local()


@pytest.mark.parametrize(
    "peer",
    [
        *("", b"", None, ("127.0.0.1", 5), ("::1", 5, 0, 0), ("::ffff:127.0.0.1", 5, 0, 0)),
        *(("192.0.2.7", 5), ("::ffff:192.0.2.7", 5, 0, 0), ("fe80::1%eth0", 5, 0, 2)),
    ],
)
def test_who_is_welcome(peer):
    assert is_welcome(peer, [ip_network("192.0.2.0/24"), ip_network("fe80::/64")])


@pytest.mark.parametrize("peer", [("192.0.3.1", 5), ("2001:db8::1", 5, 0, 0), ("::", 5, 0, 0)])
def test_who_is_not(peer):
    assert not is_welcome(peer, [ip_network("192.0.2.0/24"), ip_network("fe80::/64")])
