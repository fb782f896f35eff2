"""A client is known by its network, if a proxy says it or there is no proxy."""

import pytest

from patchtrack.services.clients import parse_client

FORWARDED = "HTTP_X_FORWARDED_FOR"


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("198.51.100.7", ""),  # set aside for examples
        ("8.8.4.4", "8.8.4.4"),
        ("::ffff:8.8.4.4", "8.8.4.4"),
        ("2a00:1450:4001:80b::200e", "2a00:1450:4001:80b::/64"),
        ("127.0.0.1", ""),
        ("10.0.0.7", ""),
        ("", ""),
    ],
)
def test_without_a_header_only_public_addresses_are_clients(address, client):
    assert parse_client({"REMOTE_ADDR": address, FORWARDED: "8.8.8.8"}, "") == client


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("8.8.8.8, 10.0.0.7", "10.0.0.7"),
        ("8.8.8.8,", ""),
        ("unknown", ""),
        ("8.8.8.8:443", ""),
        ("8.8.8.8\n", "8.8.8.8"),
        ("fe80::1%eth0", "fe80::/64"),
        ("9" * 10000, ""),
    ],
)
def test_the_last_address_in_the_header_is_the_one_that_our_proxy_saw(said, client):
    assert parse_client({"REMOTE_ADDR": "8.8.4.4", FORWARDED: said}, FORWARDED) == client


def test_a_request_that_did_not_come_by_the_proxy_has_no_client():
    assert parse_client({"REMOTE_ADDR": "8.8.4.4"}, FORWARDED) == ""
