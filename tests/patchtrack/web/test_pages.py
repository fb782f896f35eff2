"""What people find on the pages."""

import re
from html import escape, unescape

import pytest

from patchtrack.models import Message, Patch, Profile, Project, Series, SeriesAlias, State
from patchtrack.web.links import message_url
from patchtrack.web.views import projects
from tests.factories import DATE, ProjectFactory, deliver, make_diff, make_mail

PATCH = "/project/teapot/patch/1@example.org/"
COVER = "/project/teapot/cover/0@example.org/"


def read(client, url: str) -> str:
    """The page's text without its markup, blanks collapsed."""
    response = client.get(url)
    assert response.status_code == 200
    main = response.content.decode().partition("<main")[2]
    return " ".join(unescape(re.sub("<[^>]*>", " ", main)).split())


def get_row(client, url: str, name: str) -> str:
    """The text of the table row in which `name` stands."""
    page = client.get(url).content.decode().partition("</main>")[0]
    row = next(row for row in page.split("<tr") if name in row)
    return " ".join(
        unescape(re.sub("<[^>]*>", " ", row.partition(">")[2].partition("</tr")[0])).split()
    )


def test_the_front_page_lists_projects_with_their_open_series(client, series):
    assert get_row(client, "/", "Teapot").startswith("Teapot teapot@lists.example.org 1 0")


def test_the_front_page_without_projects_says_how_to_add_one(client, db):
    assert "manage.py addproject" in read(client, "/")


def test_many_projects_have_pages(client, project, monkeypatch):
    monkeypatch.setattr(projects, "PAGE_SIZE", 2)
    ProjectFactory(name="Cups", linkname="cups")
    ProjectFactory(name="Kettles", linkname="kettles")
    page = client.get("/").content.decode()
    [after] = re.findall(r'href="(\?q=&amp;older=[^"]+)"', page)
    assert "Teapot" not in page
    assert "Teapot" in read(client, "/" + unescape(after))


@pytest.mark.parametrize("said", ["KETT", "kettles@lists"])
def test_a_project_is_found_by_a_part_of_its_name_or_address(client, project, said):
    ProjectFactory(name="The kettles", linkname="kettles")
    page = read(client, f"/?q={said}")
    assert "The kettles" in page
    assert "Teapot" not in page


def test_a_project_that_is_not_there_is_not_found(client, project):
    assert "No project has “spoon” in its name" in read(client, "/?q=spoon")


def test_a_project_without_mail_has_its_pages(client, project):
    assert "none yet" in read(client, "/")
    assert "No series wait for review." in read(client, "/project/teapot/")
    assert "No patches wait for review." in read(client, "/project/teapot/list/")


@pytest.mark.parametrize("page", ["", "list/"])
@pytest.mark.parametrize("delegate", ["ghost", "me"])
def test_a_delegate_whom_nobody_is_called_has_an_empty_list(client, series, page, delegate):
    text = read(client, f"/project/teapot/{page}?delegate={delegate}&state=*&archive=both")
    assert f"delegate: {delegate}" in text
    assert "fit these filters" in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("state=*&archive=both", "No patches yet. They come by mail to teapot@lists.example.org"),
        ("q=x", "No patches fit these filters and wait for review. Remove a filter above, or"),
        ("q=x&state=*", "No patches fit these filters. Remove a filter above, or"),
    ],
)
def test_an_empty_list_says_what_to_do(client, project, query, said):
    assert said in read(client, f"/project/teapot/list/?{query}")


def test_the_series_list_tells_what_has_come(client, series):
    row = get_row(client, "/project/teapot/", "Part 0")
    assert re.fullmatch(r"Part 0 v2 2/3 Alice Spout · · 1 · · New 3 \d+ \w+", row)


def test_the_patch_list_tells_what_was_said(client, series):
    row = get_row(client, "/project/teapot/list/", "Part 1")
    assert re.fullmatch(r"\[v2,1/3\] Part 1 v2 2/3 Alice Spout · · 2 · · New 2 \d+ \w+", row)


