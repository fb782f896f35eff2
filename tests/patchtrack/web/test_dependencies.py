"""The page of a series tells what it needs and what needs it."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patchtrack.models import Patch, Project, Series, State
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail

EVIL = "<script>alert('1')</script>"


def read_fact(client, series: Series, name: str) -> str:
    """What stands behind a name at the top of the series' page, blanks collapsed."""
    page = client.get(f"/series/{series.pk}/").content.decode()
    fact = page.partition(f"<dt>{name}</dt>")[2].partition("</dd>")[0]
    return " ".join(unescape(re.sub("<[^>]*>", " ", fact)).split())


def make(name: str, *needs: str) -> bytes:
    lines = "".join(f"Depends-on: {one}\n" for one in needs)
    return make_mail(
        subject=f"[PATCH] {name}", message_id=f"{name}@example.org", body=lines, diff=make_diff()
    )


def get(name: str) -> Series:
    return Series.objects.get(name=name)


def test_both_sides_are_told(client, project, series):
    deliver(project, make("cup", "<0@example.org>"))
    assert read_fact(client, get("cup"), "Depends on") == "Part 0 v2 New"
    assert read_fact(client, series, "Needed by") == "cup New"
    assert read_fact(client, series, "Depends on") == ""


def test_states_and_new_versions_are_told(client, project, series):
    deliver(project, make("cup", "<1@example.org>"))
    Patch.objects.filter(number=3).update(state=State.objects.get(slug="accepted"))
    deliver(project, make_mail(subject="[PATCH v3] Part 0", diff=make_diff()))
    told = read_fact(client, get("cup"), "Depends on")
    assert told == "Part 0 v2 1 New, 1 Accepted newest version"


def test_another_project_is_named(client, project):
    deliver(ProjectFactory(linkname="sugar"), make("lump"))
    deliver(project, make("cup", "lump@example.org"))
    assert read_fact(client, get("cup"), "Depends on") == "lump in sugar, New"


@pytest.mark.parametrize(
    ("said", "archive", "name", "url"),
    [
        ("<x@x.org>", "", "x@x.org", ""),
        ("<x@x.org>", "https://lore.x.org/{}/", "x@x.org", "https://lore.x.org/x@x.org/"),
        ("http://a.x.org/x@x.org", "https://lore.x.org/{}/", "x@x.org", "http://a.x.org/x@x.org"),
        ("https://x.org/pull/3", "", "https://x.org/pull/3", "https://x.org/pull/3"),
        ("series-4711", "", "series 4711", ""),
        ("https://x.org/patch/7/", "", "patch 7 on x.org", "https://x.org/patch/7/"),
    ],
)
def test_what_is_missing_leads_to_where_it_may_be(client, project, said, archive, name, url):
    Project.objects.update(list_archive_url_format=archive)
    deliver(project, make("cup", said))
    page = client.get(f"/series/{get('cup').pk}/").content.decode()
    link = f'<a href="{url}" rel="noopener" class="message-id">{name}</a>'
    shown = link if url else f'<span class="message-id">{name}</span>'
    assert f'<li>{shown} <span class="incomplete">not received</span></li>' in page


@pytest.mark.parametrize(
    "said", [f"<{EVIL}@example.org>", f"https://example.org/{EVIL}", "javascript:alert(1)//@x.org"]
)
def test_what_is_hostile_is_harmless(client, project, said):
    deliver(project, make("cup", said))
    page = client.get(f"/series/{get('cup').pk}/").content.decode()
    assert EVIL not in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize("is_maintainer", [False, True])
def test_the_number_of_queries_stays_within_its_bound(client, project, series, is_maintainer):
    if is_maintainer:
        user = UserFactory()
        project.maintainers.add(user)
        client.force_login(user)
    numbers = []
    for number in range(1, 9):
        needs = [f"<{name}@example.org>" for name in ("0", "x", *map(str, range(90, 90 + number)))]
        mail = make_mail(
            subject="[PATCH v2 2/3] Part 2",
            in_reply_to="0@example.org",
            body="".join(f"Depends-on: {one}\n" for one in needs),
            diff=make_diff(),
        )
        deliver(project, mail, make(f"{90 + number}"), make(f"need{number}", "<3@example.org>"))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/series/{series.pk}/")
        numbers.append(len(queries))
    assert set(numbers) == {12 if is_maintainer else 8}
