"""Series as a whole: what their patches say together, their revisions, and all in one answer."""

import pytest

from patchtrack.models import Mail, Patch, Series, State
from patchtrack.services import inside
from patchtrack.services.checks import NewCheck, add_check
from tests.factories import UserFactory, deliver, make_diff, make_mail
from tests.patchtrack.api.shared import patch, project, series

# Fixtures.
__all__ = ["patch", "project", "series"]

pytestmark = pytest.mark.django_db


def tell(client, series, **parameters) -> dict:
    answer = client.get(f"/api/series/{series.pk}/", parameters)
    assert answer.status_code == 200
    return answer.json()


def decide(number: int, **decided) -> None:
    if "state" in decided:
        decided["state"] = State.objects.get(slug=decided["state"])
    Patch.objects.filter(number=number).update(**decided)


def test_a_series_says_what_its_patches_do(client, series):
    told = tell(client, series)
    names = ("state", "states", "check", "missing")
    assert [told[name] for name in names] == ["new", {"new": 2}, None, [2]]
    assert [revision["id"] for revision in told["revisions"]] == [series.pk]


def test_a_series_in_several_states_has_not_one(client, series):
    decide(1, state="accepted")
    told = tell(client, series)
    # In the order that the states have.
    assert (told["state"], list(told["states"].items())) == (None, [("new", 1), ("accepted", 1)])


@pytest.mark.parametrize(
    ("results", "expected"), [((1, None), "success"), ((1, 0), "pending"), ((3, 2), "fail")]
)
def test_the_worst_check_is_that_of_the_series(client, series, results, expected):
    for number, result in zip((1, 3), results, strict=True):
        decide(number, check_state=result)
    assert tell(client, series)["check"] == expected
    words = ["success", "pending", "warning", "fail", "none"]
    found = [word for word in words if client.get("/api/series/", {"check": word}).json()]
    assert found == [expected]


def test_what_was_not_checked_has_no_check(client, series):
    assert client.get("/api/series/", {"check": ["none", "fail"]}).json() != []
    assert client.get("/api/series/", {"check": "success"}).json() == []


@pytest.mark.parametrize("microsecond", [0, 600_000, 7])
def test_a_series_dates_its_patches_as_they_date_themselves(client, series, microsecond):
    date = Patch.objects.get(number=1).date.replace(microsecond=microsecond)
    Patch.objects.filter(number=1).update(date=date)
    [inside] = [one for one in tell(client, series)["patches"] if "1/" in one["name"]]
    assert inside["date"] == client.get(inside["url"]).json()["date"]


def test_all_revisions_are_told(client, project):
    mails = [
        make_mail(subject=f"[PATCH{version}] Pour", message_id=f"{version}@x", diff=make_diff())
        for version in ("", " v2", " v3")
    ]
    deliver(project, *mails)
    told = client.get("/api/1.5/series/", {"q": "Pour", "order": "-id"}).json()
    assert [[row["version"] for row in record["revisions"]] for record in told] == [[1, 2, 3]] * 3
    first = Series.objects.get(version=1)
    assert told[0]["revisions"][0]["url"] == f"http://testserver/api/1.5/series/{first.pk}/"


@pytest.mark.parametrize(
    ("parameters", "is_found"),
    [
        ({"state": "new"}, True),
        ({"state": "accepted"}, True),
        ({"state": "rfc"}, False),
        ({"state": ["rfc", "new"]}, True),
        ({"delegate": "jane"}, True),
        ({"delegate": "nobody"}, False),
        ({"state": "accepted", "delegate": "jane"}, True),
        # It has both, but no patch of it has.
        ({"state": "new", "delegate": "jane"}, False),
        ({"archived": "true"}, False),
        ({"archived": "false"}, True),
        ({"path": "part3.c"}, True),
        ({"path": "part2.c"}, False),
        ({"trailer": "reviewed-by"}, True),
        ({"trailer": "Reviewed-by", "path": "part3.c"}, False),
        ({"prefix": "v2"}, True),
        ({"check": "bogus"}, False),
        ({"id": "4711"}, False),
    ],
)
def test_series_are_found_by_one_of_their_patches(client, series, parameters, is_found):
    decide(1, state="accepted", delegate=UserFactory(username="jane"))
    assert bool(client.get("/api/series/", parameters).json()) is is_found


def test_patches_are_told_in_full(client, series, patch):
    told = tell(client, series, expand="patches")["patches"]
    alone = client.get(f"/api/patches/{patch.pk}/").json()
    assert told[0] == alone
    assert [row["prefixes"][-1] for row in told] == ["1/3", "3/3"]


def test_comments_are_told_with_what_they_are_on(client, series, patch):
    told = tell(client, series, expand="comments")
    alone = client.get(f"/api/patches/{patch.pk}/comments/").json()
    assert [row["comments"] for row in told["patches"]] == [alone, []]
    [on_cover] = told["cover_letter"]["comments"]
    assert on_cover["content"].startswith("> quoted\n\nComment c.")
    assert "diff" not in told["patches"][0]


def test_everything_is_told_in_a_list_too(client, series):
    wish = {"expand": ["patches,comments", "cover_letter"]}
    [told] = client.get("/api/series/", wish).json()
    assert told == tell(client, series, **wish)
    assert [len(row["comments"]) for row in told["patches"]] == [2, 0]
    assert told["patches"][0]["diff"].startswith("diff --git")
    assert told["cover_letter"]["content"] == "This is part 0.\n"


def test_mails_too_large_for_one_answer_are_without_their_text(client, series, monkeypatch):
    sizes = Mail.objects.filter(message__comment=None, message__cover=None).values("size")
    monkeypatch.setattr(inside, "MOST_BYTES", sum(row["size"] for row in sizes))
    told = tell(client, series, expand="patches,comments")
    inner = [row for patch in told["patches"] for row in (patch, *patch["comments"])]
    has_text = ["content" in row for row in inner]
    assert (len(inner), any(has_text), all(has_text)) == (4, True, False)
    assert ["headers" in row for row in inner] == has_text


def test_what_cannot_be_expanded_is_said(client, series):
    answer = client.get("/api/series/", {"expand": "patches,events"})
    expected = '"events" cannot be expanded. Expected one of: patches, cover_letter, comments'
    assert (answer.status_code, answer.json()) == (400, {"expand": [expected]})


def test_related_patches_are_told_in_full_patches_too(client, series, patch, maintainer):
    other = Patch.objects.get(number=3)
    client.force_login(maintainer)
    client.patch(
        f"/api/patches/{patch.pk}/", {"related": [other.pk]}, content_type="application/json"
    )
    [first, _] = tell(client, series, expand="patches")["patches"]
    assert [row["id"] for row in first["related"]] == [other.pk]


def test_a_check_of_a_series_counts_on_it(client, series, patch, maintainer):
    add_check(maintainer, patch.pk, NewCheck(state=3))
    assert tell(client, series)["check"] == "fail"