def test_an_age_tells_its_exact_date(client, series):
    page = client.get("/project/teapot/list/").content.decode()
    assert '<time datetime="2026-01-05T09:00:00Z" title="Mon, 05 Jan 2026 09:00:00 UTC">' in page


def test_where_there_is_room_the_date_is_told_with_the_age(client, series):
    page = client.get(f"/series/{series.pk}/").content.decode()
    assert re.search(
        r'title="Mon, 05 Jan 2026 09:00:00 UTC">05 Jan 2026 09:00 UTC \(\d+ \w+ ago\)</time>', page
    )


def test_a_list_is_filtered_by_its_address(client, series):
    Patch.objects.filter(number=1).update(state=State.objects.get(slug="accepted"))
    assert "Part 1" not in read(client, "/project/teapot/list/")
    for query in ("state=*", "state=accepted", "state=3", "state=*&q=part+1", "state=*&series="):
        assert "Part 1" in read(client, f"/project/teapot/list/?{query}")


@pytest.mark.parametrize("page", ["", "list/"])
def test_a_list_is_narrowed_to_a_series_and_names_it(client, project, series, page):
    deliver(project, make_mail(subject="[PATCH] tea", message_id="9@x.org", diff=make_diff()))
    SeriesAlias.objects.create(id=4711, series=series)
    text = read(client, f"/project/teapot/{page}?state=*&series=4711")
    assert "series: Part 0" in text
    assert "tea" not in text.partition("series: Part 0")[2]


def test_a_long_list_has_pages_under_the_same_filter(client, project, monkeypatch):
    monkeypatch.setattr(Profile._meta.get_field("page_size"), "default", 2)
    deliver(project, *[make_mail(subject=f"[PATCH] n{n}", diff=make_diff()) for n in range(5)])
    url, seen = "/project/teapot/list/?q=n", []
    while url:
        page = client.get(url).content.decode()
        seen += re.findall(r"<bdi>(n\d)</bdi>", page)
        older = re.search(r'href="([^"]*)" rel="next"', page)
        url = "/project/teapot/list/" + unescape(older[1]) if older else ""
        assert not url or "q=n" in url
    assert sorted(seen) == ["n0", "n1", "n2", "n3", "n4"]


def test_a_series_shows_its_patches_its_gaps_and_its_cover(client, series):
    text = read(client, f"/series/{series.pk}/")
    assert "2 of 3 received" in text
    assert re.search(r"1 Part 1 .* 2 not received 3 Part 3 .* This is part 0\.", text)
    assert "Comment c." in text


def test_the_command_for_an_incomplete_series_says_what_it_lacks(client, project, series):
    url = f"/series/{series.pk}/"
    said, _, commands = read(client, url).partition(" b4 shazam ")
    assert said.endswith("without what was not received: patch 2.")
    assert f" curl -sf http://testserver{url}mbox/ | git am " in commands
    Series.objects.update(total=6)
    assert "not received: patch 2, patches 4–6." in read(client, url)
    Series.objects.update(complete=True)
    assert "not received" not in read(client, url)


def test_a_series_without_cover_has_a_page(client, project):
    deliver(project, make_mail(subject="[PATCH] Pour", diff=make_diff()))
    series = Patch.objects.get().series
    assert "Patches 1 received" in read(client, f"/series/{series.pk}/")


def test_a_series_leads_to_its_revisions(client, project, series):
    deliver(project, make_mail(subject="[PATCH v3] Part 0", diff=make_diff()))
    page = client.get(f"/series/{series.pk}/").content.decode()
    assert '<strong aria-current="page">v2</strong>' in page
    assert '" title="Part 0">v3</a>' in page


@pytest.mark.parametrize("page", ["patch/1@example.org", "cover/0@example.org"])
def test_a_mail_of_a_series_leads_to_the_comparison_of_its_versions(client, project, series, page):
    deliver(project, make_mail(subject="[PATCH v3] Part 0", diff=make_diff()))
    later = Series.objects.get(version=3)
    place = f'href="/series/{series.pk}/compare/{later.pk}/"'
    assert place in client.get(f"/project/teapot/{page}/").content.decode()


def test_the_old_id_of_a_merged_series_leads_to_it(client, series):
    SeriesAlias.objects.create(id=4711, series=series)
    assert client.get("/series/4711/").headers["Location"] == f"/series/{series.pk}/"


