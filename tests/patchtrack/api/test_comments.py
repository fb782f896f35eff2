"""Comments on patches and covers, and whether what they ask for is done."""

import pytest

from patchtrack.models import Comment, Cover, Event


@pytest.fixture
def comment(patch) -> Comment:
    return Comment.objects.get(message__message_id="a@example.org")


@pytest.fixture
def url(patch, comment) -> str:
    return f"/api/patches/{patch.pk}/comments/{comment.pk}/"


def test_comments_come_with_what_their_mails_say(client, patch):
    told = client.get(f"/api/patches/{patch.pk}/comments/").json()
    assert {row["msgid"] for row in told} == {"<a@example.org>", "<b@example.org>"}
    assert {row["headers"]["In-Reply-To"] for row in told} == {
        "<1@example.org>", "<a@example.org>",
    }  # fmt: skip
    assert "Comment a." in "".join(row["content"] for row in told)


def test_a_comment_leads_to_itself(client, url, comment):
    told = client.get(url).json()
    assert told["url"] == f"http://testserver{url}"
    assert told["web_url"] == f"http://testserver/comment/{comment.pk}/"
    assert told["subject"] == "Re: [PATCH v2 1/3] Part 1"


def test_a_comment_on_a_cover(client, series):
    cover = Cover.objects.get()
    [told] = client.get(f"/api/1.3/covers/{cover.pk}/comments/").json()
    assert client.get(told["url"]).json() == told
    assert f"/api/1.3/covers/{cover.pk}/comments/" in told["url"]


def test_a_comment_is_sought_where_it_is(client, series, url):
    answer = client.get(url.replace("patches", "covers"))
    assert (answer.status_code, answer.json()["detail"]) == (
        404, "No CoverComment matches the given query.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "expected"), [(True, True), ("false", False), (None, None), ("yes", True)]
)
def test_what_a_comment_asks_for_is_done(api, maintainer, url, said, expected):
    api.force_login(maintainer)
    assert api.patch(url, {"addressed": said}).json()["addressed"] is expected


def test_saying_so_makes_no_second_comment(api, maintainer, url):
    """Patchwork tells of a new one each time."""
    api.force_login(maintainer)
    before = Event.objects.count()
    api.patch(url, {"addressed": True})
    assert Event.objects.count() == before


@pytest.mark.parametrize("sent", [{"addressed": "perhaps"}, {"addressed": 7}])
def test_what_is_no_boolean_is_refused(api, maintainer, url, sent):
    api.force_login(maintainer)
    answer = api.patch(url, sent)
    assert (answer.status_code, answer.json()) == (400, {"addressed": ["Must be a valid boolean."]})


def test_a_patch_of_nothing_changes_nothing(api, maintainer, url):
    api.force_login(maintainer)
    assert api.patch(url, {}).json()["addressed"] is None
