"""Whatever is sent by XML-RPC is answered: by a fault, and soon."""

from contextlib import suppress
from xmlrpc.client import Fault, dumps

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patchtrack.api.xmlrpc.messages import Unreadable, parse_call

ENTITIES = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<methodCall><methodName>patch_get</methodName>
<params><param><value>&b;</value></param></params></methodCall>"""
FETCHED = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<methodCall><methodName>state_list</methodName>
<params><param><value>&a;</value></param></params></methodCall>"""
DTD = """<!DOCTYPE x SYSTEM "http://example.org/x.dtd">
<methodCall><methodName>pw_rpc_version</methodName></methodCall>"""


def call(value: str, method: str = "patch_get") -> str:
    return (
        f"<methodCall><methodName>{method}</methodName><params><param><value>{value}</value>"
        "</param></params></methodCall>"
    )


def nest(depth: int, inside: str = "") -> str:
    ends = ("<value><array><data>", "</data></array></value>")
    return ends[0] * depth + inside + ends[1] * depth


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "nonsense",
        ENTITIES,
        "<methodCall>",
        "<methodCall/>",
        "<methodCall><params/></methodCall>",
        "<methodResponse><fault><value><struct/></value></fault></methodResponse>",
        "<fault><value>x</value></fault>",
        call("<int>x</int>"),
        call(f"<int>{'9' * 5000}</int>"),
        call("<boolean>2</boolean>"),
        call("<double>x</double>"),
        call("<double>1e999</double>"),
        call("<base64>!</base64>"),
        call("<dateTime.iso8601>x</dateTime.iso8601>"),
        call("<bigdecimal>x</bigdecimal>"),
        call("<struct><member><name>a</name></member></struct>"),
        call("<struct><value><array/></value><value/></struct>"),
        call("</struct>"),
        call("<unknown/>"),
        call("<int>1</int>", method="__class__"),
        call("<int>1</int>", method="system.listMethods"),
        call("<int>-1</int>"),
        call("<nil/>"),
        call("<boolean>1</boolean>"),
        call("<base64>MQ==</base64>"),
        call(nest(3)),
        call(nest(20_000)),
        dumps((1, 2), "patch_get"),
        dumps((), "patch_get"),
        dumps((1,), "patch_list"),
        dumps(({"date__year": 2026},), "patch_list"),
        dumps(({"submitter__user__password__startswith": "p"},), "patch_list"),
        dumps(({"name__icontains": [1]},), "patch_list"),
        dumps(({"max_count": "1"},), "patch_list"),
        dumps(({"max_count": True},), "patch_list"),
        dumps(({"patch_id": "x"},), "check_list"),
        dumps((1, 0), "state_list"),
    ],
)
def test_what_cannot_be_done_is_a_fault(ask, sent):
    with pytest.raises(Fault):
        ask.send(sent)


@pytest.mark.parametrize("sent", [ENTITIES, FETCHED, DTD])
def test_entities_are_not_even_declared(sent):
    with pytest.raises(Unreadable):
        parse_call(sent.encode())


def test_more_than_anybody_sends_is_a_fault(ask, monkeypatch):
    monkeypatch.setattr("patchtrack.api.views.base.LARGEST_BODY", 10)
    with pytest.raises(Fault, match="at most"):
        ask.pw_rpc_version()


@pytest.mark.parametrize("length", ["9" * 5000, "x", "-1"])
def test_a_body_of_nobody_knows_how_much_is_not_read(client, db, length):
    answer = client.post("/xmlrpc/", b"x", content_type="text/xml", CONTENT_LENGTH=length)
    assert b"<fault>" in answer.content
    assert client.get("/api/", CONTENT_LENGTH=length).status_code == 413


def test_text_below_many_ends_is_not_read_again_at_each():
    """Else a request of a megabyte would keep a processor busy for a minute."""
    with pytest.raises(Unreadable, match="deeply"):
        parse_call(call(nest(20_000, "\n" * 200_000)).encode())


PIECES = (
    "<methodCall>", "</methodCall>", "<methodName>", "</methodName>", "<params>", "</params>",
    "<param>", "</param>", "<value>", "</value>", "<struct>", "</struct>", "<member>", "</member>",
    "<name>", "</name>", "<array>", "</array>", "<int>", "</int>", "<base64>", "</base64>",
    "<boolean>", "</boolean>", "<fault>", "</fault>", "<nil/>", "<double>", "</double>", "1", "x",
    "<dateTime.iso8601>", "</dateTime.iso8601>", "<a:struct>", "</a:struct>", "\ufffe", "&#0;",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
@example("<methodCall><methodName>x</methodName><fault/></methodCall>")
def test_reading_ends_with_a_call_or_in_one_way(text):
    with suppress(Unreadable):
        parse_call(text.encode("utf-8", "replace"))