def test_a_patch_shows_message_diff_and_discussion(client, series):
    text = read(client, PATCH)
    for part in ("[v2,1/3] Part 1", "State New", "This is part 1.", "part1.c +1 −1", "+hot",
                 "2 comments", "Comment a.", "Comment b."):  # fmt: skip
        assert part in text


def test_a_patch_tells_how_many_files_it_does_not_show(client, project, monkeypatch):
    monkeypatch.setattr("patchtrack.web.diffs.MOST_FILES", 2)
    diff = "".join(make_diff(f"{name}.c") for name in "abcde")
    deliver(project, make_mail(message_id="1@example.org", diff=diff))
    text = read(client, PATCH)
    assert "5 files, +5 −5" in text
    assert "And 3 more files" in text


def test_an_answer_to_an_answer_is_indented(client, series):
    page = client.get(PATCH).content.decode()
    depths = re.findall(r'class="comment depth-(\d)" id="(\d+)"', page)
    ids = [Message.objects.get(message_id=f"{name}@example.org").pk for name in "ab"]
    assert depths == [("0", str(ids[0])), ("1", str(ids[1]))]


def test_a_patch_leads_to_its_neighbours(client, series):
    first = client.get(PATCH).content.decode()
    last = client.get("/project/teapot/patch/3@example.org/").content.decode()
    assert 'href="/project/teapot/patch/3@example.org/" rel="next"' in first
    assert f'href="{PATCH}" rel="prev"' in last


def test_a_patch_shows_its_headers_on_demand(client, series):
    assert "Message-ID: <1@example.org>" in read(client, PATCH)


def test_a_patch_links_to_the_lists_archive(client, series):
    Project.objects.update(list_archive_url_format="https://lore.example.org/{}/")
    assert 'href="https://lore.example.org/1@example.org/"' in client.get(PATCH).content.decode()


def test_a_cover_shows_message_and_discussion(client, series):
    text = read(client, COVER)
    assert "This is part 0." in text
    assert "Comment c." in text


def test_a_mail_too_large_for_a_page_is_not_read(client, series, monkeypatch):
    monkeypatch.setattr("patchtrack.services.stored.LARGEST_SHOWN", 100)
    assert "too large for a page" in read(client, PATCH)


def test_a_message_id_may_hold_anything(client, project):
    odd = "a/b?c#d%e&f'\"+;=é@example.org"
    deliver(project, make_mail(message_id=odd, diff=make_diff()))
    url = message_url("teapot", "patch", odd)
    assert "%2F" in url
    assert client.get(url).status_code == 200
    assert escape(url) in client.get("/project/teapot/list/").content.decode()


def test_a_patch_of_an_undated_mail_says_so(client, project):
    deliver(project, make_mail(message_id="1@example.org", date=None, diff=make_diff()))
    assert "the mail does not say" in read(client, PATCH)


@pytest.mark.parametrize(
    "url",
    [
        "/project/nowhere/",
        "/project/nowhere/list/",
        "/project/teapot/patch/nothing@example.org/",
        "/project/teapot/patch/%00/",
        "/project/teapot/cover/nothing@example.org/mbox/",
        "/project/teapot/mail/nothing@example.org/raw/",
        "/project/teapot/list/?older=x",
        "/series/4711/",
        "/series/99999999999999999999999/",
        "/series/" + "9" * 5000 + "/",
        "/patch/4711/",
        "/cover/99999999999999999999999/mbox/",
        "/comment/4711/",
    ],
)
def test_what_is_not_there_is_not_found(client, project, url):
    response = client.get(url)
    assert response.status_code == 404
    assert "Not found" in response.content.decode()


def test_a_message_of_another_project_is_not_found(client, series):
    Project.objects.create(linkname="other", name="Other", list_id="o", list_email="o@example.org")
    assert client.get(PATCH.replace("teapot", "other")).status_code == 404


def test_the_date_of_a_comment_is_told(client, series):
    assert DATE.strftime("%d %b %Y %H:%M UTC") in read(client, PATCH).partition("comments")[2]
