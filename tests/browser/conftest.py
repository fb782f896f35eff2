"""The site, and people who look at it with Chromium.

def test_it(visit, sample):
    page = visit("/project/teapot/")
    page.get_by_role("link", name="docs").click()

At the end of each test, a fault that no one has taken from `watch` fails it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from patchtrack.models import Project
from tests.browser.watch import Watch
from tests.factories import UserFactory
from tests.required import require
from tools.chromium import find_obstacle, running_chromium

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
# Of two cores that other tests are busy on.
PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    """The site on a port of its own; it ends with the module, lest its thread outlive the tests
    that know of it."""
    server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def live_server(server) -> LiveServer:
    """The site for one test, with whose end all rows go: pytest-django knows it by this name."""
    return server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; it ends with the module, for other modules' tests have event loops themselves."""
    require("chromium", find_obstacle())
    with pytest.MonkeyPatch.context() as patch, running_chromium() as running:
        # Playwright's event loop runs in this thread, but never while a test does.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield running


@pytest.fixture
def watch(live_server) -> Watch:
    """What the pages of this test did that they should not."""
    return Watch(live_server.url)


@pytest.fixture
def visit(browser, live_server, watch) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site: visit("/", user=jane, viewport=PHONE, color_scheme="dark").

    Each call is another person's browser, of whoever is logged in as `user`, or nobody; `status`
    is the one that the page must have, the other arguments are Playwright's for a new context.
    """
    with ExitStack() as stack:

        def visit(
            path: str, *, user: AbstractBaseUser | None = None, status: int = 200, **kind
        ) -> Page:
            page = open_window(browser, live_server.url, watch, user, **kind)
            stack.enter_context(page.context)
            go_to(page, watch, path, status)
            return page

        yield visit
        watch.check()


def open_window(
    browser: Browser, url: str, watch: Watch, user: AbstractBaseUser | None, **kind
) -> Page:
    """A window of a browser of its own, with nothing in it yet."""
    context = browser.new_context(**({"base_url": url, "viewport": DESKTOP} | kind))
    context.set_default_timeout(PATIENCE_MS)
    watch.look_at(context)
    if user is not None:
        log_in(context, user, url)
    return context.new_page()


def go_to(page: Page, watch: Watch, path: str, status: int) -> None:
    """Open a page, which must have this status."""
    answer = page.goto(path)
    assert answer.status == status
    if status >= 400:
        assert watch.take_faults() == [f"status {status}: {path}"]


def log_in(context: BrowserContext, user: AbstractBaseUser, url: str) -> None:
    """Gives the browser the cookie of a session in which `user` is logged in."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def java_script_enabled(request) -> bool:
    """For what must work in both ways."""
    return request.param


@pytest.fixture
def sample(transactional_db) -> Project:
    """The project `teapot` of the sample mails."""
    return load_sample()


@pytest.fixture
def maintainer(sample) -> AbstractBaseUser:
    return make_maintainer(sample)


@pytest.fixture
def stranger(transactional_db) -> AbstractBaseUser:
    return make_stranger()


@pytest.fixture
def admin_user(transactional_db) -> AbstractBaseUser:
    return make_admin()


def load_sample() -> Project:
    call_command("loadsample", verbosity=0)
    return Project.objects.get(linkname="teapot")


def make_maintainer(project: Project) -> AbstractBaseUser:
    user = UserFactory(username="greta")
    project.maintainers.add(user)
    return user


def make_stranger() -> AbstractBaseUser:
    return UserFactory(username="bo")


def make_admin() -> AbstractBaseUser:
    return UserFactory(username="admin", is_staff=True, is_superuser=True)
