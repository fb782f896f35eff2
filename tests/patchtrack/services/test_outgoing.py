"""Requests go to public addresses alone, and to those that administrators allow."""

import socket
import threading
from ipaddress import ip_address, ip_network

import pytest

from patchtrack.services import outgoing
from patchtrack.services.outgoing import NoAnswer, is_public, post, split_url
from tests.patchtrack.receiver import run_receiver
from tests.waiting import SECONDS

NAME = "tea.example.org"
LOOPBACK = [ip_network("127.0.0.0/8")]


@pytest.fixture
def receiver():
    with run_receiver() as receiver:
        yield receiver


@pytest.fixture
def resolve(monkeypatch):
    """Has a name lead to other addresses each time it is asked for."""

    def give(*answers: str) -> None:
        left = list(answers)

        def find(host, port, *arguments, **options):
            address = left.pop(0) if host == NAME else host
            return find_really(address, port, *arguments, **options)

        find_really = socket.getaddrinfo

        monkeypatch.setattr(outgoing.socket, "getaddrinfo", find)

    return give


@pytest.mark.parametrize(
    "address",
    """
    127.0.0.1 127.9.9.9 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1
    192.0.2.1 198.18.0.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 fec0::1 ff02::1 2001:db8::1 ::ffff:127.0.0.1
    ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1::1 2001::1 100::1
    """.split(),
)
def test_an_address_that_not_everybody_reaches_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111"])
def test_others_are(address):
    assert is_public(ip_address(address))


def test_an_answer_is_told(receiver):
    receiver.statuses = [202]
    answer = post(receiver.url, b"{}", {"X-Tea": "hot"}, LOOPBACK)
    assert (answer.status, answer.text) == (202, "thanks")
    [request] = receiver.requests
    assert (request.path, request.body, request.headers["x-tea"]) == ("/hook?tea=1", b"{}", "hot")
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"


def test_this_machine_is_not_asked_unless_it_is_allowed(receiver):
    with pytest.raises(NoAnswer, match="not a public address"):
        post(receiver.url, b"", {})
    assert receiver.requests == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "[::ffff:7f00:1]"])
def test_nor_under_another_name(receiver, host):
    with pytest.raises(NoAnswer):
        post(f"http://{host}:{receiver.port}/", b"", {})
    assert receiver.requests == []


def test_the_address_that_was_checked_is_asked_whatever_the_name_leads_to_then(receiver, resolve):
    """DNS rebinding: a name that leads to a public address when it is checked, and here then."""
    resolve("127.0.0.1", "127.0.0.99")
    post(receiver.url.replace("127.0.0.1", NAME), b"", {}, [ip_network("127.0.0.1")])
    assert receiver.requests[0].headers["host"] == f"{NAME}:{receiver.port}"


def test_a_name_that_leads_to_a_private_address_is_not_asked(receiver, resolve):
    resolve("127.0.0.1")
    with pytest.raises(NoAnswer, match=r"tea.example.org is 127.0.0.1: not a public"):
        post(f"http://{NAME}:{receiver.port}/", b"", {})
    assert receiver.requests == []


def test_no_redirect_is_followed(receiver):
    receiver.statuses, receiver.headers = [302], {"Location": receiver.url}
    assert post(receiver.url, b"", {}, LOOPBACK).status == 302
    assert len(receiver.requests) == 1


def test_of_a_long_answer_the_beginning_is_read(receiver):
    receiver.answer = b"x" * 5_000_000
    assert len(post(receiver.url, b"", {}, LOOPBACK).text) == outgoing.MOST_ANSWER


def test_an_answer_may_be_anything(receiver):
    receiver.answer = b"\0\xff"
    assert post(receiver.url, b"", {}, LOOPBACK).text == "\ufffd\ufffd"


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 "])
def test_who_says_nothing_in_time_is_hung_up_on(monkeypatch, said):
    """Also who says a bit from time to time."""
    monkeypatch.setattr(outgoing, "MOST_SECONDS", 0.05)

    def speak() -> None:
        with server.accept()[0] as peer:
            peer.sendall(said)
            while peer.recv(1000):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        with pytest.raises(NoAnswer) as refusal:
            post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"", {}, LOOPBACK)
        thread.join(SECONDS)
    # Each step by itself took less than it may.
    assert "TimeoutError" not in str(refusal.value)


def test_who_speaks_another_protocol_is_no_answer(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        client = socket.create_connection

        def connect(*arguments):
            connection = client(*arguments)
            peer = server.accept()[0]
            peer.sendall(b"220 mail.example.org ESMTP\r\n")
            peer.close()
            return connection

        monkeypatch.setattr(outgoing.socket, "create_connection", connect)
        with pytest.raises(NoAnswer):
            post(url, b"", {}, LOOPBACK)


def test_nobody_there_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NoAnswer, match="ConnectionRefusedError"):
        post(f"http://127.0.0.1:{port}/", b"", {}, LOOPBACK)


@pytest.mark.parametrize(
    "url",
    [
        "", "tea", "file:///etc/passwd", "gopher://example.org/", "//example.org/", "http://",
        "https://user:secret@example.org/", "http://example.org/a b", "http://example.org/\r\nX: y",
        "http://example.org:99999/", "http://example.org:0/", "http://exämple.org/", "http://[::1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ValueError, match=r"."):
        split_url(url)
    with pytest.raises(NoAnswer):
        post(url, b"", {})
