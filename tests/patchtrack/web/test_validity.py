"""Every template can be read, and every page is HTML without faults that browsers mend."""

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import get_template

import patchtrack
from patchtrack.models import Project
from tests.browser.pages import PLACES, furnish
from tests.factories import UserFactory

pytestmark = pytest.mark.any_database

TEMPLATES = Path(patchtrack.__file__).parent / "templates"
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
# What closes a paragraph that is open: HTML's section 13.2.6.4.7.
NOT_IN_P = frozenset(
    """
    address article aside blockquote details dialog dl fieldset footer form h1 h2 h3 h4 header hr
    main nav ol p pre section table ul
    """.split()
)
# Whose children are what.
CHILDREN = {
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd", "div"},
    "table": {"caption", "colgroup", "thead", "tbody"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
    "select": {"option", "optgroup"},
}
# What holds no other of its kind.
ALONE = frozenset("a button form label".split())


class Checker(HTMLParser):
    """Notes what is wrong with the structure of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.feed(html)
        self.close()
        self.faults += [f"left open: {tag}" for tag in self.open]
        self.faults += [f"id {one} again" for one, number in self.ids.items() if number > 1]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        where = f"line {self.getpos()[0]}: <{tag}>"
        parent = self.open[-1] if self.open else ""
        if tag not in CHILDREN.get(parent, {tag}) or (tag in ALONE and tag in self.open):
            self.faults.append(f"{where} in {' '.join(self.open)}")
        if "p" in self.open and tag in NOT_IN_P:
            self.faults.append(f"{where} in a paragraph")
        names = [name for name, _ in attributes]
        if len(set(names)) < len(names):
            self.faults.append(f"{where} has an attribute twice")
        self.ids.update(value or "" for name, value in attributes if name == "id")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.faults.append(f"line {self.getpos()[0]}: </{tag}> in {' '.join(self.open)}")


@pytest.mark.parametrize(
    "html",
    [
        "<p>one",
        "<p><ul></ul></p>",
        "<ul><a></a></ul>",
        "<b><i></b></i>",
        '<a href="/" href="/">x</a>',
        '<a id="x"></a><b id="x"></b>',
        "<form><div><form></form></div></form>",
    ],
)
def test_faults_are_found(html):
    assert Checker(html).faults


def test_every_template_can_be_read():
    for path in TEMPLATES.rglob("*.*"):
        assert get_template(str(path.relative_to(TEMPLATES)))


def test_every_page_is_valid(client, db, admin_user):
    call_command("loadsample", verbosity=0)
    project, users = Project.objects.get(), {"maintainer": UserFactory(), "admin_user": admin_user}
    project.maintainers.add(users["maintainer"])
    furniture = furnish(project, users["maintainer"])
    users["stranger"] = UserFactory()
    found = []
    for name, place in PLACES.items():
        client.logout()
        if place.user:
            client.force_login(users[place.user])
        html = client.get(place.path.format_map(furniture)).content.decode()
        found += [f"{name}: {fault}" for fault in Checker(html).faults]
    assert not found, "\n".join(found)
