"""The page that compares two versions of a series."""

import re
from html import unescape

import pytest

from patchtrack.models import Series, SeriesAlias
from patchtrack.services.compare import Line
from patchtrack.web.comparison_rows import render_lines
from tests.factories import ProjectFactory, deliver, make_diff, make_mail

EVIL = "<script>alert('\"1\"')</script>"


def send(project, version: int, *parts: tuple[str, str], total: int = 0, cover: str = "") -> Series:
    """A series of patches that are told by their name and by the line that they add."""
    head = f"{0 if cover else 1}.v{version}@example.org"
    mails = [
        make_mail(
            subject=f"[PATCH v{version} {number}/{total or len(parts)}] {name}",
            message_id=f"{number}.v{version}@example.org",
            in_reply_to="" if f"{number}.v{version}@example.org" == head else head,
            body=f"{cover}\n" if number == 0 else "",
            diff=make_diff(f"{name[:1]}.c", new=word) if number else "",
        )
        for number, (name, word) in enumerate((("Tea", ""), *parts))
        if number or cover
    ]
    deliver(project, *mails)
    return Series.objects.get(version=version)


@pytest.fixture
def reroll(project) -> tuple[Series, Series]:
    """Three patches, of which the second version leaves one as it is, changes one, drops one
    and adds one."""
    old = send(project, 1, ("Boil", "hot"), ("Pour", "slow"), ("Drop", "it"), cover="First.")
    new = send(project, 2, ("Pour", "fast"), ("Boil", "hot"), ("Add", "it"), cover="Second.")
    return old, new


def url_of(old: Series, new: Series) -> str:
    return f"/series/{old.pk}/compare/{new.pk}/"


def get(client, old: Series, new: Series) -> str:
    response = client.get(url_of(old, new))
    assert response.status_code == 200
    return response.content.decode().partition("<main")[2]


def strip(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())


def read_rows(page: str) -> list[str]:
    """The text of the rows of the table, without the differences."""
    rows = re.findall(r'<tr class="row-[^>]*>(.*?)</tr>', page, re.DOTALL)
    return [strip(row) for row in rows]


def test_each_patch_has_its_signs_numbers_and_words(client, reroll):
    assert read_rows(get(client, *reroll)) == [
        "0 ! 0 Tea changed cover letter",
        "2 ! 1 Pour changed code",
        "1 = 2 Boil unchanged",
        "3 < - Drop dropped",
        "- > 3 Add new",
    ]


def test_the_page_counts_what_became_of_the_patches(client, reroll):
    assert "1 unchanged, 1 changed, 1 dropped, 1 new" in strip(get(client, *reroll))


def test_a_changed_patch_shows_the_difference_of_the_differences(client, reroll):
    page = get(client, *reroll)
    assert '<span class="section">@@ P.c</span>' in page
    assert '<span class="old add"><b>-</b>+slow</span>' in page
    assert '<span class="new add"><b>+</b>+fast</span>' in page
    assert '<span class="both del"><b> </b>-cold</span>' in page


def test_cover_letters_are_compared(client, reroll):
    page = get(client, *reroll)
    assert '<span class="old"><b>-</b>    First.</span>' in page
    assert '<span class="new"><b>+</b>    Second.</span>' in page


def test_both_patches_are_linked(client, reroll):
    page = get(client, *reroll)
    assert 'href="/project/teapot/patch/2.v1@example.org/" title="Old: Pour">2</a>' in page
    assert 'href="/project/teapot/patch/1.v2@example.org/" title="New: Pour">1</a>' in page


def test_another_name_is_told(client, project):
    old, new = send(project, 1, ("Pour", "slow")), send(project, 2, ("Pour it", "slow"))
    assert read_rows(get(client, old, new)) == ["1 ! 1 Pour it was: Pour changed name"]


def send_files(project, version: int, *patches: tuple[str, str]) -> Series:
    """A series of patches that are told by their name and by the files that they change."""
    mails = [
        make_mail(
            subject=f"[PATCH v{version} {number}/{len(patches)}] {name}",
            message_id=f"{number}.v{version}@example.org",
            in_reply_to=f"1.v{version}@example.org" if number > 1 else "",
            diff="".join(make_diff(f"{letter}.c") for letter in files),
        )
        for number, (name, files) in enumerate(patches, start=1)
    ]
    deliver(project, *mails)
    return Series.objects.get(version=version)


def test_what_was_split_and_squashed_is_told_on_both_sides(client, project):
    one = send_files(project, 1, ("Serve", "abc"))
    two = send_files(project, 2, ("Serve", "ab"), ("Sweeten", "c"))
    assert read_rows(get(client, one, two)) == [
        "1 ! 1 Serve changed code parts of it in new 2",
        "- > 2 Sweeten new split from old 1",
    ]
    assert read_rows(get(client, two, one)) == [
        "1 ! 1 Serve changed code with old 2",
        "2 < - Sweeten dropped squashed into new 1",
    ]


def test_what_may_not_have_come_is_not_said_to_be_dropped_or_new(client, project):
    part, whole = send(project, 1, ("Pour", "it"), total=2), send(project, 2, ("Boil", "hot"))
    assert read_rows(get(client, whole, part)) == [
        "1 < - Boil dropped or not received",
        "- > 1 Pour new",
    ]
    assert read_rows(get(client, part, whole))[1] == "- > 1 Boil new or not received"


