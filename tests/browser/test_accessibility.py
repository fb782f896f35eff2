"""Everybody can use every page: WCAG 2.2 AA in light, in dark and on a phone, which no page
scrolls sideways."""

import re

import pytest
from django.urls import get_resolver, resolve

from patchtrack.web.views import site
from tests.browser.axe_core import COLOURS, SIZES, find_violations
from tests.browser.conftest import PHONE
from tests.browser.lists import find_boxes
from tests.browser.looks import FIND_SIDEWAYS, find_faults
from tests.browser.pages import NO_PAGES, PLACES, furnish

# What a page breaks, and the rule that is to find it.
BREAKS = {
    '<img src="/static/patchtrack/icon.svg">': "image-alt",
    '<input type="text">': "label",
    '<p class="top"><span class="plus">text</span></p>': "color-contrast",
    '<ul><li><a href="/1/">one</a></li><li><a href="/2/">two</a></li></ul>': "target-size",
}
# Where a rule is about colours, others look for it.
BREAKS_AGAIN = {"color-contrast": COLOURS}


@pytest.fixture
def open_place(visit, watch, sample, maintainer, request):
    """Opens a page of PLACES by its name, and does what is to be done there."""
    furniture = furnish(sample, maintainer)

    def open_place(name: str):
        place = PLACES[name]
        user = request.getfixturevalue(place.user) if place.user else None
        page = visit(place.path.format_map(furniture), user=user, status=place.status)
        place.act(page)
        told = [fault.partition(":")[0] for fault in watch.take_faults()]
        assert told == ([f"status {place.ends}"] if place.ends >= 400 else [])
        return page

    return open_place


@pytest.mark.parametrize("name", [name for name, place in PLACES.items() if place.act])
def test_a_page_to_which_something_leads_is_for_everybody(open_place, name):
    assert find_faults(open_place(name)) == []


@pytest.mark.parametrize("button", ["Menu", "Filter, sort…", "Change…"])
def test_a_sheet_on_a_phone_is_for_everybody(visit, maintainer, button):
    page = visit("/project/teapot/list/", user=maintainer, viewport=PHONE)
    if button == "Change…":
        find_boxes(page).first.check()
    page.get_by_role("button", name=button).click()
    assert [*find_violations(page), *page.evaluate(FIND_SIDEWAYS)] == []


def test_the_page_of_our_own_errors_is_for_everybody(visit, watch, db, monkeypatch):
    monkeypatch.setattr(site, "find_version", lambda: 1 / 0)
    page = visit("/about/", status=500)
    assert page.title() == "Error · Patchtrack"
    assert find_violations(page) == []


def test_what_scrolls_sideways_is_found(visit, db):
    page = visit("/", viewport=PHONE)
    assert page.evaluate(FIND_SIDEWAYS) == []
    page.evaluate("document.body.append('wide'.repeat(100))")
    assert page.evaluate(FIND_SIDEWAYS)[0] == "scrolls sideways"


def test_every_page_is_looked_at():
    """A page that urls.py has gained belongs in PLACES, and what is no page in NO_PAGES."""
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    paths = [re.sub(r"{\w+}", "1", place.path).partition("?")[0] for place in PLACES.values()]
    looked_at = {resolve(path).url_name for path in paths if path != "/nothing/"}
    assert names - looked_at - NO_PAGES == set()
    assert NO_PAGES & looked_at == NO_PAGES - names == set()


@pytest.mark.parametrize(("html", "rule"), BREAKS.items())
def test_what_breaks_a_rule_is_found(visit, db, html, rule):
    page = visit("/")
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", html)
    found, again = find_violations(page), find_violations(page, BREAKS_AGAIN.get(rule, SIZES))
    assert {violation.partition(":")[0] for violation in found} == {rule}
    assert found == again
