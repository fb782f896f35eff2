"""Looks at a page as people do: in light, in dark, on a phone and on a tablet."""

from playwright.sync_api import Page

from tests.browser.axe_core import ALL, COLOURS, SIZES, find_violations
from tests.browser.conftest import DESKTOP, PHONE

LOOKS = {
    "light": (DESKTOP, "light", ALL),
    "dark": (DESKTOP, "dark", COLOURS),
    "phone": (PHONE, "light", SIZES),
}
TABLETS = ({"width": 768, "height": 1024}, {"width": 1024, "height": 768})
# What is wider than the window, if the page can be scrolled sideways; all of it is told.
FIND_SIDEWAYS = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll("body *")].filter(
    (element) => element.getBoundingClientRect().right > clientWidth + 1);
  return ["scrolls sideways", ...wide.map((element) => element.cloneNode().outerHTML)];
}"""


def find_faults(page: Page) -> list[str]:
    """What keeps somebody from using a page, and what makes it scroll sideways."""
    found = []
    # One page for all looks: opening it takes longer than looking at it.
    for look, (viewport, scheme, rules) in LOOKS.items():
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        faults = [*find_violations(page, rules), *page.evaluate(FIND_SIDEWAYS)]
        found += [f"{look}: {fault}" for fault in faults]
    for viewport in TABLETS:
        page.set_viewport_size(viewport)
        found += [f"tablet: {fault}" for fault in page.evaluate(FIND_SIDEWAYS)]
    return found
