"""Lists: pages, order, and what they are narrowed to."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patchtrack.models import Check, Patch, Person, Project, State
from tests.factories import DATE, ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.patchtrack.api.shared import project

# A fixture.
__all__ = ["project"]

pytestmark = pytest.mark.django_db

URL = "/api/patches/"


@pytest.fixture(scope="module")
def patches(project) -> list[Patch]:
    """Patches "a 1" to "e 5", each a day after the one before."""
    for number, letter in enumerate("abcde", start=1):
        mail = make_mail(
            subject=f"[PATCH] {letter} {number}",
            diff=make_diff(f"{letter}.c"),
            date=DATE + timedelta(days=number),
            message_id=f"{letter}/1@example.org",
        )
        deliver(project, mail)
    return list(Patch.objects.order_by("pk"))


def change(patch: Patch, **values: object) -> None:
    Patch.objects.filter(pk=patch.pk).update(**values)


def names(client, **parameters) -> str:
    """The first letters of the patches in the answer."""
    answer = client.get(URL, parameters)
    assert answer.status_code == 200
    return "".join(row["name"][0] for row in answer.json())


def links(answer) -> dict[str, str]:
    entries = [entry.split("; ") for entry in answer.headers["Link"].split(", ")]
    return {name[5:-1]: url[1:-1].removeprefix("http://testserver") for url, name in entries}


def test_a_list_is_a_bare_array_by_id(client, patches):
    assert [row["id"] for row in client.get(URL).json()] == [patch.pk for patch in patches]


def test_the_records_of_an_answer_do_not_stay(client, patches):
    """They would until the garbage collector comes, with those of many other answers."""
    assert client.get(URL).data is None


def test_a_page_links_to_the_others(client, patches):
    answer = client.get(URL, {"per_page": 2, "page": 2, "order": "name"})
    assert links(answer) == {
        "next": f"{URL}?order=name&page=3&per_page=2",
        "prev": f"{URL}?order=name&per_page=2",
        "first": f"{URL}?order=name&per_page=2",
        "last": f"{URL}?order=name&page=3&per_page=2",
    }


def test_the_next_page_is_linked_first_and_in_quotes(client, patches):
    """pwclient and NIPA read nothing else."""
    link = client.get(URL, {"per_page": 2}).headers["Link"]
    assert link.split(", ")[0] == f'<http://testserver{URL}?page=2&per_page=2>; rel="next"'


def test_the_link_header_is_written_so(client, patches):
    """pwclient looks for it in this case and no other."""
    assert "Link" in dict(client.get(URL).items())


def test_no_comma_of_a_filter_stands_in_the_links(client, patches):
    """pwclient splits the header at commas."""
    link = client.get(URL, {"per_page": 2, "order": "name,date"}).headers["Link"]
    assert link.count(",") == link.count(", ") == 2


def test_a_list_of_one_page_links_to_itself(client, patches):
    assert list(links(client.get(URL))) == ["first", "last"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"page": "last", "per_page": "2"}, "e"),
        ({"page": "2", "per_page": "2"}, "cd"),
        ({"per_page": "0"}, "abcde"),
        ({"per_page": "-1"}, "abcde"),
        ({"per_page": "x"}, "abcde"),
        ({"per_page": "9" * 5000}, "abcde"),
    ],
)
def test_pages_and_their_sizes(client, patches, parameters, expected):
    assert names(client, **parameters) == expected


def test_a_page_has_at_most_250(client, patches, monkeypatch):
    monkeypatch.setattr("patchtrack.api.paging.LARGEST_SIZE", 3)
    assert names(client, per_page=4) == "abc"


@pytest.fixture
def long(monkeypatch) -> None:
    """Any list of more than three rows is too long to be counted."""
    monkeypatch.setattr("patchtrack.api.paging.MOST_COUNTED", 3)
    monkeypatch.setattr("patchtrack.api.views.base.MOST_COUNTED", 3)


def test_a_list_that_is_too_long_does_not_link_to_its_end(client, patches, long):
    answer = client.get(URL, {"per_page": 2, "page": 2})
    assert list(links(answer)) == ["next", "prev", "first"]
    assert list(links(client.get(URL, {"per_page": 2, "page": 3}))) == ["prev", "first"]


def test_the_end_of_a_long_list_is_found_when_it_is_asked_for(client, patches, long):
    answer = client.get(URL, {"per_page": 2, "page": "last"})
    assert [row["name"] for row in answer.json()] == ["e 5"]
    assert links(answer)["last"] == f"{URL}?page=3&per_page=2"


@pytest.mark.parametrize("asked", [{"q": "a"}, {"check": "none"}])
def test_what_takes_long_to_find_is_counted_less_far(client, patches, monkeypatch, asked):
    monkeypatch.setattr("patchtrack.api.views.base.MOST_FOUND", 0)
    few = client.get("/api/1.4/patches/", {"check": "none"})
    many = client.get(URL, asked)
    assert ("last" in links(few), "last" in links(many)) == (True, False)


@pytest.fixture
def costly(monkeypatch) -> None:
    """Any list of more than three rows is too long to be counted that takes long to find."""
    monkeypatch.setattr("patchtrack.api.views.base.MOST_FOUND", 3)


def test_what_takes_long_to_find_is_looked_for_once(client, patches, costly):
    with CaptureQueriesContext(connection) as queries:
        assert names(client, check="none", per_page=2) == "ab"
    assert len([query for query in queries if '"check_state" IS NULL' in query["sql"]]) == 1


@pytest.mark.parametrize(("page", "expected"), [("2", "cd"), ("3", "e"), ("last", "e")])
def test_pages_of_what_takes_long_to_find(client, patches, costly, page, expected):
    assert names(client, check="none", per_page=2, page=page) == expected


@pytest.mark.parametrize("page", ["4", "9" * 15, "9" * 16])
def test_a_long_list_ends(client, patches, long, page):
    answer = client.get(URL, {"page": page, "per_page": 250})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "", "9" * 5000, "1.5", "²"])
def test_there_are_no_other_pages(client, patches, page):
    answer = client.get(URL, {"page": page})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


def test_an_empty_list_has_one_page(client):
    ProjectFactory(linkname="empty")
    answer = client.get(URL, {"project": "empty"})
    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("-name", "edcba"),
        ("-date", "edcba"),
        ("state,-id", "edcba"),
        ("bogus", "abcde"),
        ("bogus,-id", "edcba"),
        ("", "abcde"),
        ("-project", "edcba"),
    ],
)
def test_the_order(client, patches, order, expected):
    assert names(client, order=order) == expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"project": "teapot"}, "abcde"),
        ({"project": "TEAPOT"}, "abcde"),
        ({"project": "Teapot list"}, ""),
        ({"project": "The pot of tea"}, "abcde"),
        ({"project": ""}, ""),
        ({"project": ["teapot", "nothing"]}, ""),
        ({"project": ["teapot", "other"]}, "abcde"),
        ({"submitter": "Alice@Example.org"}, "abcde"),
        ({"submitter": "bob@example.org"}, ""),
        ({"submitter": ""}, ""),
        ({"delegate": "Jane"}, "b"),
        ({"delegate": ["jane", "joe"]}, "bd"),
        ({"delegate": "nobody"}, ""),
        ({"archived": "true"}, "c"),
        ({"archived": "False"}, "abde"),
        ({"archived": "True"}, "c"),
        ({"archived": "junk"}, "abcde"),
        ({"since": "2026-01-09T09:00:00"}, "de"),
        ({"since": "2026-01-09 09:00:00.000000"}, "de"),
        ({"since": "2026-01-10"}, "e"),
        ({"since": "2026-01-09T09:00:00Z"}, "de"),
        ({"since": "2026-01-09T10:00:00+01:00"}, "de"),
        ({"before": "2026-01-07T09:00:00"}, "a"),
        ({"before": "yesterday"}, ""),
        ({"since": "0001-01-01T00:00:00+14:00"}, ""),
        ({"msgid": "b/1@example.org"}, "b"),
        ({"msgid": "<b/1@example.org>"}, "b"),
        ({"msgid": "B/1@example.org"}, ""),
        ({"hash": "0" * 40}, ""),
        ({"q": "A"}, "a"),
        ({"q": "1 a"}, "a"),
        ({"q": '"a 1"'}, "a"),
        ({"q": '"1 a"'}, ""),
        ({"q": ""}, "abcde"),
        ({"bogus": "x"}, "abcde"),
        ({"submitter": "9" * 30}, ""),
        ({"project": "x\0"}, ""),
    ],
)
def test_what_a_list_is_narrowed_to(client, project, patches, parameters, expected):
    Project.objects.filter(pk=project.pk).update(name="The pot of tea")
    ProjectFactory(linkname="other")
    change(patches[1], delegate=UserFactory(username="jane"))
    change(patches[3], delegate=UserFactory(username="joe"))
    change(patches[2], archived=True)
    assert names(client, **parameters) == expected


@pytest.mark.parametrize(
    "asked",
    [
        "patches/?since=",
        "patches/?before=",
        "patches/?hash=",
        "patches/?msgid=",
        "patches/?since=&before=&order=-date",
        "patches/?since=%20&since=2000-01-01&since=",
        "patches/?received_since=&received_before=",
        "patches/?received_since=%20&received_before=%20",
        "patches/?received_since=2000-01-01&received_since=",
        "series/?since=",
        "events/?actor=&per_page=5",
        "patches/{patch}/checks/?context=&state=",
    ],
)
def test_an_empty_value_asks_for_nothing(client, patches, asked):
    """As with Patchwork, but for what is to be chosen of its projects, people and states."""
    Check.objects.bulk_create(Check(patch=patches[0], user=UserFactory()) for _ in patches)
    answer = client.get(f"/api/{asked.format(patch=patches[0].pk)}")
    assert (answer.status_code, len(answer.json())) == (200, len(patches))


@pytest.mark.parametrize(("order", "expected"), [("id", "bcd"), ("-id", "dcb"), ("", "bcd")])
def test_what_is_between_dates_is_in_order(client, patches, order, expected):
    between = {"since": "2026-01-07", "before": "2026-01-10"}
    assert names(client, order=order, **between) == expected


def test_ids_are_names_too(client, project, patches):
    user = UserFactory()
    Patch.objects.filter(pk=patches[4].pk).update(delegate=user)
    assert names(client, project=project.pk, delegate=user.pk) == "e"
    assert names(client, submitter=Person.objects.get().pk) == "abcde"
    assert names(client, series=patches[0].series_id) == "a"
    assert names(client, series=[patches[0].series_id, 4711]) == ""


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["accepted"], "a"),
        (["2"], "b"),
        (["Under Review"], "b"),
        (["under-review"], "b"),
        (["under_review"], "b"),
        (["accepted", "under-review"], "ab"),
        (["new"], "cde"),
        (["accepted", "13", "queued", "needs_ack"], "a"),
        (["queued"], ""),
        ([""], ""),
    ],
)
def test_states_by_id_slug_and_name_with_unknown_ones_passed_over(
    client, patches, wanted, expected
):
    """Bots send the states of every site that they know."""
    for index, slug in enumerate(("accepted", "under-review")):
        state = State.objects.get(slug=slug)
        Patch.objects.filter(pk=patches[index].pk).update(state=state)
        wanted = [str(state.pk) if (word, slug) == ("2", "under-review") else word
                  for word in wanted]  # fmt: skip
    assert names(client, state=wanted) == expected


def test_a_nul_in_what_is_sought_is_refused(client, patches):
    answer = client.get(URL, {"q": "a\0"})
    assert (answer.status_code, answer.json()) == (400, ["Null characters are not allowed."])


@pytest.mark.parametrize("resource", "patches series covers projects people".split())
def test_so_many_words_are_sought_and_no_more(client, maintainer, resource):
    client.force_login(maintainer)
    words = [f"w{number}" for number in range(51)]
    answer = client.get(f"/api/{resource}/", {"q": " ".join(words[:50] * 30)})
    assert (answer.status_code, answer.json()) == (200, [])
    answer = client.get(f"/api/{resource}/", {"q": " ".join(words)})
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": ["q takes at most 50 words and phrases."]},
    )


@pytest.mark.parametrize("path", ["/api/patches", "/api/1.2/patches", "/api/1.2/series"])
def test_without_the_final_slash_the_query_is_kept(client, db, path):
    """b4, snowpatch and vscode-patchwork leave it out."""
    answer = client.get(f"{path}?state=new&state=rfc&q=a+b")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{path}/?state=new&state=rfc&q=a+b"


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_write_without_the_final_slash_is_led_there_too(client, db, settings, method, debug):
    settings.DEBUG = debug
    answer = getattr(client, method)("/api/bundles")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/api/bundles/")


def test_a_list_differs_by_who_asks_and_for_what(client, db):
    assert client.get(URL).headers["Vary"] == "Accept, Cookie"


@pytest.mark.parametrize(
    ("accept", "status"),
    [("*/*", 200), ("application/json", 200), ("text/plain", 406), ("image/png", 406)],
)
def test_answers_are_json(client, db, accept, status):
    assert client.get(URL, headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing/",
        "/api/patches/abc/",
        "/api/patches/1/x/",
        "/api/patches/9999999999999999999/",
    ],
)
def test_what_is_no_address_is_not_found(client, db, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("patches/4711/", "Patch"),
        ("patches/4711/checks/", "Patch"),
        ("patches/4711/comments/", "Patch"),
        ("covers/4711/", "Cover"),
        ("covers/4711/comments/", "Cover"),
        ("series/4711/", "Series"),
        ("bundles/4711/", "Bundle"),
        ("projects/4711/", "Project"),
        ("projects/nothing/", "Project"),
        ("patches/{patch}/checks/1/", "Check"),
        ("patches/{patch}/comments/4711/", "PatchComment"),
        (f"patches/{'9' * 18}/", "Patch"),
    ],
)
def test_what_is_not_there_is_said(client, patches, path, name):
    answer = client.get(f"/api/{path.format(patch=patches[0].pk)}")
    assert answer.status_code == 404
    assert answer.json() == {"detail": f"No {name} matches the given query."}
