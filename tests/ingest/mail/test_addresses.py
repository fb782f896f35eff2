"""Addresses are read as mailers really write them."""

import pytest

from ingest.mail.addresses import MAX_LENGTH, clean_address, read_mailbox, split_mailboxes
from ingest.mail.values import Address

MAILBOXES = {
    "Jane Doe <jane@example.org>": ("Jane Doe", "jane@example.org"),
    '"Doe, Jane" <jane@example.org>': ("Doe, Jane", "jane@example.org"),
    r'"Jane \"J\" Doe" <jane@example.org>': ('Jane "J" Doe', "jane@example.org"),
    "'Jane Doe' <jane@example.org>": ("Jane Doe", "jane@example.org"),
    "jane@example.org (Jane Doe)": ("Jane Doe", "jane@example.org"),
    "jane@example.org": ("", "jane@example.org"),
    "<JANE@Example.ORG>": ("", "jane@example.org"),
    "Jane <jane@example.org >": ("Jane", "jane@example.org"),
    "Jane < jane @example.org>": ("Jane", "jane@example.org"),
    "Jane jane@example.org": ("", "jane@example.org"),
    "jane at example.org (Jane Doe)": ("Jane Doe", "jane@example.org"),
    "o'brien@x.org": ("", "o'brien@x.org"),
    "Bob O'Brien <o'brien@x.org>": ("Bob O'Brien", "o'brien@x.org"),
    "x@localhost": ("", "x@localhost"),
    "Jane <jane@[192.0.2.1]>": ("Jane", "jane@[192.0.2.1]"),
    "Jürgen <jürgen@example.org>": ("Jürgen", "jürgen@example.org"),
    '"jane doe"@example.org': ("", '"jane doe"@example.org'),
    'Jane <"jane@home"@example.org>': ("Jane", '"jane@home"@example.org'),
    "=?utf-8?q?J=C3=BCrgen?= <j@example.org>": ("Jürgen", "j@example.org"),
    "=?utf-8?q?Jane_=3Cjane=40example=2Eorg=3E?=": ("Jane", "jane@example.org"),
    '"Jane <jane@example.org>': ("Jane", "jane@example.org"),
    "Jane <jane@example.org": ("", "jane@example.org"),
    "Jane <mailto:jane@example.org>": ("Jane", "jane@example.org"),
    "nobody, Jane <jane@example.org>": ("Jane", "jane@example.org"),
    "Jane": ("Jane", ""),
    "jane@": ("jane@", ""),
    "undisclosed-recipients:;": ("undisclosed-recipients:;", ""),
    "": ("", ""),
}


@pytest.mark.parametrize("value", MAILBOXES)
def test_a_mailbox(value):
    name, address = MAILBOXES[value]
    assert read_mailbox(value) == Address(name=name, address=address)


def test_mailboxes_are_parted_at_commas_but_not_at_quoted_ones():
    jane, bob = '"Doe, Jane" <jane@example.org>', "bob@x (Bob, the cook)"
    assert split_mailboxes(f"{jane}, {bob}; =?utf-8?q?J=C3=BC?= <j@x>") == [
        Address(name="Doe, Jane", address="jane@example.org"),
        Address(name="Bob, the cook", address="bob@x"),
        Address(name="Jü", address="j@x"),
    ]


@pytest.mark.parametrize("text", ["", "jane", "@example.org", "jane@", "a@b@c", "a at a at a"])
def test_what_lacks_a_part_is_no_address(text):
    assert clean_address(text) == ""


def test_an_address_too_long_for_an_index_is_none():
    domain = "@example.org"
    assert clean_address("a" * (MAX_LENGTH - len(domain)) + domain)
    assert not clean_address("a" * (MAX_LENGTH - len(domain) + 1) + domain)
