"""Asks axe-core what keeps people with disabilities from using a page."""

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parent / "axe/axe.min.js").read_text()
# WCAG 2.2 at level AA, which takes in all that came before it.
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (tags) => {
  const { violations } = await axe.run(document, {
    runOnly: { type: "tag", values: tags }, resultTypes: ["violations"],
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(
    (node) => `${id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
}"""


def find_violations(page: Page, tags: list[str] | None = None) -> list[str]:
    """What violates the rules with these tags, each place by the rule's id, its HTML and why."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    return page.evaluate(RUN, tags or STANDARD)
