"""An import tells how it gets on: a bar on a terminal, a line now and then without one."""

import io

import pytest
from django.core.management.base import OutputWrapper

from ingest.management import progress
from ingest.management.progress import Progress, format_bar, format_duration


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_without_a_terminal_a_line_now_and_then(clock):
    out = io.StringIO()
    shown = Progress(OutputWrapper(out), "tea.mbox", 1000)
    for clock[0], messages, units in ((101, 10, 100), (110, 100, 400), (111, 110, 500)):
        shown.report(messages, units)
    shown.close()
    bar = "[##########              ]  40%"
    assert out.getvalue() == f"tea.mbox: 100 messages, 10/s  {bar}, 0:18 left\n"


def test_on_a_terminal_a_bar_that_stays_in_its_line(clock):
    out = Terminal()
    shown = Progress(OutputWrapper(out), "tea.mbox", 1000)
    for clock[0], messages, units in ((101, 10, 250), (102, 20, 500)):
        shown.report(messages, units)
    shown.close()
    first, second, cleared = out.getvalue().split("\r\x1b[K")[1:]
    assert first == "tea.mbox: 10 messages, 10/s  [######                  ]  25%"
    assert second == "tea.mbox: 20 messages, 10/s  [############            ]  50%, 0:02 left"
    assert cleared == ""


def test_the_time_left_of_an_import_that_goes_on_counts_from_where_it_began(clock):
    out = Terminal()
    shown = Progress(OutputWrapper(out), "tea.mbox", 1000)
    for clock[0], messages, units in ((101, 10, 900), (102, 20, 950)):
        shown.report(messages, units)
    assert out.getvalue().endswith("95%, 0:01 left")


def test_of_a_pipe_only_the_count_is_known(clock):
    out = Terminal()
    shown = Progress(OutputWrapper(out), "-", None)
    clock[0] = 102
    shown.report(10, 100)
    assert out.getvalue().endswith("-: 10 messages, 5/s")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (61, "1:01"), (3600, "1:00:00"), (90061, "25:01:01")]
)
def test_durations(seconds, text):
    assert format_duration(seconds) == text


def test_a_bar_is_never_longer_than_whole():
    assert format_bar(1.5) == format_bar(1) == f"[{'#' * 24}] 100%"
