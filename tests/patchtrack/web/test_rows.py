"""Rows of lists are written without templates, and escape what came by mail as these would."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.urls import set_script_prefix

from patchtrack.models import Kind, Message, Patch, Person, Series, State, Tag
from patchtrack.services.compare import Line, Sign
from patchtrack.services.listing import SeriesFacts
from patchtrack.services.search_found import Author, FoundMessage
from patchtrack.services.series import Slot
from patchtrack.services.todo import Home, Submitter, ToReview, Waiting
from patchtrack.services.versions import Sent
from patchtrack.web.ages import Clock
from patchtrack.web.comparison_rows import Place, ShownRow, render_lines
from patchtrack.web.rows import PatchRow, SeriesRow, SlotRow
from patchtrack.web.search_results import Result
from patchtrack.web.search_rows import render_result
from patchtrack.web.snippets import Marker, render_marked, render_snippet
from patchtrack.web.todo_rows import render_to_review

EVIL = "<b>\"'&"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOCK = Clock(now=NOON, zone=UTC)


def make_series(**said) -> Series:
    person = Person(pk=7, name=EVIL, address=f"{EVIL}@example.org")
    return Series(pk=5, name=EVIL, submitter=person, date=NOON, **said)


def render_series(series: Series, *, selects: bool = True) -> str:
    facts = SeriesFacts(states={EVIL: 1}, delegates=(EVIL,), check=None, decided=())
    row = SeriesRow(series=series, facts=facts, tags=())
    return row.render(CLOCK, "?from=a&b", selects=selects)


def make_patch() -> Patch:
    series = make_series()
    return Patch(
        message=Message(pk=9, message_id=EVIL, kind=Kind.PATCH, name=EVIL),
        name=EVIL,
        series=series,
        submitter=series.submitter,
        state=State(pk=1, name=EVIL),
        delegate=get_user_model()(pk=3, username=EVIL),
        date=NOON,
    )


def render_patch() -> str:
    return PatchRow(patch=make_patch(), tags=()).render(CLOCK, "teapot", "?from=a&b", selects=True)


def render_slot() -> str:
    slot = Slot(patch=make_patch(), first=1, last=1)
    return SlotRow(slot=slot, tags=()).render("teapot", submitter=8, selects=True)


def render_waiting() -> str:
    home, submitter = Home("teapot", EVIL), Submitter(EVIL, EVIL)
    patch = Waiting(9, EVIL, NOON, None, EVIL, Kind.PATCH, EVIL, home, submitter)
    return render_to_review(ToReview(patch, comments=1, decisions=1), CLOCK)


def render_found() -> str:
    marker = Marker(())
    home, author = Home(EVIL, EVIL), Author(9, EVIL, EVIL)
    result = Result(
        message=FoundMessage(9, NOON, Kind.PATCH, EVIL, EVIL, home, author, EVIL, None),
        place=EVIL,
        kind="patch",
        subject=render_marked(EVIL, 100, marker),
        snippet=render_snippet(EVIL, marker),
    )
    return render_result(result, CLOCK)


def render_comparison() -> str:
    place = Place(sent=Sent(9, 1, Kind.PATCH, EVIL, EVIL), number=1)
    line = render_lines([Line(sign="+", text=EVIL)])
    row = ShownRow(
        sign=Sign.CHANGED,
        word="changed",
        old=place,
        new=place,
        name=EVIL,
        former=EVIL,
        notes=(EVIL,),
        html=line,
        added=1,
        removed=0,
        folded=False,
    )
    return row.render("teapot").replace("<b>+</b>", "")


@pytest.mark.parametrize(
    "html",
    [
        render_series(make_series()),
        render_patch(),
        render_slot(),
        render_waiting(),
        render_found(),
        render_comparison(),
    ],
)
def test_nothing_that_came_by_mail_is_markup(html):
    assert "<b>" not in html
    assert "\"'" not in html
    assert "&b" not in html


def test_a_row_without_a_form_cannot_be_chosen():
    assert "checkbox" in render_series(make_series())
    assert "checkbox" not in render_series(make_series(), selects=False)


def test_what_is_read_out_of_a_long_name_is_cut():
    series = make_series()
    series.name = "x" * 81
    assert f'aria-label="Select {"x" * 79}…"' in render_series(series)


def test_a_gap_in_a_series_is_as_wide_as_a_patch():
    row = SlotRow(slot=Slot(patch=None, first=2, last=3), tags=[(Tag(), 0)])
    html = row.render("teapot", submitter=7, selects=False)
    assert "2–3</td>" in html
    assert 'colspan="6">not received' in html


def test_a_row_leads_to_its_page_wherever_the_server_has_us():
    set_script_prefix("/lists/")
    try:
        assert 'href="/lists/series/5/?from=a&amp;b"' in render_series(make_series())
    finally:
        set_script_prefix("/")
