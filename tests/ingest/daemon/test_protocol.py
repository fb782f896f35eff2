"""What is said to a mail server, command by command (RFC 2033, RFC 5321)."""

import re

import pytest

from ingest.daemon.protocol import Session
from ingest.daemon.values import Answer

from .talking import split_code

MAIL = b"Subject: tea\n\nIs there any?\n"
FULL = re.compile(r"([245])[0-9]{2} \1\.[0-9]{1,3}\.[0-9]{1,3} \S")


def read_offers(reply: str) -> list[str]:
    """The keywords of an answer to LHLO, behind its first line."""
    return [line[4:].split()[0] for line in reply.splitlines()[1:]]


# The way there.


@pytest.mark.parametrize("session", ["LHLO", "EHLO"])
def test_what_is_offered(serve, session):
    server = serve() if session == "LHLO" else serve(session=Session)
    [reply] = server.connect().ask(f"{session} a.example.org")
    assert set(read_offers(reply)) == {
        *("8BITMIME", "SMTPUTF8", "SIZE", "PIPELINING", "ENHANCEDSTATUSCODES")
    }


def test_the_size_that_is_offered_is_the_limit(serve):
    [reply] = serve(message_bytes=4321).connect().ask("LHLO a.example.org")
    assert "250-SIZE 4321" in reply.splitlines()


@pytest.mark.parametrize(
    ("session", "wrong"), [(None, "EHLO x"), (None, "HELO x"), (Session, "LHLO x")]
)
def test_the_other_protocols_hello_is_refused(serve, session, wrong):
    server = serve(session=session) if session else serve()
    assert split_code(server.connect().ask(wrong)[0]) == "500 5.5.2"


def test_the_greeting_begins_with_our_name(serve):
    assert serve(hostname="mx.example.org").connect().greeting == "220 mx.example.org Patchtrack"


@pytest.mark.parametrize(
    "command",
    [
        "NOOP",
        "RSET",
        "HELP",
        "HELP tea",
        "VRFY tea",
        "VRFY",
        "EXPN tea",
        "TEA",
        "",
        "x" * 600,
        "x" * 300_000,
        "LHLO",
        "MAIL",
        "MAIL FROM:<a@example.org>",
        "MAIL FROM:<>",
        "MAIL FROM:a@@",
        "MAIL FROM:<a@example.org> SIZE=tea",
        "MAIL FROM:<a@example.org> SIZE=5000001",
        "MAIL FROM:<a@example.org> BODY=TEA",
        "MAIL FROM:<a@example.org> TEA=1",
        "RCPT TO:<tea@example.org>",
        "DATA",
        "AUTH PLAIN",
        "STARTTLS",
        "QUIT",
    ],
)
def test_each_reply_has_an_enhanced_code(client, command):
    client.ask("LHLO a.example.org")
    assert FULL.match(client.ask(command)[0])


@pytest.mark.parametrize(
    "command", ["RCPT", "RCPT TO:tea@@", "RCPT TO:<tea@example.org> TEA=1", "DATA tea", "DATA"]
)
def test_each_reply_within_an_envelope_has_an_enhanced_code(client, command):
    client.ask("LHLO a.example.org", "MAIL FROM:<>")
    assert FULL.match(client.ask(command)[0])


def test_an_envelope_that_comes_at_once(client, pool):
    replies = client.ask(
        *("LHLO a.example.org", "MAIL FROM:<>", "RCPT TO:<tea@x.org>", "RCPT TO:<chai@x.org>"),
        "DATA",
    )
    assert [reply[:3] for reply in replies] == ["250", "250", "250", "250", "354"]
    client.send(b"Subject: tea\r\n\r\n.\r\nNOOP\r\nQUIT\r\n")
    assert [client.read()[:3] for _ in range(4)] == ["250", "250", "250", "221"]
    assert [letter.raw for letter in pool.letters] == [b"Subject: tea\n\n"] * 2


def test_several_mails_on_one_connection(client, pool):
    for number in (b"1", b"2", b"3"):
        assert client.deliver(b"Subject: " + number + b"\n", "tea@x.org") == ["250 2.0.0 stored"]
    assert [letter.raw for letter in pool.letters] == [
        *(b"Subject: 1\n", b"Subject: 2\n", b"Subject: 3\n")
    ]


