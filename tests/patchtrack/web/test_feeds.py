"""Feeds are Atom that any reader takes, whatever came by mail."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from patchtrack.models import Person, SeriesAlias
from patchtrack.web.feeds import Entry, Feed, clean_xml, format_feed
from tests.factories import DATE, deliver, make_diff, make_mail

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = Feed(title="Tea", page="https://example.org/", own="https://example.org/feed/")
EVIL = "<script>alert('\"1\"')</script>&\x00\x0b\x1b\ud800\ufffe"


def read(client, url: str) -> ET.Element:
    response = client.get(url)
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return parse(response.content)


def parse(document: bytes) -> ET.Element:
    """The feed, which has what RFC 4287 asks of each feed and entry (4.1.1 and 4.1.2)."""
    feed = ET.fromstring(document)
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        assert [len(element.findall(ATOM + name)) for name in ("id", "title", "updated")] == [1] * 3
        assert element.findtext(f"{ATOM}author/{ATOM}name")
        assert element.findtext(f"{ATOM}id").startswith("http")
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    return feed


def titles(feed: ET.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]


def links(feed: ET.Element) -> list[str]:
    return [entry.find(f"{ATOM}link").get("href") for entry in feed.findall(f"{ATOM}entry")]


def test_a_projects_feed_has_its_series_with_their_cover_letters(client, series):
    feed = read(client, "/project/teapot/feed/")
    assert titles(feed) == ["Part 0 (v2)"]
    assert links(feed) == [f"http://testserver/series/{series.pk}/"]
    assert "This is part 0." in feed.findtext(f"{ATOM}entry/{ATOM}summary")


def test_a_projects_feed_begins_with_the_newest(client, project):
    for day in (2, 1, 3):
        date = DATE + timedelta(days=day)
        deliver(project, make_mail(subject=f"[PATCH] Day {day}", date=date, diff=make_diff()))
    assert titles(read(client, "/project/teapot/feed/")) == ["Day 3", "Day 2", "Day 1"]


def test_a_series_feed_has_patches_cover_and_comments(client, series):
    feed = read(client, f"/series/{series.pk}/feed/")
    assert len(titles(feed)) == 6
    assert "http://testserver/project/teapot/patch/1@example.org/" in links(feed)
    assert sum("#" in link for link in links(feed)) == 3
    assert "Comment a." in ET.tostring(feed, encoding="unicode")


def test_the_feed_of_a_series_that_was_merged_has_moved(client, series):
    SeriesAlias.objects.create(id=4711, series=series)
    moved = client.get("/series/4711/feed/")
    assert moved.headers["Location"] == f"/series/{series.pk}/feed/"


def test_a_persons_feed_has_their_patches_without_their_address(client, series):
    alice = Person.objects.get(address="alice@example.org")
    response = client.get(f"/person/{alice.pk}/feed/")
    assert titles(parse(response.content)) == ["[v2,3/3] Part 3", "[v2,1/3] Part 1"]
    assert b"alice@example.org" not in response.content


def test_a_reader_that_has_the_newest_is_told_so(client, series):
    etag = client.get("/project/teapot/feed/").headers["ETag"]
    again = client.get("/project/teapot/feed/", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_project_without_mail_has_a_feed(client, project):
    assert titles(read(client, "/project/teapot/feed/")) == []


@pytest.mark.parametrize(
    "url", ["/project/nowhere/feed/", "/series/4711/feed/", "/person/4711/feed/"]
)
def test_what_is_not_there_has_no_feed(client, project, url):
    assert client.get(url).status_code == 404


def test_hostile_text_is_text():
    entry = Entry(title=EVIL, url="https://example.org/1", author=EVIL, date=DATE, text=EVIL)
    feed = parse(format_feed(FEED, [entry]))
    assert titles(feed) == [clean_xml(EVIL)]
    summary = feed.find(f"{ATOM}entry/{ATOM}summary")
    assert summary.get("type") == "html"
    assert "<script" not in summary.text


def test_what_xml_cannot_hold_is_replaced():
    assert clean_xml("a\x00\x08\x0b\x1f\ud800\ufffe\uffffb") == "a" + "�" * 7 + "b"
    assert clean_xml("a\t\n\r é 中 \U0001f375") == "a\t\n\r é 中 \U0001f375"


def test_a_nameless_entry_has_a_title_and_an_author():
    entry = Entry(title="", url="https://example.org/1", author="", date=DATE, text="")
    assert titles(parse(format_feed(FEED, [entry]))) == ["(no name)"]


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("/project/teapot/", "/project/teapot/feed/"),
        ("/project/teapot/list/", "/project/teapot/feed/"),
        ("/series/{series.pk}/", "/series/{series.pk}/feed/"),
        ("/person/{series.submitter_id}/", "/person/{series.submitter_id}/feed/"),
    ],
)
def test_readers_find_the_feed_of_a_page(client, series, page, feed):
    head = client.get(page.format(series=series)).content.decode().partition("</head>")[0]
    assert f'href="{feed.format(series=series)}"' in head
    assert 'rel="alternate" type="application/atom+xml"' in head
