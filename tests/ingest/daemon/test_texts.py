"""A mail arrives as it was sent, whatever is in it, and ends where its sender says."""

import pytest

from ingest.daemon import protocol

from .talking import quote_mail, split_code


def send(client, text):
    """Send a mail's text behind DATA; the reply."""
    client.begin("tea@x.org")
    client.give(text)
    return client.read()


@pytest.mark.parametrize(
    "mail",
    [
        b"Subject: tea\n\n.\n..\n.a\n. \n",
        b"Subject: \xe4\xff\n\nt\xe9\n",
        b"Subject: tea\n\n\0\x01\x1b\x7f\n",
        b"a\rb\n\rc\r\r\n",
        b".\n",
        b"\n\n\n",
        b"x" * 2_000_000 + b"\n",
        b"x\n" + b"." * 2_000_000 + b"\n",
        b"y" * 70_000 + b"\n.\n" + b"." * 65_533 + b"\n" + b"z" * 65_537 + b"\n",
    ],
    ids=lambda mail: repr(mail[:20]),
)
def test_a_mail_arrives_as_it_is(client, pool, mail):
    assert client.deliver(mail, "tea@x.org") == ["250 2.0.0 stored"]
    assert pool.letters[0].raw == mail


def test_an_empty_mail(client, pool):
    assert split_code(send(client, b".\r\n")) == "250 2.0.0"
    assert pool.letters[0].raw == b""


def test_a_mail_that_comes_byte_by_byte(client, pool):
    client.begin("tea@x.org")
    client.give(b"")
    for byte in b"a\r\n..\r\n.\r\n":
        client.send(bytes([byte]))
    assert split_code(client.read()) == "250 2.0.0"
    assert pool.letters[0].raw == b"a\n.\n"


