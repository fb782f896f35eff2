"""The benchmark of the daemon tells what it measured, and fails when a mail is not stored."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from tests.factories import ProjectFactory, deliver, make_diff, make_mail
from tools.bench_clients import is_accepted, prepare_text, shorten
from tools.bench_figures import Figures, Pipe, Sample, choose_points, list_bars
from tools.bench_lmtp import count_missing, straighten
from tools.bench_machine import Memory

ROOT = Path(__file__).resolve().parent.parent.parent


def make_patch(name: str, diff: str = make_diff()) -> bytes:
    return make_mail(subject=f"[PATCH] {name}", message_id=f"{name}@example.org", diff=diff)


@pytest.fixture
def bench(tmp_path, child_environment):
    """Runs the benchmark on these mails."""
    if connection.vendor == "sqlite":
        pytest.skip("its bars are for PostgreSQL, and that is enough of so many processes")

    def run(mails, *arguments, **environment):
        archive = tmp_path / "list.mbox"
        separator = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"
        archive.write_bytes(b"".join(separator + mail + b"\n" for mail in mails))
        return subprocess.run(
            [sys.executable, ROOT / "tools/bench_lmtp.py", archive, "--workers=1", *arguments],
            env=child_environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_run_tells_what_it_measured(bench):
    mails = [make_patch(name) for name in ("one", "two", "three")]
    done = bench(mails, "--connections=2", "--repeat=2", "--shuffle=1", "--deliver=2")
    assert (done.returncode, done.stderr) == (0, "")
    told = dict(line.split("  ", 1) for line in done.stdout.splitlines())
    assert told["messages"].strip() == "6"
    assert told["outcomes"].strip() == "250 stored: 6"
    assert {"CPU, client", "CPU, event loop", "CPU, workers", "allocated, daemon"} <= set(told)
    assert "met     tools/deliver: no failure: 0 of 2" in done.stdout


def test_a_mail_that_the_pipe_cannot_store_makes_it_fail(bench):
    mails = [make_patch("small"), make_patch("large", diff="x" * 2000)]
    done = bench(mails, "--transport=deliver", PATCHTRACK_MAX_MESSAGE_BYTES="1500")
    assert done.returncode == 1
    assert "exit 0: 1" in done.stdout
    assert (
        "MISSED  every mail accepted and stored: 1 not accepted, 1 not in the data" in done.stdout
    )


def test_no_archive(bench, tmp_path):
    assert bench([]).returncode == 66


@pytest.mark.django_db
def test_a_mail_that_is_not_there_is_missing():
    deliver(ProjectFactory(), make_patch("one"))
    assert count_missing([make_patch("one"), make_patch("two")]) == 1


# What is sent and answered.


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"a\nb\n", b"a\r\nb\r\n.\r\n"),
        (b".a\n.\n", b"..a\r\n..\r\n.\r\n"),
    ],
)
def test_a_mail_as_it_is_sent(raw, text):
    assert prepare_text(raw) == text


@pytest.mark.parametrize("raw", [b"a\r\nb", b"a\nb\n"])
def test_a_mail_as_it_is_stored(raw):
    assert straighten(raw) == b"a\nb\n"


@pytest.mark.parametrize(
    ("reply", "answer", "accepted"),
    [
        (b"250 2.0.0 stored (c0ffee)", "250 stored", True),
        (b"451 4.3.0 not stored (c0ffee)", "451 4.3.0", False),
        (b"552 5.3.4 too large", "552 5.3.4", False),
    ],
)
def test_answers_of_one_kind_are_counted_together(reply, answer, accepted):
    assert (shorten(reply), is_accepted(answer)) == (answer, accepted)


# Bars.


PIPE = {
    "runs": 20,
    "failed": 0,
    "seconds": 0.03,
    "cpu": 0.02,
    "memory": 11_000_000,
    "empty_seconds": 0.015,
}


def make_figures(**changed) -> Figures:
    """A run that meets all bars."""
    points = choose_points(10_000)
    memory = Memory(allocated=50_000_000, peak=60_000_000)
    facts = {
        "messages": 10_000,
        "wall": 20.0,
        "seconds": [0.05] * 10_000,
        "answers": Counter({"250 stored": 10_000}),
        "cpu": {"client": 1.0},
        "samples": {point: Sample(loop=memory, workers=memory) for point in points},
        "pipe": Pipe(**PIPE),
    }
    return Figures(**facts | changed)


def find_missed(figures: Figures) -> list[str]:
    return [bar.wanted for bar in list_bars(figures) if not bar.is_met]


def test_a_run_that_meets_all_bars():
    assert find_missed(make_figures()) == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"wall": 34.0}, "at least 300 messages/s"),
        ({"seconds": [0.05] * 9890 + [1.0] * 110}, "p99 under 1000 ms"),
        ({"missing": 1}, "every mail accepted and stored"),
        ({"answers": Counter({"451 4.3.0": 1})}, "every mail accepted and stored"),
    ],
)
def test_a_missed_bar(changed, wanted):
    assert find_missed(make_figures(**changed)) == [wanted]


def test_memory_that_grows():
    figures = make_figures()
    grown = Memory(allocated=55_000_001, peak=60_000_000)
    figures.samples[10_000] = Sample(loop=figures.samples[0].loop, workers=grown)
    assert find_missed(figures) == ["workers: the last 5000 add less than 10%"]


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"failed": 1}, "no failure"),
        ({"seconds": 0.046, "empty_seconds": 0.02}, "at most 45 ms"),
        ({"memory": 15_100_000}, "at most 15 MB"),
        ({"empty_seconds": 0.009}, "at most 3 times `python3 -c pass`"),
    ],
)
def test_a_pipe_that_costs_too_much(changed, wanted):
    figures = make_figures(pipe=Pipe(**PIPE | changed))
    assert find_missed(figures) == [f"tools/deliver: {wanted}"]


def test_few_messages_tell_nothing_of_speed():
    assert find_missed(make_figures(messages=999, wall=999.0)) == []


def test_a_small_program_is_measured_as_small(tmp_path):
    (tmp_path / "mail").write_bytes(b"tea")
    program = [sys.executable, "-IS", ROOT / "tools/bench_runs.py"]
    words = [tmp_path / "mail", "--", "grep", "-q", "tea", "--", "grep", "-q", "coffee"]
    done = subprocess.run([*program, *words], capture_output=True, text=True, check=True)
    tea, coffee = (line.split() for line in done.stdout.splitlines())
    assert (tea[:2], coffee[:2]) == (["0", "0"], ["1", "1"])
    assert 0 < int(tea[4]) < 40_000
