"""Patches as clients read and change them."""

import pytest
from rest_framework.test import APIClient

from patchtrack.models import Event, Patch, State
from tests.factories import UserFactory, deliver, make_diff, make_mail


@pytest.fixture
def url(patch) -> str:
    return f"/api/1.2/patches/{patch.pk}/"


@pytest.fixture
def editor(api, maintainer) -> APIClient:
    api.force_login(maintainer)
    return api


def test_a_patch_tells_what_its_mail_says(client, url):
    told = client.get(url).json()
    assert told["content"].startswith("This is part 1.\n")
    assert told["diff"].startswith("diff --git a/part1.c")
    assert told["headers"]["Subject"] == "[PATCH v2 1/3] Part 1"
    assert told["prefixes"] == ["v2", "1/3"]
    assert told["msgid"] == "<1@example.org>"
    assert told["mbox"] == "http://testserver/project/teapot/patch/1@example.org/mbox/"


def test_dates_have_no_offset(client, url, patch):
    """NIPA subtracts them from its own."""
    assert client.get(url).json()["date"] == "2026-01-05T09:00:00"


def test_a_patch_of_a_viewer_elsewhere_has_the_same_date(client, url, maintainer):
    maintainer.profile = maintainer.__class__.profile.related.related_model(
        user=maintainer, time_zone="Asia/Tokyo"
    )
    maintainer.profile.save()
    client.force_login(maintainer)
    assert client.get(url).json()["date"] == "2026-01-05T09:00:00"


def test_what_there_is_not_is_null(client, url):
    """snowpatch cannot read an empty string as an address."""
    told = client.get(url).json()
    names = ("pull_url", "commit_ref", "delegate", "list_archive_url")
    assert {told[name] for name in names} == {None}


def test_repeated_headers_are_a_list_and_folds_are_kept(client, project):
    mail = make_mail(diff=make_diff(), headers={"Subject": "[PATCH] a\n b", "X-Tea": "green"})
    deliver(project, b"X-Tea: black\n" + mail)
    headers = client.get(f"/api/patches/{Patch.objects.get().pk}/").json()["headers"]
    assert headers["X-Tea"] == ["black", "green"]
    assert headers["Subject"] == "[PATCH] a\n b"


def test_a_pull_request_has_no_diff(client, project):
    body = (
        "The following changes since commit 0123456789012345678901234567890123456789:\n\n"
        "  Tea (2026-01-01 00:00:00 +0000)\n\nare available in the Git repository at:\n\n"
        "  https://git.example.org/tea.git tags/tea-1\n\nfor you to fetch changes up to "
        "1123456789012345678901234567890123456789:\n"
    )
    deliver(project, make_mail(subject="[GIT PULL] Tea", body=body))
    told = client.get(f"/api/patches/{Patch.objects.get().pk}/").json()
    assert (told["pull_url"], told["diff"], told["hash"]) == (
        "https://git.example.org/tea.git tags/tea-1", None, None,
    )  # fmt: skip


def test_a_message_id_is_one_segment_of_an_address(client, project):
    deliver(project, make_mail(diff=make_diff(), message_id="a/b@example.org"))
    [told] = client.get("/api/patches/", {"msgid": "a/b@example.org"}).json()
    assert told["web_url"].endswith("/patch/a%2Fb@example.org/")


def test_the_archive_is_linked(client, project, url):
    project.list_archive_url_format = "https://lore.example.org/{}/"
    project.save()
    assert client.get(url).json()["list_archive_url"] == "https://lore.example.org/1@example.org/"


@pytest.mark.parametrize("encoding", ["json", "multipart"])
def test_a_patch_is_changed(editor, url, maintainer, encoding):
    wanted = {"state": "accepted", "archived": True, "delegate": maintainer.pk, "commit_ref": "ab1"}
    told = editor.patch(url, wanted, format=encoding).json()
    assert (told["state"], told["archived"], told["commit_ref"]) == ("accepted", True, "ab1")
    assert told["delegate"]["username"] == "maintainer"
    assert "diff" in told


def test_a_patch_is_changed_by_a_form(editor, url):
    """git-pw, b4 and most bots send forms."""
    form = "state=under-review&archived=True"
    told = editor.patch(url, form, content_type="application/x-www-form-urlencoded").json()
    assert (told["state"], told["archived"]) == ("under-review", True)