@pytest.mark.parametrize(
    "end",
    [
        *(b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n.\r\r\n"),
        *(b"\r\n.\0\r\n", b"\r\n\0.\r\n", b"\r\n .\r\n", b"\n\n.\r\n", b"\n\r.\r\n", b".\r\n"),
    ],
)
def test_what_only_looks_like_an_end_is_none(client, pool, end):
    smuggled = b"MAIL FROM:<b@x.org>\r\nRCPT TO:<chai@x.org>\r\nDATA\r\nSubject: no\r\n"
    send(client, b"Subject: yes" + end + smuggled + b"\r\n.\r\n")
    assert split_code(client.ask("NOOP")[0]) == "250 2.0.0"
    assert [letter.recipient for letter in pool.letters] == ["tea@x.org"]
    assert b"Subject: no" in pool.letters[0].raw


# Addresses.


def test_an_address_in_utf_8(client, pool):
    client.ask("LHLO a.example.org", "MAIL FROM:<ä@x.org> SMTPUTF8 BODY=8BITMIME")
    assert split_code(client.ask("RCPT TO:<tée@例え.example>")[0]) == "250 2.1.5"
    client.give(b".\r\n")
    client.read()
    assert pool.letters[0].recipient == "tée@例え.example"


def test_an_address_in_no_encoding(client, pool):
    client.ask("LHLO a.example.org", "MAIL FROM:<>")
    client.send(b"RCPT TO:<t\xe9@x.org>\r\n")
    assert split_code(client.read()) == "250 2.1.5"
    client.give(b".\r\n")
    assert split_code(client.read()) == "250 2.0.0"
    assert pool.letters[0].recipient.encode(errors="surrogateescape") == b"t\xe9@x.org"


# Sizes.


def test_a_size_that_is_too_large_is_refused_before_the_mail_is_sent(serve):
    client = serve(message_bytes=1000).connect()
    client.ask("LHLO a.example.org")
    replies = client.ask("MAIL FROM:<> SIZE=1001", "MAIL FROM:<> SIZE=1000")
    assert list(map(split_code, replies)) == ["552 5.3.4", "250 2.0.0"]


@pytest.mark.parametrize(("size", "code"), [(1000, "250 2.0.0"), (1001, "552 5.3.4")])
def test_the_largest_mail(serve, size, code):
    text = b"x" * (size - 2) + b"\r\n"
    assert split_code(send(serve(message_bytes=1000).connect(), text + b".\r\n")) == code


def test_a_mail_that_is_too_large_is_refused_to_each_recipient(serve, pool):
    client = serve(message_bytes=1000).connect()
    replies = client.deliver(b"x" * 500_000, "tea@x.org", "chai@x.org")
    assert list(map(split_code, replies)) == ["552 5.3.4"] * 2
    assert pool.letters == []


def test_after_a_mail_that_is_too_large_the_next_one_is_stored(serve, pool):
    client = serve(message_bytes=1000).connect()
    client.deliver(b"x" * 500_000, "tea@x.org")
    assert client.deliver(b"Subject: small\n", "tea@x.org") == ["250 2.0.0 stored"]


def test_memory_is_given_back_after_each_mail(serve):
    server = serve(message_bytes=1000)
    client = server.connect()
    for size in (10, 900, 500_000):
        client.deliver(b"x" * size, "tea@x.org")
    assert server.door.room.held == 0


# Clients that go away.


def test_half_a_mail_is_no_mail(serve, pool):
    server = serve()
    client = server.connect()
    client.begin("tea@x.org")
    client.give(b"Subject: half\r\n" + b"x" * 100_000)
    server.wait_until(lambda: server.door.room.held > 0)
    client.close()
    server.wait_until(lambda: not server.door._connections)
    assert (pool.letters, server.door.room.held) == ([], 0)


def test_a_mail_is_stored_though_its_client_goes_away(serve, pool):
    server = serve()
    pool.open.clear()
    client = server.connect()
    client.begin("tea@x.org")
    client.give(b".\r\n")
    pool.wait_for_letter()
    client.close()
    server.wait_until(lambda: not server.door._connections)
    server.release()
    server.wait_until(lambda: server.count("stored") == 1)


def test_a_mail_takes_room_until_it_is_stored_though_its_client_goes_away(serve, pool):
    server = serve()
    pool.open.clear()
    client = server.connect()
    client.begin("tea@x.org")
    client.give(quote_mail(b"x" * 1000))
    pool.wait_for_letter()
    client.close()
    server.wait_until(lambda: not server.door._connections)
    assert server.door.room.held >= 1000


# Bounds.


def test_where_memory_is_full_mail_is_deferred(serve, pool):
    server = serve(held_bytes=1500)
    pool.open.clear()
    first = server.connect()
    first.begin("tea@x.org")
    first.give(quote_mail(b"x" * 1000))
    pool.wait_for_letter()
    second = server.connect()
    assert second.deliver(b"y" * 1000, "tea@x.org") == ["451 4.3.1 no room now, try again later"]
    server.release()
    assert split_code(first.read()) == "250 2.0.0"
    assert second.deliver(b"y" * 1000, "tea@x.org") == ["250 2.0.0 stored"]


def test_too_many_recipients(serve):
    client = serve(recipients=2).connect()
    replies = client.begin("a@x.org", "b@x.org", "c@x.org")
    assert list(map(split_code, replies)) == ["250 2.1.5", "250 2.1.5", "452 4.5.3"]


def test_too_many_connections(serve):
    server = serve(connections=1)
    first, second = server.connect(), server.connect()
    assert (split_code(second.greeting), second.read()) == ("421 4.3.2", "")
    first.ask("QUIT")
    assert first.read() == ""
    assert server.connect().greeting.startswith("220 ")


def test_a_connection_that_is_refused_takes_no_place(serve):
    server = serve(connections=1)
    first = server.connect()
    for _ in range(2):
        assert server.connect().read() == ""
    first.ask("QUIT")
    assert first.read() == ""
    assert server.connect().greeting.startswith("220 ")


def test_when_reading_fails_each_recipient_is_told_and_the_rest_is_no_command(serve, monkeypatch):
    monkeypatch.setattr(protocol, "decode_data", lambda _: 1 / 0)
    client = serve().connect()
    client.begin("tea@x.org", "chai@x.org")
    client.give(b"Hello.\r\n.\r\nNOOP\r\n")
    assert [split_code(client.read()) for _ in range(2)] == ["451 4.3.0"] * 2
    assert client.read() == ""


def test_a_mail_that_is_too_large_keeps_no_room_while_its_rest_comes(serve):
    server = serve(message_bytes=1000)
    client = server.connect()
    client.begin("tea@x.org")
    client.give(b"x.\r\n" * 200)
    server.wait_until(lambda: server.door.room.held == 800)
    client.send(b"x" * 100_000)
    server.wait_until(lambda: server.door.room.held == 0)
    client.send(b"\r\n.\r\n")
    assert split_code(client.read()) == "552 5.3.4"
