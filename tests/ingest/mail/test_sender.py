"""The author of a mail is found also when list software has rewritten its From."""

import pytest

from ingest.mail.ids import read_list_ids
from ingest.mail.sender import choose_author
from ingest.mail.values import Address
from tests.ingest.mail.reading import header

JANE = Address(name="Jane Doe", address="jane@example.org")
LIST = ("List-Id: <tea.lists.example.org>", "List-Post: <mailto:tea@lists.example.org>")
VIA = ("From: Jane Doe via tea <tea@lists.example.org>", *LIST)


def author(*lines: str) -> Address:
    fields = header(*lines)
    return choose_author(fields, read_list_ids(fields))


@pytest.mark.parametrize(
    "lines",
    [
        ("From: Jane Doe <jane@example.org>",),
        ("From: Jane Doe <jane@example.org>", "X-Original-Sender: else@example.org"),
        (*VIA, "X-Original-From: Jane Doe <jane@example.org>"),
        (*VIA, "X-Original-Sender: jane@example.org"),
        (*VIA, "Reply-To: jane@example.org"),
        (*VIA, "Reply-To: Jane Doe <jane@example.org>, tea@lists.example.org"),
        (*VIA, "Reply-To: b@example.org, Jane Doe <jane@example.org>"),
        (*VIA, 'Reply-To: b@example.org, "Doe, Jane" <jane@example.org>'),
        (*VIA, "Cc: Bob <b@example.org>, Jane Doe <jane@example.org>"),
        (*VIA, "Reply-To: tea@lists.example.org", "Cc: Jane Doe <jane@example.org>"),
        ("From: Jane Doe <tea@lists.example.org>", *LIST, "Reply-To: jane@example.org"),
        ("From: 'Jane Doe' via tea <tea@x.org>", "X-Original-Sender: jane@example.org"),
        ('From: "Jane Doe via groups.io" <jane=example.org@groups.io>',),
        ("From: Jane Doe via B4 Relay <relay@x.org>", "Reply-To: jane@example.org"),
        ("From: Jane Doe <l@x.org>", "X-Mailing-List: l@x.org", "Reply-To: jane@example.org"),
        ("From: Jane Doe <l@x.org>", "Mailing-List: list l@x.org", "Reply-To: jane@example.org"),
        ("Sender: Jane Doe <jane@example.org>",),
    ],
)
def test_the_author_is_jane(lines):
    assert author(*lines) == JANE


def test_a_quoted_name_with_a_comma_stays_as_it_was_written():
    lines = ('From: "Doe, Jane via tea" <tea@lists.example.org>', *LIST)
    reply_to = 'Reply-To: "Doe, Jane" <jane@example.org>'
    assert author(*lines, reply_to) == Address(name="Doe, Jane", address="jane@example.org")


def test_an_address_in_place_of_the_name_is_the_authors():
    lines = ("From: 'jane@example.org' via tea <tea@lists.example.org>", *LIST)
    assert author(*lines) == Address(name="", address="jane@example.org")


def test_somebody_else_who_is_answered_or_copied_is_not_taken_for_the_author():
    others = ("Reply-To: b@example.org, c@example.org", "Cc: Bob <b@example.org>")
    assert author(*VIA, *others).address.endswith("@tea.lists.example.org.invalid")


@pytest.mark.parametrize(
    "lines",
    [
        ("From: Jane Doe via tea <noreply@x.org>", *LIST, "Reply-To: tea@lists.example.org"),
        ("From: Jane Doe via tea <noreply@x.org>", *LIST, "Cc: Jane Doe <tea@lists.example.org>"),
        (*LIST, "Sender: tea@lists.example.org"),
    ],
)
def test_the_list_is_never_taken_for_the_author(lines):
    assert author(*lines).address.endswith("@tea.lists.example.org.invalid")


def test_unknown_authors_of_one_list_are_told_apart_by_their_names():
    jane = author(*VIA)
    bob = author("From: Bob via tea <tea@lists.example.org>", *LIST)
    assert jane.name == "Jane Doe"
    assert jane.address != bob.address


def test_one_unknown_author_has_one_address_on_a_list_and_another_on_another():
    there = "List-Id: <milk.lists.example.org>"
    assert author(*VIA) == author(*VIA, "Cc: b@example.org")
    assert author(*VIA) != author(VIA[0], there, VIA[2])


@pytest.mark.parametrize("lines", [("From: Nobody",), ("From:",), ("Subject: x",), ("From: <@>",)])
def test_without_any_address_one_is_made(lines):
    assert author(*lines).address.endswith("@unknown.invalid")


def test_a_made_address_is_never_too_long():
    name, list_id = "n" * 3000, "l" * 3000
    made = author(f"From: {name}", f"List-Id: <{list_id}>").address
    assert made.endswith(".invalid")
    assert len(made) <= 255
