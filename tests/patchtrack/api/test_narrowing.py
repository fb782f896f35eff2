"""Patches by what they touch, by what was said about them, and by the text of their mails."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patchtrack.models import Patch
from patchtrack.services.search_index import record_search_texts
from tests.factories import ProjectFactory, deliver, make_diff, make_mail
from tests.patchtrack.conftest import add_teapot

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def patches(module_db) -> None:
    """Four patches, of which "d" is another project's; "b" was reviewed and tested, and failed."""
    project = add_teapot()
    deliver(
        project,
        make_mail(subject="[PATCH net] a", diff=make_diff("src/tea/pot.c"), body="Boil it.\n"),
        make_mail(
            subject="[PATCH RFC net-next] b", diff=make_diff("src/tea.c"), message_id="b@x",
            body="Stir slowly.\n\nReviewed-by: A <a@x.org>\nTested-by: A <a@x.org>\n",
        ),
        make_mail(subject="[PATCH v2] c", diff=make_diff("doc/tea.txt"), body="A spout leaks.\n"),
        make_mail(subject="Re: [PATCH] b", in_reply_to="b@x", body="It leaks.\n"),
    )  # fmt: skip
    deliver(
        ProjectFactory(linkname="kettle"),
        make_mail(subject="[PATCH] d", diff=make_diff("d.c"), body="The spout leaks.\n"),
    )
    record_search_texts()
    Patch.objects.filter(name__endswith="b").update(check_state=3)


def names(client, **parameters) -> str:
    """The last letters of the patches in the answer, sorted."""
    answer = client.get("/api/patches/", parameters)
    assert answer.status_code == 200
    return "".join(sorted(row["name"][-1] for row in answer.json()))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"path": "src"}, "ab"),
        ({"path": "/src/tea/"}, "a"),
        ({"path": "src/te"}, ""),
        ({"path": ["src/tea.c", "doc"]}, "bc"),
        ({"path": "/"}, ""),
        ({"trailer": "Reviewed-by"}, "b"),
        ({"trailer": "tested-BY"}, "b"),
        ({"trailer": "Acked-by"}, ""),
        ({"trailer": ["Acked-by", "Tested-by"]}, "b"),
        ({"trailer": "Brewed-by"}, ""),
        ({"prefix": "net"}, "a"),
        ({"prefix": "NET-next"}, "b"),
        ({"prefix": ["net", "v2"]}, "ac"),
        ({"prefix": "-"}, ""),
        ({"prefix": "n" * 201}, ""),
        ({"check": "pending"}, "acd"),
        ({"check": "none"}, "acd"),
        ({"check": "fail"}, "b"),
        ({"check": ["fail", "none"]}, "abcd"),
        ({"check": "3"}, ""),
        ({"q": "leaks", "q_in": "body"}, "cd"),
        ({"q": '"spout leaks" -the', "q_in": "body"}, "c"),
        ({"q": "leaks", "q_in": "body", "project": "kettle"}, "d"),
        ({"q": "leaks", "q_in": "body", "project": ["kettle", "teapot"]}, "cd"),
        ({"q": "leaks", "q_in": "body", "project": "\0"}, ""),
        ({"q": "leaks d:2000-01-01..", "q_in": "body"}, "cd"),
        ({"q": "leaks d:..2000-01-01", "q_in": "body"}, ""),
        ({"q": "leaks", "q_in": "name"}, ""),
        ({"q": "leaks"}, ""),
        ({"q": "", "q_in": "body"}, "abcd"),
        ({"q": "slowly", "q_in": "body", "state": "new"}, "b"),
        ({"id": "4711"}, ""),
    ],
)
def test_what_patches_are_narrowed_to(client, patches, parameters, expected):
    assert names(client, **parameters) == expected


@pytest.mark.parametrize("most", [0, 100])
def test_patches_are_found_be_they_few_or_many(client, patches, monkeypatch, most):
    monkeypatch.setattr("patchtrack.api.narrowing.MOST_FEW", most)
    assert names(client, path=["src", "doc"], trailer="Tested-by", state="new") == "b"


def test_patches_by_their_ids(client, patches):
    wanted = [Patch.objects.get(name__endswith=letter).pk for letter in "ca"]
    assert names(client, id=wanted) == "ac"


def test_there_are_not_hundreds_of_values(client):
    for name in ("path", "prefix", "check"):
        answer = client.get("/api/patches/", {name: [f"x{number}" for number in range(990)]})
        expected = {"detail": ["Such a filter takes at most 50 values."]}
        assert (answer.status_code, answer.json()) == (400, expected)


def test_only_the_newest_hits_are_looked_at(client, patches, monkeypatch):
    monkeypatch.setattr("patchtrack.api.narrowing.MOST_FOUND", 1)
    assert len(names(client, q="leaks", q_in="body")) == 1


def test_a_search_takes_few_queries(client, patches):
    with CaptureQueriesContext(connection) as queries:
        names(client, q="leaks", q_in="body", project="teapot", state="new")
    assert sum(query["sql"].startswith("SELECT") for query in queries) <= 10


def test_q_is_asked_in_one_place_or_the_other(client, patches):
    answer = client.get("/api/patches/", {"q": "x", "q_in": "everywhere"})
    expected = {"q_in": ['"everywhere" is not a valid choice.']}
    assert (answer.status_code, answer.json()) == (400, expected)


def test_covers_and_series_by_their_text(client, patches):
    deliver(
        ProjectFactory(),
        make_mail(subject="[PATCH 0/1] Brew", message_id="0@x", body="About leaves.\n"),
        make_mail(
            subject="[PATCH 1/1] Wait", in_reply_to="0@x", diff=make_diff(), body="For tannin.\n"
        ),
        make_mail(subject="Re: [PATCH 0/1] Brew", in_reply_to="0@x", body="Too bitter.\n"),
    )
    record_search_texts()
    for text, covers, series in (("leaves", 1, 1), ("tannin", 0, 1), ("bitter", 0, 0)):
        asked = {"q": text, "q_in": "body"}
        assert len(client.get("/api/covers/", asked).json()) == covers
        assert len(client.get("/api/series/", asked).json()) == series