@pytest.mark.parametrize(
    ("said", "expected"),
    [("yes", True), ("no", False), ("True", True), ("off", False), (True, True), ("false", False)],
)
def test_booleans_as_clients_send_them(editor, url, patch, said, expected):
    Patch.objects.filter(pk=patch.pk).update(archived=not expected)
    assert editor.patch(url, {"archived": said}).json()["archived"] is expected


@pytest.mark.parametrize("said", ["Under Review", "under-review", "UNDER-REVIEW", "under review"])
def test_states_by_name_and_slug(editor, url, said):
    assert editor.patch(url, {"state": said}).json()["state"] == "under-review"


@pytest.mark.parametrize(
    ("wanted", "errors"),
    [
        (
            {"state": "bogus"},
            {"state": [("Invalid state bogus. Expected one of: new, under-review, accepted, "
                       "rejected, rfc, not-applicable, changes-requested, awaiting-upstream, "
                       "superseded, deferred")]},
        ),
        ({"state": None}, {"state": ["This field may not be null."]}),
        ({"state": ""}, {"state": ["This field may not be blank."]}),
        ({"archived": "perhaps"}, {"archived": ["Must be a valid boolean."]}),
        ({"delegate": "x"}, {"delegate": ["Incorrect type. Expected pk value, received str."]}),
        (
            {"delegate": 4711},
            {"delegate": ['Invalid pk "4711" - object does not exist.']},
        ),
        (
            {"commit_ref": "x" * 256},
            {"commit_ref": ["Ensure this field has no more than 255 characters."]},
        ),
        ([1], {"detail": ["Invalid data. Expected a dictionary, but got list."]}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_field(editor, url, wanted, errors):
    answer = editor.patch(url, wanted)
    assert (answer.status_code, answer.json()) == (400, errors)


def test_a_delegate_maintains_the_project(editor, url):
    stranger = UserFactory(username="stranger")
    answer = editor.patch(url, {"delegate": stranger.pk})
    said = "User 'stranger' is not a maintainer for project 'Teapot'"
    assert (answer.status_code, answer.json()) == (400, {"delegate": [said]})


@pytest.mark.parametrize("nobody", [None, ""])
def test_a_delegate_is_removed(editor, url, maintainer, nobody):
    editor.patch(url, {"delegate": maintainer.pk})
    assert editor.patch(url, {"delegate": nobody}).json()["delegate"] is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("git://example.org/tea.git tags/hot", "git://example.org/tea.git tags/hot"),
        ("https://example.org/tea.git", "https://example.org/tea.git"),
        ("", None),
        (None, None),
    ],
)
def test_where_to_pull_from_is_said(editor, url, patch, said, told):
    Patch.objects.filter(pk=patch.pk).update(pull_url="git://example.org/old.git")
    assert editor.patch(url, {"pull_url": said}).json()["pull_url"] == told
    [listed, _] = editor.get("/api/patches/").json()
    assert listed["pull_url"] == told


@pytest.mark.parametrize(
    "said", ["--upload-pack=x", "javascript:alert(1)", "git://a/b\ntags/c", "git://a/b --exec=x"]
)
def test_what_nobody_can_pull_from_is_refused(editor, url, said):
    answer = editor.patch(url, {"pull_url": said})
    refused = {"pull_url": ["Not an address that can be pulled from."]}
    assert (answer.status_code, answer.json()) == (400, refused)


def test_what_cannot_be_written_is_ignored(editor, url):
    answer = editor.patch(url, {"name": "x", "hash": "x", "id": 1, "bogus": 1})
    assert (answer.status_code, answer.json()["name"]) == (200, "[v2,1/3] Part 1")


def test_put_asks_for_state_and_delegate(editor, url):
    answer = editor.put(url, {"archived": True})
    required = ["This field is required."]
    assert (answer.status_code, answer.json()) == (400, {"state": required, "delegate": required})


def test_a_change_has_its_events(editor, url, maintainer, patch):
    editor.patch(url, {"state": "rfc", "archived": True})
    event = Event.objects.get(category=Event.Category.PATCH_STATE_CHANGED)
    assert (event.message_id, event.actor) == (patch.pk, maintainer)
    assert event.current_state == State.objects.get(slug="rfc")


def test_who_may_not_is_told_so(api, url):
    assert api.patch(url, {"state": "rfc"}).json() == {
        "detail": "Authentication credentials were not provided."
    }
    api.force_login(UserFactory())
    assert api.patch(url, {"state": "rfc"}).json() == {
        "detail": "You do not have permission to perform this action."
    }
