"""Message-ids and list-ids are read as they come."""

import pytest

from ingest.mail import parse_mail
from ingest.mail.ids import MAX_LENGTH, read_ancestors, read_list_ids, read_message_id
from tests.ingest.mail.reading import header, mail, parse, read


@pytest.mark.parametrize(
    ("value", "message_id"),
    [
        ("<1@x>", "1@x"),
        (" <1@x> ", "1@x"),
        ("1@x", "1@x"),
        ("<1 2@x>", "12@x"),
        ("< 1@x >", "1@x"),
        ("<1@\n x>", "1@x"),
        ("<1@x> (added by mx)", "1@x"),
        ("<1@x", "1@x"),
        ("<1>", "1"),
        ("<A.b+c=d/é@[192.0.2.1]>", "A.b+c=d/é@[192.0.2.1]"),
        ("<>", ""),
        ("", ""),
    ],
)
def test_a_message_id(value, message_id):
    assert read_message_id(header(f"Message-ID: {value}")) == message_id


def test_a_long_message_id_is_known_by_its_hash():
    one, other = (read_message_id(header(f"Message-ID: <{'1' * 500}{n}@x>")) for n in (1, 2))
    assert len(one) <= MAX_LENGTH
    assert one.endswith("@long-message-id.invalid")
    assert one != other


def test_a_reply_names_a_long_message_id_by_the_same_hash():
    long = f"<{'1' * 500}@x>"
    assert read_ancestors(header(f"In-Reply-To: {long}")) == (
        read_message_id(header(f"Message-ID: {long}")),
    )


def test_ancestors_begin_with_the_nearest_and_stand_once():
    fields = header("References: <1@x> <2@x>\n\t<3@x>", "In-Reply-To: <3@x>")
    assert read_ancestors(fields) == ("3@x", "2@x", "1@x")


@pytest.mark.parametrize(
    ("line", "ancestors"),
    [
        ("In-Reply-To: 1@x", ("1@x",)),
        ("In-Reply-To: <1@x> (Jane's message of Monday)", ("1@x",)),
        ("In-Reply-To: Message from jane@example.org of Monday", ()),
        ("In-Reply-To: Your message of Monday <1@x>", ("1@x",)),
        ("References: <1@x><2@x>", ("2@x", "1@x")),
        ("References: <1@x>,<2@x>", ("2@x", "1@x")),
        ("References: <1@x,2@x>", ("2@x", "1@x")),
        ("References: 1@x 2@x", ("2@x", "1@x")),
        ("References: <1@x> <2@", ("1@x",)),
        ("In-Reply-To: <y>", ()),
        ("In-Reply-To: y", ()),
        ("In-Reply-To: <0123456789abcdef>", ("0123456789abcdef",)),
        ("In-Reply-To: <>", ()),
    ],
)
def test_ancestors_as_people_and_mailers_write_them(line, ancestors):
    assert read_ancestors(header(line)) == ancestors


def test_of_very_many_references_both_ends_are_kept():
    named = [f"{n}@x" for n in range(10_000)]
    ancestors = read_ancestors(header("References: " + " ".join(f"<{one}>" for one in named)))
    assert ancestors[0] == named[-1]
    assert ancestors[-1] == named[0]
    assert len(ancestors) < 300


@pytest.mark.parametrize(
    ("value", "list_id"),
    [
        ("<tea.lists.example.org>", "tea.lists.example.org"),
        ("The tea list <Tea.Lists.Example.org>", "tea.lists.example.org"),
        ('"Tea <hot>" <tea.lists.example.org>', "tea.lists.example.org"),
        ("tea.lists.example.org", "tea.lists.example.org"),
        ("< tea.lists.example.org >", "tea.lists.example.org"),
        ("=?utf-8?q?Th=C3=A9?=\n <tea.lists.example.org>", "tea.lists.example.org"),
    ],
)
def test_a_list_id(value, list_id):
    assert read_list_ids(header(f"List-Id: {value}")) == (list_id,)


def test_a_mail_may_come_over_several_lists():
    fields = header("List-Id: <tea.x>", "List-Id: <milk.x>", "List-Id: Tea <tea.x>", "List-Id:")
    assert read_list_ids(fields) == ("tea.x", "milk.x")


# A mail without a message-id is given one that is made from what it says.


def test_a_made_message_id_is_flagged():
    parsed = read("no-message-id")
    assert parsed.message_id.endswith("@no-message-id.invalid")
    assert parsed.flags == ("no-message-id",)


def test_a_redelivery_on_another_way_makes_the_same_message_id():
    raw = mail("no-message-id")
    again = b"Received: from a by b; Wed, 4 Feb 2026 10:00:00 +0100\nX-Spam: no\n" + raw
    assert parse_mail(again).message_id == parse_mail(raw).message_id


def test_the_line_ends_of_the_transport_make_no_difference():
    raw = mail("no-message-id")
    assert parse_mail(raw.replace(b"\n", b"\r\n")).message_id == parse_mail(raw).message_id


@pytest.mark.parametrize(
    "other",
    [
        ("From: b@x", "Subject: tea", "Date: 3 Feb 2026 09:00:00 +0000"),
        ("From: a@x", "Subject: milk", "Date: 3 Feb 2026 09:00:00 +0000"),
        ("From: a@x", "Subject: tea", "Date: 4 Feb 2026 09:00:00 +0000"),
        ("From: a@x", "Subject: tea", "Date: 3 Feb 2026 09:00:00 +0000", "References: <1@x>"),
    ],
)
def test_mails_that_say_something_else_have_other_message_ids(other):
    one = ("From: a@x", "Subject: tea", "Date: 3 Feb 2026 09:00:00 +0000")
    assert parse(*one).message_id != parse(*other).message_id
    assert parse(*one).message_id != parse(*one, body="Bye.\n").message_id
