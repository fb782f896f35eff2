"""From patch to patch in the list that one came from, over its pages, without a script."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.utils.html import escape

from patchtrack.models import Check, Patch, State
from patchtrack.web.ordering import COLUMNS, OF_TAG
from tests.factories import DATE, ProjectFactory, UserFactory, deliver, make_diff, make_mail

LIST = "/project/pots/list/"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def five(module_db) -> None:
    """Five patches of one date, the odd ones accepted and checked."""
    project = ProjectFactory(linkname="pots")
    for number in range(5):
        message_id = f"{number}@example.org"
        deliver(
            project,
            make_mail(
                subject=f"[PATCH] Pot {number}",
                date=DATE,
                message_id=message_id,
                diff=make_diff(),
            ),
        )
    accepted = State.objects.get(slug="accepted")
    odd = Patch.objects.filter(name__regex="[13]$")
    odd.update(state=accepted, check_state=Check.Result.FAIL, delegate=UserFactory())


def get(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def patch_url(number: int, query: str | None = None, project: str = "pots") -> str:
    origin = "" if query is None else "?" + urlencode({"from": query})
    return f"/project/{project}/patch/{number}@example.org/{origin}"


def find_link(page: str, rel: str) -> str:
    """Where the link of this kind leads, or an empty text."""
    found = re.search(rf'<a href="([^"]*)" rel="{rel}"', page)
    return found.group(1).replace("&amp;", "&") if found else ""


def walk(client, url: str, rel: str) -> list[str]:
    """The numbers of the patches from page to page."""
    numbers = []
    while url:
        numbers += re.findall(r"patch/(\d)@", url)
        url = find_link(get(client, url), rel)
    return numbers


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("column", [*COLUMNS["patches"], f"{OF_TAG}Acked-by"])
def test_neighbours_are_those_of_the_list_in_every_order(client, column, sign):
    query = {"state": "*", "order": f"{sign}{column}"}
    rows = re.findall(
        r'class="name"><a hx-boost="false" href="([^"]*)"',
        get(client, f"{LIST}?{urlencode(query)}"),
    )
    assert len(rows) == 5
    shown = list(map(unescape, rows))
    pages = [get(client, url) for url in shown]
    assert [find_link(page, "x-list-next") for page in pages] == [*shown[1:], ""]
    assert [find_link(page, "x-list-prev") for page in pages] == ["", *shown[:-1]]


def test_the_filter_of_the_list_decides_who_is_a_neighbour(client):
    assert walk(client, patch_url(4, ""), "x-list-next") == ["4", "2", "0"]
    assert walk(client, patch_url(3, "state=accepted"), "x-list-next") == ["3", "1"]


def test_a_patch_that_left_the_list_still_leads_on(client):
    assert walk(client, patch_url(3, ""), "x-list-next") == ["3", "2", "0"]


def test_a_patch_leads_back_to_the_page_that_one_came_from(client):
    query = "state=accepted&order=name&older=1.pot"
    back = find_link(get(client, patch_url(3, query)), "x-list")
    assert back == f"{LIST}?{query}"


@pytest.mark.parametrize(
    "said", ["https://evil.example/", "//evil.example", "x=1&next=//evil.example", "\0", "&" * 3000,
             "older=%22%3E&order=-tag.%00", "state=%FF", "%"]
)  # fmt: skip
def test_nothing_that_is_said_leads_elsewhere(client, said):
    page = get(client, patch_url(3, said))
    back = find_link(page, "x-list")
    assert back.split("?")[0] == LIST
    assert "evil" not in back
    nav = page.partition('aria-label="The list that you came from">')[2].partition("</nav>")[0]
    assert all(url.startswith("/project/pots/") for url in re.findall('href="([^"]*)"', nav))


def test_a_list_that_nothing_fits_has_no_neighbours(client):
    page = get(client, patch_url(3, "delegate=ghost&state=*"))
    assert find_link(page, "x-list") == f"{LIST}?state=%2A&delegate=ghost"
    assert "in the list" not in page


def test_without_a_list_there_are_no_neighbours_in_it(client):
    assert "x-list" not in get(client, patch_url(3))


def test_the_views_and_the_series_keep_the_list(client, series):
    page = get(client, patch_url(1, "state=*", "teapot"))
    assert escape("?view=split&from=state%3D%2A") in page
    split = get(client, patch_url(1, "", "teapot") + "&view=split")
    assert find_link(split, "x-list-prev") == (
        "/project/teapot/patch/3@example.org/?view=split&from="
    )
    assert (
        f'href="/project/teapot/patch/3@example.org/{escape("?from=state%3D%2A")}" rel="next"'
        in page
    )


def test_a_series_leads_back_to_the_list_that_one_came_from(client, series):
    page = get(client, "/project/teapot/?order=-name&q=part&state=*")
    [query] = set(re.findall(rf'href="/series/{series.pk}/([^"]*)"', page))
    assert find_link(get(client, f"/series/{series.pk}/{unescape(query)}"), "x-list") == (
        "/project/teapot/?q=part&state=%2A&order=-name"
    )


@pytest.mark.parametrize(
    "said", ["", "https://evil.example/", "older=1.1&state=%FF", "\0", "order=x"]
)
def test_a_series_leads_to_no_other_place(client, series, said):
    page = get(client, f"/series/{series.pk}/?{urlencode({'from': said})}")
    assert find_link(page, "x-list").split("?")[0] == "/project/teapot/"
    assert "evil" not in find_link(page, "x-list")


def test_a_series_that_one_came_to_from_elsewhere_leads_to_the_list_of_all(client, series):
    assert find_link(get(client, f"/series/{series.pk}/"), "up") == "/project/teapot/"


def test_search_engines_are_told_one_address_of_a_patch(client):
    canonical = f'<link rel="canonical" href="{patch_url(3)}">'
    assert canonical in get(client, patch_url(3, "state=*"))
