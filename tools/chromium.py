"""The machine's Chromium, for the tests in a browser and the screenshots."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The first is the same browser without what draws windows, and takes half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
# Whatever a page or the browser itself wants of the world, it is not found: only this machine is.
OFFLINE = "MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1"


def find_obstacle() -> str:
    """Why no Chromium can be driven here, or nothing."""
    if not find_program():
        return "Chromium is not installed"
    if find_spec("playwright") is None:
        return "Playwright is not installed: requirements-dev.txt names it"
    return ""


def find_program() -> str:
    """The path of Chromium, or an empty string."""
    return next(filter(None, map(shutil.which, NAMES)), "")


@contextmanager
def running_chromium(hosts: str = "") -> Iterator["Browser"]:
    """A browser without a window; `hosts` are rules for names that lead to this machine.

    Playwright runs an event loop in this thread, in which Django would refuse to use the database.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        rules = "--host-resolver-rules=" + ", ".join(filter(None, (hosts, OFFLINE)))
        browser = playwright.chromium.launch(executable_path=find_program(), args=[rules])
        try:
            yield browser
        finally:
            browser.close()
