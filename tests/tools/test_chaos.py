"""tools/chaos.py finds nothing lost where nothing is, and finds it where something is."""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from email import message_from_bytes
from functools import partial
from pathlib import Path

import pytest

from tests.postfix import require_postfix
from tests.waiting import SECONDS
from tools.chaos import main
from tools.mayhem import courier
from tools.mayhem import round as chaos
from tools.mayhem.courier import Parcel, PostOffice, encode_data
from tools.mayhem.daemon import find_children, read_command
from tools.mayhem.disturbances import USUAL, choose_names, derive_plan
from tools.mayhem.mails import LIST_ID, make_mails
from tools.mayhem.play import read_ledger
from tools.mayhem.postfix import Postfix, join_settings
from tools.mayhem.relay import Relay
from tools.mayhem.verdict import judge_facts, normalize
from tools.parallel_parse import STOPPING

ROOT = Path(__file__).resolve().parent.parent.parent
EARLY = (sys.executable, str(Path(__file__).with_name("early_lmtpd.py")))
WELL = "0 lost, 0 twice, 0 differences, 0 hangs"
# Named to see a failed round again; else a new one each time, which the tool prints.
SEED = os.environ.get("TEST_CHAOS_SEED")


def run_tool(*arguments: str) -> str:
    seed = [f"--seed={SEED}"] if SEED else []
    command = [sys.executable, ROOT / "tools/chaos.py", "--hold=3", *seed, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        output = process.communicate()[0]
    finally:
        # Not killed: it has to end what it has started.
        process.terminate()
        process.wait()
    print(output)
    assert process.returncode == 0
    return output


# The whole.


@pytest.mark.timeout(600)
def test_nothing_is_lost_on_postgresql():
    output = run_tool("--messages=150")
    assert WELL in output
    assert {name for name in USUAL if name not in output} == set()


@pytest.mark.timeout(600)
def test_nothing_is_lost_on_sqlite():
    assert WELL in run_tool("--database=sqlite", "--messages=100")


@pytest.mark.timeout(600)
def test_nothing_is_lost_through_postfix():
    require_postfix()
    assert WELL in run_tool("--mta=postfix", "--messages=100")


def test_nothing_is_left_behind_when_it_is_stopped():
    # First a lock is held in this round, so that the daemon lives when it is looked for.
    round_ = ["--database=sqlite", "--messages=20", "--seed=20"]
    command = [sys.executable, ROOT / "tools/chaos.py", *round_]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert "seed" in process.stdout.readline()
        assert "hold a lock" in process.stdout.readline()
        daemons = [pid for pid in find_children(process.pid) if b"lmtpd" in read_command(pid)]
        process.send_signal(signal.SIGINT)
    assert process.returncode == 128 + signal.SIGINT
    assert len(daemons) == 1
    assert read_command(daemons[0]) == b""


@pytest.mark.parametrize("number", STOPPING)
def test_each_of_these_signals_stops_it(monkeypatch, signals, number):
    monkeypatch.setattr(sys, "argv", ["chaos.py"])
    monkeypatch.setattr("tools.chaos.play", lambda _: signal.raise_signal(number))
    assert main() == 128 + number


@pytest.mark.timeout(600)
def test_a_daemon_that_answers_too_early_is_found_out(monkeypatch):
    # More need not happen.
    monkeypatch.setattr(chaos, "choose_names", lambda *_, **__: {"kill the daemon": 1})
    setting = chaos.Setting(seed=3, mails=100, database="sqlite", command=EARLY)
    assert "lost" in {fault.kind for fault in chaos.run_round(setting).faults}


def test_wrong_usage():
    command = [sys.executable, ROOT / "tools/chaos.py", "--messages=0"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


# The mails.


def test_equal_seeds_make_equal_mails():
    assert make_mails(50, 1) == make_mails(50, 1)
    assert make_mails(50, 1) != make_mails(50, 2)


def test_mails_are_of_every_kind():
    mails = [message_from_bytes(mail) for mail in make_mails(500, 1)]
    subjects = "\n".join(mail["Subject"] for mail in mails)
    assert {mail["List-Id"] for mail in mails} == {f"<{LIST_ID}>"}
    for kind in (r"^\[PATCH\]", r"^\[PATCH 0/", r"^\[PATCH 1/", r"^\[PATCH v2", r"^Re: \[PATCH"):
        assert re.search(kind, subjects, re.MULTILINE)


@pytest.mark.parametrize(("copies", "doubled"), [(True, True), (False, False)])
def test_some_ids_stand_for_two_mails(copies, doubled):
    mails = make_mails(500, 1, copies=copies)
    ids = {message_from_bytes(mail)["Message-ID"] for mail in mails}
    assert (len(ids) < 500) is doubled


# What happens.


def test_everything_happens_at_least_once():
    names = choose_names(10, is_postgresql=True, is_own=True)
    plan = derive_plan(random.Random(1), 10, names)
    assert Counter(step.name for step in plan) == Counter(dict.fromkeys(USUAL, 1))


def test_a_server_of_others_is_not_stopped():
    names = choose_names(2000, is_postgresql=True, is_own=False)
    assert USUAL.keys() - names.keys() == {"crash the database"}


# The couriers.


SILENCE = "say nothing until the client has gone"


def bring(replies: list[str], recipients: tuple[str, ...] = ("a@x.org",)) -> PostOffice:
    """Bring one mail to a daemon that gives these replies to mails (an empty one hangs
    up)."""

    async def serve(reader, writer):
        writer.write(b"220 tea\r\n")
        count = 0
        while line := await reader.readline():
            count = 0 if line.startswith(b"MAIL") else count + line.startswith(b"RCPT")
            writer.write(b"354 go on\r\n" if line == b"DATA\r\n" else b"250 ok\r\n")
            if line == b"DATA\r\n":
                await reader.readuntil(b"\r\n.\r\n")
                for _ in range(count):
                    reply = replies.pop(0)
                    if reply == SILENCE:
                        await reader.read()
                    if reply in ("", SILENCE):
                        writer.close()
                        return
                    writer.write(reply.encode() + b"\r\n")
        writer.close()

    async def run() -> PostOffice:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        office = PostOffice(
            partial(asyncio.open_connection, "127.0.0.1", port),
            [b"Subject: tea\n\n.\n"],
            [Parcel(mail=0, recipients=recipients)],
            choice=random.Random(1),
        )
        async with server:
            await asyncio.wait_for(office.run(1), SECONDS)
        return office

    return asyncio.run(run())


def test_what_is_stored_is_brought_once():
    replies = ["250 stored", "250 never asked for"]
    assert bring(replies).ledger.accepted == 1
    assert replies == ["250 never asked for"]


@pytest.mark.parametrize("reply", ["451 again", "421 stopping", ""])
def test_what_is_not_stored_is_brought_again(reply):
    assert bring([reply, reply, "250 stored"]).ledger.accepted == 1


def test_what_is_refused_is_not_brought_again():
    office = bring(["550 nobody"])
    assert (office.ledger.accepted, office.ledger.refused) == (0, {0: "550 nobody"})


@pytest.mark.parametrize("second", ["451 again", ""])
def test_only_the_recipient_that_waits_is_served_again(second):
    replies = ["250 stored", second, "250 stored"]
    assert bring(replies, ("a@x.org", "b@x.org")).ledger.accepted == 1
    assert replies == []


def test_who_does_not_answer_hangs(monkeypatch):
    monkeypatch.setattr(courier, "ANSWER_SECONDS", 0.2)
    office = bring([SILENCE])
    assert len(office.ledger.hangs) == 1
    assert office.ledger.accepted == 0


def test_a_dot_is_hidden_and_lines_end_as_they_should():
    assert encode_data(b"a\n.b\r\n\nc") == b"a\r\n..b\r\n\r\nc\r\n.\r\n"


# The verdict.

MAILS = [b"Message-ID: <a@x.org>\n\n", b"Message-ID: <b@x.org>\n\n"]
FACTS = {"message a@x.org": "{}", "message b@x.org": "{}", "mail 1": "{}", "mail 2": "{}"}


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, set()),
        ({"message b@x.org": None, "mail 2": None}, {"lost", "different"}),
        ({"mail 3": "{}"}, {"twice", "different"}),
        ({"message a@x.org": '{"kind": "other"}'}, {"different"}),
    ],
)
def test_the_verdict(changes, kinds):
    found = {key: value for key, value in (FACTS | changes).items() if value}
    assert {fault.kind for fault in judge_facts(MAILS, FACTS, found)} == kinds


