"""The page of the search."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patchtrack.models import Message, State
from patchtrack.services import searching
from patchtrack.services.search_hits import Found, Hit
from patchtrack.services.search_index import record_search_texts
from patchtrack.web.views import search as view
from tests.factories import DATE, ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.patchtrack.web.test_pages import get_row, read
from tests.patchtrack.web.test_queries import add_more


@pytest.fixture
def found(series):
    """The mails of `series`, in the index."""
    record_search_texts()


def read_links(client, url: str) -> list[str]:
    page = client.get(url).content.decode().partition("<main")[2].partition("</main>")[0]
    return [unescape(link) for link in re.findall(r'<a [^>]*href="([^"]*)"', page)]


def test_without_a_query_it_tells_how_to_ask(client, db):
    text = read(client, "/search/")
    for example in ("kett*", "s:pour", "dfn:src/kettle.c", "kind:patch"):
        assert example in text


@pytest.mark.usefixtures("found")
def test_a_row_tells_what_was_found(client):
    row = get_row(client, "/search/?q=s:part+kind:patch", "3/3")
    assert re.fullmatch(
        r"\[PATCH v2 3/3\] Part 3 This is part 3\. --- patch Teapot Alice Spout New \d+ \w+", row
    )


@pytest.mark.usefixtures("found")
def test_hits_are_marked_in_subject_and_text(client):
    page = client.get("/search/?q=part+kind:cover").content.decode()
    assert "<bdi>[PATCH v2 0/3] <mark>Part</mark> 0</bdi>" in page
    assert "This is <mark>part</mark> 0." in page


@pytest.mark.usefixtures("found")
def test_each_kind_leads_to_its_page(client):
    on_patch, on_cover = (
        Message.objects.get(message_id=f"{name}@example.org").pk for name in ("a", "c")
    )
    links = read_links(client, "/search/?q=m:1@example.org")
    assert "/project/teapot/patch/1@example.org/" in links
    links = read_links(client, "/search/?q=comment+-b")
    assert f"/project/teapot/patch/1@example.org/#{on_patch}" in links
    assert f"/project/teapot/cover/0@example.org/#{on_cover}" in links


def test_other_mail_leads_to_itself(client, project):
    deliver(project, make_mail(subject="Hello", message_id="x@example.org"))
    record_search_texts()
    links = read_links(client, "/search/?q=hello")
    assert "/project/teapot/mail/x@example.org/" in links
    assert client.get("/project/teapot/mail/x@example.org/").status_code == 200


@pytest.mark.usefixtures("found")
def test_a_patch_tells_its_state(client, series):
    series.patches.update(state=State.objects.get(slug="accepted"))
    assert "Accepted" in get_row(client, "/search/?q=m:1@example.org", "1/3")


@pytest.mark.usefixtures("found")
def test_people_of_that_name_are_found(client):
    assert "People: Alice Spout" in read(client, "/search/?q=alice")


def test_it_leads_to_narrower_searches(client, project):
    deliver(project, make_mail(diff=make_diff()))
    deliver(ProjectFactory(linkname="cup", name="Cups"), make_mail(diff=make_diff()))
    record_search_texts()
    assert "2 mails Only patches , cover letters , comments In Cups , Teapot" in read(
        client, "/search/?q=pour"
    )
    links = read_links(client, "/search/?q=pour")
    assert "?q=pour+project%3Acup" in links
    assert "?q=pour+kind%3Apatch" in links
    assert "1 mail project: cup ×" in read(client, "/search/?q=pour+project%3Acup")


@pytest.mark.usefixtures("found")
def test_a_chip_takes_its_part_away(client):
    links = read_links(client, "/search/?q=part+kind:patch+d:2026-01-01..+-project:x")
    assert links[:3] == [
        "?q=part+d%3A2026-01-01..+-project%3Ax",
        "?q=part+kind%3Apatch+-project%3Ax",
        "?q=part+kind%3Apatch+d%3A2026-01-01..",
    ]


def test_a_long_answer_has_pages(client, project, monkeypatch):
    monkeypatch.setattr(view, "PAGE_SIZE", 2)
    mails = (
        make_mail(subject=f"[PATCH] n{n} tea", date=DATE + timedelta(hours=n), diff=make_diff())
        for n in range(5)
    )
    deliver(project, *mails)
    record_search_texts()
    seen = []
    url = "/search/?q=tea"
    while url:
        last, page = url, client.get(url).content.decode()
        seen.append(re.findall(r"\[PATCH\] (n\d)", page))
        older = re.search(r'href="([^"]*)" rel="next"', page)
        url = "/search/" + unescape(older[1]) if older else ""
    assert seen == [["n4", "n3"], ["n2", "n1"], ["n0"]]
    newer = re.search(r'href="([^"]*)" rel="prev"', client.get(last).content.decode())
    page = client.get("/search/" + unescape(newer[1])).content.decode()
    assert re.findall(r"\[PATCH\] (n\d)", page) == ["n2", "n1"]
    assert 'rel="prev"' in page
    assert 'rel="next"' in page


def test_what_is_on_one_page_is_counted(client, project, monkeypatch):
    deliver(project, *(make_mail(body=f"tea {number}\n") for number in range(2)))
    record_search_texts()
    assert "2 mails" in read(client, "/search/?q=tea")
    monkeypatch.setattr(view, "PAGE_SIZE", 1)
    assert "2 mails" not in read(client, "/search/?q=tea")


def test_what_was_not_looked_through_is_told_and_can_be(client, db, monkeypatch):
    end = Hit(message=0, date=DATE)
    monkeypatch.setattr(view, "find_hits", lambda *_: Found(hits=[], end=end))
    assert "as far as 05 Jan 2026" in read(client, "/search/?q=tea")
    [older] = [link for link in read_links(client, "/search/?q=tea") if "older=" in link]
    monkeypatch.undo()
    assert "No mail has all of this" in read(client, f"/search/{older}")


def test_mail_that_waits_is_told(client, project):
    deliver(project, make_mail())
    assert "1 mail cannot be found yet." in read(client, "/search/?q=pour")
    record_search_texts()
    assert "cannot be found yet" not in read(client, "/search/?q=pour")


@pytest.mark.parametrize(
    "query",
    ["%00", "%27", "%22", "*", "-", "NEAR(", "s:", "d:..", "%5C", "a" * 5000, "%F0%9F%AB%96", "("],
)
@pytest.mark.usefixtures("found")
def test_nonsense_is_no_error(client, query):
    assert client.get(f"/search/?q={query}").status_code == 200


@pytest.mark.parametrize("key", ["x", "1", "1.", "1.9999999999999999999", "é.1"])
def test_a_place_that_is_none_is_not_found(client, db, key):
    assert client.get(f"/search/?q=tea&older={key}").status_code == 404


def test_the_farthest_places_are_places(client, db):
    for value in ("-62135596800000000", "253402300799999999", "0"):
        for way in ("older", "newer"):
            page = client.get(f"/search/?q=tea&{way}=999999999999999999.{value}")
            assert page.status_code == 200


def test_a_mail_too_large_for_a_page_has_no_snippet(client, project, monkeypatch):
    deliver(project, make_mail(body="the tea\n"))
    record_search_texts()
    monkeypatch.setattr("patchtrack.web.search_results.LARGEST_COMMENT", 10)
    assert "the tea" not in read(client, "/search/?q=tea").partition("Age")[2]
    assert searching.count_waiting() == 0


PAGES = (
    "/search/",
    "/search/?q=part",
    "/search/?q=part+project:teapot+kind:patch",
    "/search/?q=part&older=1.1800000000000000",
)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("found")
def test_a_page_takes_as_few_queries_whatever_there_is(client, project, page):
    client.force_login(UserFactory())
    numbers = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        numbers.append(len(queries))
        add_more(project)
        record_search_texts()
    assert numbers[0] == numbers[1] <= 12


@pytest.mark.usefixtures("found")
def test_the_page_only_reads(client):
    with CaptureQueriesContext(connection) as queries:
        for page in PAGES:
            client.get(page)
    said = {query["sql"].split()[0] for query in queries}
    assert said <= {"SELECT", "SET", "SAVEPOINT", "RELEASE"}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_page_takes_nothing(client, db, method):
    assert getattr(client, method)("/search/?q=tea").status_code == 405


@pytest.mark.usefixtures("found")
def test_every_page_but_this_has_a_field_for_it(client):
    field = '<form class="find" action="/search/"'
    for page in ("/", "/project/teapot/", "/about/"):
        assert field in client.get(page).content.decode()
    assert field not in client.get("/search/").content.decode()