@pytest.mark.parametrize("command", ["RSET", "LHLO a.example.org"])
def test_an_envelope_that_is_given_up_leaves_nothing(client, pool, command):
    client.begin("tea@x.org")
    client.ask(command)
    client.deliver(MAIL, "chai@x.org")
    assert [letter.recipient for letter in pool.letters] == ["chai@x.org"]


# The answers to a mail.


def say_by_recipient(outcomes):
    return lambda letter: Answer(outcome=outcomes[letter.recipient])


def test_each_recipient_gets_its_own_reply(client, pool):
    pool.answer = say_by_recipient({"tea@x.org": "stored", "chai@x.org": ""})
    replies = client.deliver(MAIL, "tea@x.org", "chai@x.org")
    assert replies == ["250 2.0.0 stored", "451 4.3.0 not stored, try again later"]


def test_replies_come_in_the_order_of_the_recipients(client, pool):
    pool.answer = say_by_recipient({"tea@x.org": "stored", "chai@x.org": ""})
    replies = client.deliver(MAIL, "chai@x.org", "tea@x.org", "tea+2@x.org")
    assert [reply[:3] for reply in replies] == ["451", "250", "250"]


def test_a_refused_recipient_gets_no_reply_after_the_mail(serve):
    client = serve(strict=True).connect()
    assert client.deliver(MAIL, "nobody@x.org", "tea@x.org") == ["250 2.0.0 stored"]
    assert split_code(client.ask("NOOP")[0]) == "250 2.0.0"


@pytest.mark.parametrize(
    ("tea", "chai", "worst"), [("stored", "", "451"), ("", "stored", "451"), ("a", "b", "250")]
)
def test_smtp_gives_one_reply_the_worst(serve, pool, tea, chai, worst):
    pool.answer = say_by_recipient({"tea@x.org": tea, "chai@x.org": chai})
    client = serve(session=Session).connect()
    [reply] = client.deliver(MAIL, "tea@x.org", "chai@x.org")
    assert reply[:3] == worst
    assert split_code(client.ask("NOOP")[0]) == "250 2.0.0"


# When our own code fails.


def test_an_internal_error_is_told_by_an_id_that_the_log_has(client, pool, caplog):
    pool.answer = lambda letter: RuntimeError("the password is kettle")
    client.begin("tea@x.org")
    client.give(b".\r\n")
    pattern = r"451 4\.3\.0 not stored, try again later \(([0-9a-f]+)\)"
    number = re.fullmatch(pattern, client.read())[1]
    [record] = [record for record in caplog.records if number in record.getMessage()]
    assert "the password is kettle" in str(record.exc_info[1])


def test_an_internal_error_is_told_to_each_recipient(client, pool):
    pool.answer = lambda letter: RuntimeError("tea")
    replies = client.deliver(MAIL, "tea@x.org", "chai@x.org")
    assert list(map(split_code, replies)) == ["451 4.3.0", "451 4.3.0"]
    assert split_code(client.ask("NOOP")[0]) == "250 2.0.0"


def test_an_internal_error_at_a_recipient(client, pool, caplog):
    pool.directory = RuntimeError("the password is kettle")
    [reply] = client.begin("unknown@x.org")
    number = re.fullmatch(r"451 4\.3\.0 internal error ([0-9a-f]+), try again later", reply)[1]
    [record] = [record for record in caplog.records if number in record.getMessage()]
    assert "the password is kettle" in str(record.exc_info[1])


def test_a_mail_that_is_not_stored_is_known_to_the_log_by_the_id_in_its_reply(client, pool, caplog):
    pool.answer = lambda letter: Answer(detail="the database is away")
    client.begin("tea@x.org")
    client.give(b".\r\n")
    assert client.read() == f"451 4.3.0 not stored, try again later ({pool.letters[0].id})"
    [record] = [record for record in caplog.records if record.name == "ingest.delivery"]
    assert record.facts["id"] == pool.letters[0].id
    assert record.facts["detail"] == "the database is away"
