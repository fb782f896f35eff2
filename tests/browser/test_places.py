"""Everybody can use every page that shows what there is: WCAG 2.2 AA in light, in dark and on a
phone, which no page scrolls sideways.

Nothing is done on these pages, so that the site is furnished once, and each user has one window.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from tests.browser.conftest import (
    go_to,
    load_sample,
    make_admin,
    make_maintainer,
    make_stranger,
    open_window,
)
from tests.browser.looks import find_faults
from tests.browser.pages import PLACES, furnish
from tests.browser.watch import Watch

# Else pytest-django would make no database.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def open_place(
    browser, server, django_db_setup, django_db_blocker
) -> Iterator[Callable[[str], Page]]:
    """Opens a page of PLACES by its name."""
    with django_db_blocker.unblock(), ExitStack() as stack:
        project = load_sample()
        users = {"maintainer": make_maintainer(project), "": None}
        users |= {"stranger": make_stranger(), "admin_user": make_admin()}
        furniture = furnish(project, users["maintainer"])
        watch, windows = Watch(server.url), {}
        for name, user in users.items():
            windows[name] = open_window(browser, server.url, watch, user)
            stack.enter_context(windows[name].context)

        def open_place(name: str) -> Page:
            place = PLACES[name]
            page = windows[place.user]
            go_to(page, watch, place.path.format_map(furniture), place.status)
            watch.check()
            return page

        yield open_place
        call_command("flush", verbosity=0, interactive=False)


@pytest.mark.parametrize("name", [name for name, place in PLACES.items() if not place.act])
def test_a_page_is_for_everybody(open_place, name):
    assert find_faults(open_place(name)) == []
