"""Rows of lists are written without templates, and escape what came by mail as these would."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.urls import set_script_prefix

from patchtrack.models import Kind, Message, Patch, Person, Series, State
from patchtrack.services.listing import SeriesFacts
from patchtrack.web.ages import Clock
from patchtrack.web.rows import PatchRow, SeriesRow

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


def render_patch() -> str:
    series = make_series()
    patch = Patch(
        message=Message(pk=9, message_id=EVIL, kind=Kind.PATCH),
        name=EVIL,
        series=series,
        submitter=series.submitter,
        state=State(pk=1, name=EVIL),
        delegate=get_user_model()(pk=3, username=EVIL),
        date=NOON,
    )
    return PatchRow(patch=patch, tags=()).render(CLOCK, "teapot", "?from=a&b", selects=True)


@pytest.mark.parametrize("html", [render_series(make_series()), render_patch()])
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


def test_a_row_leads_to_its_page_wherever_the_server_has_us():
    set_script_prefix("/lists/")
    try:
        assert 'href="/lists/series/5/?from=a&amp;b"' in render_series(make_series())
    finally:
        set_script_prefix("/")
