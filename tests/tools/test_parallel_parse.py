"""tools/parallel_parse.py finds no difference where there is none, and finds it where there is."""

import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.factories import DATE, make_diff, make_mail
from tools.parallel_parse import (
    STOPPING,
    Difference,
    derive_deliveries,
    find_differences,
    main,
)

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE = [f"{name} <{name.lower()}@example.org>" for name in ("Ann", "Bo", "Cleo", "Dora")]


def make_series(name, *, sender, total, minute, version="", cover=True):
    """A series threaded to its cover or first patch, each patch with an answer to it and an
    answer to the answer, and these come first."""
    heads = range(0 if cover else 1, total + 1)
    first = f"{name}-{heads[0]}@example.org"
    mails = []
    for number in heads:
        own = f"{name}-{number}@example.org"
        mails.append(
            make_mail(
                subject=f"[PATCH{version} {number}/{total}] {name}: step {number}",
                sender=sender,
                message_id=own,
                in_reply_to="" if own == first else first,
                date=DATE + timedelta(minutes=minute, seconds=number),
                diff=make_diff(f"{name}{number}.c") if number else "",
            )
        )
        mails += make_answers(own, minute + number)
    return mails[::-1]


def make_answers(patch, minute):
    date = DATE + timedelta(hours=1, minutes=minute)
    answer = f"answer.{patch}"
    return [
        make_mail(
            subject="Re: it",
            sender=PEOPLE[2],
            message_id=answer,
            in_reply_to=patch,
            date=date,
            body="Acked-by: Cleo <cleo@example.org>\n",
        ),
        make_mail(
            subject="Re: it",
            sender=PEOPLE[3],
            message_id=f"thanks.{patch}",
            in_reply_to=answer,
            date=date + timedelta(seconds=1),
        ),
    ]


def make_copies():
    """Two mails under one message-id: the second one was received first."""
    return [
        make_mail(
            subject=f"[PATCH] copy {hour}",
            sender=PEOPLE[hour],
            message_id="twice@example.org",
            diff=make_diff(),
            headers={"Received": f"from a by b; Mon, 5 Jan 2026 0{hour}:00:00 +0000"},
        )
        for hour in (3, 2)
    ]


def make_crowds(count):
    """First an answer to each of some patches, which makes its thread; then each patch between
    two more answers, so that of two parsers that keep step one has a patch and the other one
    an answer to it."""
    patches = [f"crowd-{number}@example.org" for number in range(count)]
    mails = [make_answers(patch, 0)[0] for patch in patches]
    for patch in patches:
        mails += [
            make_mail(subject="Re: before", message_id=f"before.{patch}", in_reply_to=patch),
            make_mail(subject="[PATCH] x", message_id=patch, diff=make_diff()),
            make_mail(subject="Re: after", message_id=f"after.{patch}", in_reply_to=patch),
        ]
    return mails


@pytest.fixture
def write_archive(tmp_path):
    def write(mails):
        path = tmp_path / "list.mbox"
        separator = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"
        path.write_bytes(b"".join(separator + mail + b"\n" for mail in mails))
        return path

    return write


@dataclass
class Done:
    """A process that has ended."""

    pid: int
    status: int
    stdout: str
    stderr: str


def start_tool(*arguments):
    command = [sys.executable, ROOT / "tools/parallel_parse.py", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run_tool(*arguments):
    process = start_tool(*arguments)
    stdout, stderr = process.communicate()
    return Done(process.pid, process.returncode, stdout, stderr)


def find_leftovers(database_url, pid):
    """Scratch databases that a process has left beside the test database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"%scratch_{pid}_%"]
            )
            return cursor.fetchall()
    return list(Path(database_url.removeprefix("sqlite:///")).parent.glob("*scratch*"))


def test_all_runs_are_equal(write_archive, database_url):
    archive = write_archive(
        [
            *make_series("tea", sender=PEOPLE[0], total=3, minute=0),
            *make_series("cake", sender=PEOPLE[0], total=3, minute=8, cover=False),
            *make_series("cake2", sender=PEOPLE[0], total=2, minute=90, version=" v2"),
            *make_copies(),
            *make_crowds(2),
        ]
    )
    done = run_tool(
        archive, "--database", database_url, "--workers=2", "--orders=2", "--duplicates=0.2"
    )
    assert (done.status, done.stderr) == (0, "")
    assert "All runs are equal." in done.stdout
    assert find_leftovers(database_url, done.pid) == []


def test_without_its_protection_answers_are_lost(write_archive, database_url):
    gap = "lock" if connection.vendor == "postgresql" else "transaction"
    done = run_tool(
        write_archive(make_crowds(3)),
        *("--database", database_url, "--workers=2", "--orders=1", "--duplicates=0"),
        *("--without", gap),
    )
    assert done.status == 1
    assert '"kind": "other"' in done.stdout


def test_nothing_is_left_behind_when_it_is_stopped(write_archive, database_url):
    archive = write_archive(make_crowds(3))
    process = start_tool(archive, "--database", database_url, "--workers=2")
    assert process.stdout.readline().startswith("run")
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert find_leftovers(database_url, process.pid) == []


@pytest.mark.parametrize("number", STOPPING)
def test_each_of_these_signals_stops_it(monkeypatch, signals, number):
    monkeypatch.setattr(sys, "argv", ["parallel_parse.py", "list.mbox"])
    monkeypatch.setattr("tools.parallel_parse.run_all", lambda _: signal.raise_signal(number))
    assert main() == 128 + number


def test_every_mail_is_delivered_and_a_share_of_them_twice():
    deliveries = Counter(derive_deliveries(random.Random(1), 100, 0.1, workers=8))
    assert Counter(deliveries.values()) == {1: 90, 2: 10}


def test_the_second_delivery_follows_the_first_closely():
    deliveries = derive_deliveries(random.Random(1), 100, 1.0, workers=2)
    first = {mail: deliveries.index(mail) for mail in deliveries}
    assert all(place - first[mail] <= 8 for place, mail in enumerate(deliveries))


def test_what_is_missing_is_a_difference():
    assert find_differences({"a": "1", "b": "2"}, {"b": "2", "c": "3"}) == [
        Difference(subject="a", expected="1", found=None),
        Difference(subject="c", expected=None, found="3"),
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--workers=0"],
        ["--duplicates=2"],
        ["--database=mysql://example.org/x"],
        ["--database=postgresql://example.org/x", "--without=transaction"],
        ["--without=lock"],
    ],
)
def test_wrong_usage(write_archive, arguments):
    assert run_tool(write_archive(make_copies()), *arguments).status == 2


def test_an_archive_that_is_not_there(tmp_path):
    done = run_tool(tmp_path / "nothing.mbox")
    assert (done.status, "nothing.mbox" in done.stderr) == (66, True)