def test_a_large_mail_is_not_compared(client, reroll, monkeypatch):
    monkeypatch.setattr("patchtrack.services.versions.MOST_BYTES", 0)
    assert "2 ? 1 Pour too large to compare" in read_rows(get(client, *reroll))


def test_long_differences_do_not_fill_the_page(client, reroll, monkeypatch):
    monkeypatch.setattr("patchtrack.web.comparisons.MOST_CHARACTERS", 100)
    page = get(client, *reroll)
    assert "too long for this page" in page
    assert "<pre" not in page


def test_short_differences_are_open_and_long_ones_folded(client, reroll, monkeypatch):
    assert get(client, *reroll).count("<details open>") == 2
    monkeypatch.setattr("patchtrack.web.comparisons._LONG", 1)
    assert get(client, *reroll).count("<details>") == 2


def test_other_pairs_of_versions_are_offered(client, project, reroll):
    old, new = reroll
    newest = send(project, 3, ("Pour", "fast"), cover="Third.")
    page = get(client, old, new)
    for pair in ((old, newest), (newest, new), (new, new)):
        assert f'href="{url_of(*pair)}"' in page
    assert f'compare/{new.pk}/" title="5 Jan 2026: Tea" aria-current="true">v1</a>' in page


def test_a_series_leads_to_its_comparisons_the_older_version_first(client, reroll):
    old, new = reroll
    for series in reroll:
        page = client.get(f"/series/{series.pk}/").content.decode()
        assert page.count("/compare/") == 1
        assert f'href="{url_of(old, new)}"' in page


def test_series_that_have_nothing_in_common_are_compared(client, project):
    one = send(project, 1, ("Boil", "hot"))
    deliver(project, make_mail(subject="[PATCH] Mow the lawn", diff=make_diff("lawn.c", "", "x")))
    other = Series.objects.exclude(pk=one.pk).get()
    assert read_rows(get(client, one, other)) == ["1 < - Boil dropped", "- > 1 Mow the lawn new"]


def test_a_series_is_the_same_as_itself(client, reroll):
    assert {row.split()[1] for row in read_rows(get(client, reroll[0], reroll[0]))} == {"="}


def test_the_old_id_of_a_merged_series_leads_to_it(client, reroll):
    old, new = reroll
    SeriesAlias.objects.create(id=4711, series=new)
    response = client.get(f"/series/{old.pk}/compare/4711/")
    assert response.headers["Location"] == url_of(old, new)


def test_series_of_two_projects_are_not_compared(client, reroll):
    other = ProjectFactory()
    deliver(other, make_mail(subject="[PATCH] Elsewhere", diff=make_diff()))
    series = Series.objects.get(project=other)
    assert client.get(url_of(reroll[0], series)).status_code == 404


@pytest.mark.parametrize("end", ["4711", "0", "9" * 30, "x", "-1"])
def test_what_is_not_there_is_not_found(client, reroll, end):
    assert client.get(f"/series/{reroll[0].pk}/compare/{end}/").status_code == 404
    assert client.get(f"/series/{end}/compare/{reroll[0].pk}/").status_code == 404


def test_the_page_takes_a_fixed_number_of_queries(
    client, project, reroll, django_assert_num_queries
):
    url = url_of(*reroll)
    with django_assert_num_queries(4):
        client.get(url)
    for version in range(3, 8):
        send(project, version, *[(f"Part {n}", "it") for n in range(version)], cover="More.")
    series = Series.objects.get(version=7)
    with django_assert_num_queries(4):
        assert client.get(url_of(reroll[0], series)).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_page_takes_nothing(client, reroll, method):
    url = url_of(*reroll)
    assert getattr(client, method)(url).status_code == 405


def test_no_markup_of_a_mail_is_markup_of_the_page(client, project):
    sent = [
        make_mail(
            subject=f"[PATCH v{version} 1/1] {EVIL}{version}",
            sender=f'"{EVIL}{version}" <x@example.org>',
            body=f"{EVIL}{version}\n",
            diff=make_diff(EVIL, new=f"{EVIL}{version}"),
        )
        for version in (1, 2)
    ]
    deliver(project, *sent)
    html = get(client, *Series.objects.order_by("version"))
    assert "changed" in html
    assert "<script" not in html.lower()
    assert not re.search(r"<[^>]*\son\w+=|style=", html)


def test_a_line_tells_its_side_and_what_it_does():
    lines = [
        ("@", "a.c"),
        (" ", " ## a.c ##"),
        ("-", "@@"),
        ("+", "-x"),
        ("+", "-<y>"),
        (" ", " z"),
    ]
    assert render_lines([Line(sign=sign, text=text) for sign, text in lines]) == (
        '<span class="section">@@ a.c</span>'
        '<span class="both title"><b> </b> ## a.c ##</span>'
        '<span class="old hunk"><b>-</b>@@</span>'
        '<span class="new del"><b>+</b>-x\n<b>+</b>-&lt;y&gt;</span>'
        '<span class="both"><b> </b> z</span>'
    )
