"""Asks axe-core what keeps people with disabilities from using a page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parent / "axe/axe.min.js").read_text()
# WCAG 2.2 at level AA, which takes in all that came before it.
_STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_ABOUT_COLOURS = ["color-contrast", "link-in-text-block"]
# The rules to ask for: all, those that another palette can break, and those that another size can.
ALL = {"runOnly": {"type": "tag", "values": _STANDARD}}
COLOURS = {"runOnly": {"type": "rule", "values": _ABOUT_COLOURS}}
SIZES = ALL | {"rules": {rule: {"enabled": False} for rule in _ABOUT_COLOURS}}
_RUN = """async (rules) => {
  const { violations } = await axe.run(document, { ...rules, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(
    (node) => `${id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
}"""


def find_violations(page: Page, rules: Mapping[str, Any] = ALL) -> list[str]:
    """What violates the rules, each place by the rule's id, its HTML and why."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    return page.evaluate(_RUN, rules)