@pytest.mark.parametrize(("made_over", "kinds"), [(3, set()), (2, {"twice"})])
def test_an_mta_may_have_been_given_a_mail_twice(made_over, kinds):
    """Its connection was cut before it could say that it had taken the mail."""
    found = FACTS | {"mail 3": "{}"}
    faults = judge_facts(MAILS, FACTS, found, made_over=made_over)
    assert {fault.kind for fault in faults} == kinds


@pytest.mark.parametrize(
    ("fault", "ledger"),
    [
        ("hang", courier.Ledger(hangs=["mail 7: no answer"])),
        ("refused", courier.Ledger(refused={7: "550 nobody"})),
    ],
)
def test_what_the_ledger_says(fault, ledger):
    assert [each.kind for each in read_ledger(ledger)] == [fault]


def test_databases_order_keys_as_they_like():
    assert normalize({"a": '{"x": 1, "y": 2}'}) == normalize({"a": '{"y": 2, "x": 1}'})


# What Postfix tells.


def test_a_later_text_replaces_a_setting():
    assert join_settings(["a = 1\nb = 2\n", "a = 3\n"]) == "b = 2\na = 3\n"


LOG = """\
postfix/lmtp[1]: A1: to=<a@x.org>, dsn=2.0.0, status=sent (250 2.0.0 stored)
postfix/lmtp[1]: A2: to=<a@x.org>, dsn=4.3.0, status=deferred (host x said: 451 4.3.0 again)
postfix/lmtp[1]: A2: to=<a@x.org>, dsn=4.4.2, status=deferred (lost connection with x)
postfix/lmtp[1]: A3: to=<a@x.org>, dsn=5.1.1, status=bounced (host x said: 550 5.1.1 nobody)
"""


def test_the_ledger_that_postfix_keeps(tmp_path):
    postfix = Postfix(tmp_path, port=25)
    postfix.log.write_text(LOG)
    relay = Relay(postfix, [], [], choice=random.Random(1))
    asyncio.run(relay.run(1))
    ledger = relay.ledger
    assert (ledger.accepted, len(ledger.refused)) == (1, 1)
    assert ledger.deferred == {"451": 1, "connection lost": 1}
