"""Many patches are changed at once: all of them, or none."""

import pytest

from patchtrack.models import Change, Check, Event, Patch, Person, Series, State
from patchtrack.services import together
from patchtrack.services.changes import undo_change
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.patchtrack.api.shared import patch, project, series

# Fixtures.
__all__ = ["patch", "project", "series"]

pytestmark = pytest.mark.django_db

URL = "/api/1.5/patches/"


@pytest.fixture(scope="module")
def ids(series) -> list[int]:
    return list(Patch.objects.order_by("-pk").values_list("pk", flat=True))


@pytest.fixture(scope="module")
def url(ids) -> str:
    return f"{URL}?{'&'.join(f'id={row}' for row in ids)}"


@pytest.fixture
def editor(api, maintainer):
    api.force_login(maintainer)
    return api


@pytest.fixture
def submitter(api, series):
    user = UserFactory(username="submitter")
    Person.objects.filter(address="alice@example.org").update(user=user)
    api.force_login(user)
    return api


def states() -> set[str]:
    return set(Patch.objects.values_list("state__slug", flat=True))


def test_patches_are_changed_together(editor, url, ids, maintainer):
    answer = editor.patch(url, {"state": "Accepted", "archived": "yes", "delegate": maintainer.pk})
    assert answer.status_code == 200
    told = [(row["id"], row["state"], row["archived"]) for row in answer.json()]
    # In the order in which they were named.
    assert told == [(row, "accepted", True) for row in ids]
    assert {row["delegate"]["username"] for row in answer.json()} == {"maintainer"}


def test_the_answer_is_that_of_the_list(editor, url):
    told = editor.patch(url, {"archived": True}).json()
    assert told[::-1] == editor.get(url).json()


def test_each_patch_has_its_event(editor, url, ids, maintainer):
    editor.patch(url, {"state": "rfc"})
    events = Event.objects.filter(category=Event.Category.PATCH_STATE_CHANGED, actor=maintainer)
    assert sorted(events.values_list("message_id", flat=True)) == sorted(ids)


def test_what_was_changed_together_can_be_undone_together(editor, url, maintainer):
    editor.patch(url, {"state": "rfc"})
    undo_change(maintainer, Change.objects.get().pk)
    assert states() == {"new"}


def test_a_form_is_taken_too(editor, url):
    kind = "application/x-www-form-urlencoded"
    assert editor.patch(url, "state=rfc", content_type=kind).status_code == 200
    assert states() == {"rfc"}


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", "This field is required."),
        ("id=", "Incorrect type. Expected pk value, received str."),
        ("id=1,2", "Incorrect type. Expected pk value, received str."),
        (f"id={'9' * 18}", f'Invalid pk "{"9" * 18}" - object does not exist.'),
        ("&".join(["id=1"] * 251), "At most 250 patches can be changed at once."),
    ],
)
def test_ids_that_are_wrong_are_said_to_be(editor, url, query, error):
    named = url if query.startswith("id=9") else f"{URL}?"
    answer = editor.patch(f"{named}&{query}", {"state": "rfc"})
    assert (answer.status_code, answer.json()) == (400, {"id": [error]})
    assert states() == {"new"}


@pytest.mark.parametrize(
    ("wanted", "errors"),
    [
        ({}, {"detail": ["Say at least one of state, archived and delegate."]}),
        ({"sate": "rfc"}, {"detail": ["Say at least one of state, archived and delegate."]}),
        ({"state": None}, {"state": ["This field may not be null."]}),
        ({"archived": "perhaps"}, {"archived": ["Must be a valid boolean."]}),
        ({"delegate": 4711}, {"delegate": ['Invalid pk "4711" - object does not exist.']}),
    ],
)
def test_what_is_wrong_is_said(editor, url, series, wanted, errors):
    for path in (url, f"/api/series/{series.pk}/"):
        answer = editor.patch(path, wanted)
        assert (answer.status_code, answer.json()) == (400, errors)


def test_a_delegate_of_many_maintains_their_project(editor, url):
    answer = editor.patch(url, {"delegate": UserFactory(username="stranger").pk})
    said = "User 'stranger' is not a maintainer for project 'Teapot'"
    assert (answer.status_code, answer.json()) == (400, {"delegate": [said]})


def test_patches_of_two_projects_are_not_changed_together(editor, url):
    other = ProjectFactory()
    deliver(other, make_mail(diff=make_diff(), subject="[PATCH] Other"))
    far = Patch.objects.get(project=other).pk
    answer = editor.patch(f"{url}&id={far}", {"state": "rfc"})
    expected = {"id": ["The patches must belong to the same project."]}
    assert (answer.status_code, answer.json()) == (400, expected)


@pytest.mark.parametrize("is_series", [False, True])
def test_who_may_change_some_changes_none(submitter, project, url, series, is_series):
    forged = make_mail(
        subject="[PATCH v2 2/3] Part 2", sender="Bob <bob@example.org>",
        in_reply_to="0@example.org", diff=make_diff("part2.c"),
    )  # fmt: skip
    deliver(project, forged)
    other = Patch.objects.get(number=2)
    assert other.series_id == series.pk
    path = f"/api/series/{series.pk}/" if is_series else f"{url}&id={other.pk}"
    answer = submitter.patch(path, {"state": "rfc"})
    said = f"You do not have permission to change these patches: {other.pk}."
    assert (answer.status_code, answer.json()) == (403, {"detail": said})
    assert states() == {"new"}


def test_a_refusal_does_not_name_hundreds(api, project):
    deliver(project, *(make_mail(subject=f"[PATCH] {n}", diff=make_diff()) for n in range(12)))
    api.force_login(UserFactory())
    ids = [f"id={row}" for row in Patch.objects.values_list("pk", flat=True)]
    answer = api.patch(f"{URL}?{'&'.join(ids)}", {"state": "rfc"})
    assert answer.json()["detail"].endswith(f" and {len(ids) - 10} more.")


def test_who_is_no_maintainer_any_more_when_it_is_written_changes_none(
    submitter, url, series, monkeypatch
):
    """Between the look and the lock the patches went to somebody else."""

    def change_later(*arguments):
        Person.objects.filter(address="alice@example.org").update(user=None)
        return original(*arguments)

    original = together.change_patches
    monkeypatch.setattr(together, "change_patches", change_later)
    assert submitter.patch(url, {"state": "rfc"}).status_code == 403
    assert states() == {"new"}


def test_all_patches_of_a_series_are_changed(editor, series, ids):
    told = editor.patch(f"/api/1.5/series/{series.pk}/", {"state": "rfc"}).json()
    assert (told["id"], told["state"], told["states"]) == (series.pk, "rfc", {"rfc": 2})
    assert Event.objects.filter(category=Event.Category.PATCH_STATE_CHANGED).count() == 2


def test_a_series_that_changed_since_it_was_seen_is_not_changed(editor, series, patch):
    url = f"/api/series/{series.pk}/"
    seen = editor.get(url).headers["ETag"]
    Patch.objects.filter(pk=patch.pk).update(state=State.objects.get(slug="accepted"))
    refused = editor.patch(url, {"state": "rfc"}, headers={"If-Match": seen})
    assert (refused.status_code, states()) == (412, {"new", "accepted"})
    seen = editor.get(url).headers["ETag"]
    answer = editor.patch(url, {"state": "rfc"}, headers={"If-Match": seen})
    assert (answer.status_code, states()) == (200, {"rfc"})


def test_a_series_without_patches_is_not_changed(editor, project):
    deliver(project, make_mail(subject="[PATCH 0/2] Tea", body="Soon.\n"))
    url = f"/api/series/{Series.objects.get(name='Tea').pk}/"
    expected = {"detail": ["No patch of this series has arrived."]}
    for answer in (
        editor.patch(url, {"state": "rfc"}),
        editor.post(f"{url}checks/", {"state": "fail"}),
    ):
        assert (answer.status_code, answer.json()) == (400, expected)


def test_a_series_that_there_is_not(editor, db):
    expected = {"detail": "No Series matches the given query."}
    for answer in (
        editor.patch("/api/series/4711/", {"state": "rfc"}),
        editor.get("/api/series/4711/checks/"),
        editor.post("/api/series/4711/checks/", {"state": "fail"}),
    ):
        assert (answer.status_code, answer.json()) == (404, expected)


def test_a_check_of_a_series_is_on_its_last_patch(editor, series):
    answer = editor.post(f"/api/1.5/series/{series.pk}/checks/", {"state": "fail", "context": "ci"})
    last, check = Patch.objects.get(number=3), Check.objects.get()
    assert (answer.status_code, check.patch) == (201, last)
    told = answer.json()
    assert answer.headers["Location"] == told["url"]
    assert told["url"].endswith(f"/api/1.5/patches/{last.pk}/checks/{check.pk}/")
    assert told["patch"]["id"] == last.pk
    assert Event.objects.filter(state_check=check).count() == 1


def test_the_checks_of_a_series_are_those_of_its_patches(editor, series, patch):
    editor.post(f"/api/patches/{patch.pk}/checks/", {"state": "success", "context": "style"})
    editor.post(f"/api/series/{series.pk}/checks/", {"state": "fail", "context": "build"})
    url = f"/api/series/{series.pk}/checks/"
    told = [(row["patch"]["name"], row["state"]) for row in editor.get(url).json()]
    assert told == [("[v2,1/3] Part 1", "success"), ("[v2,3/3] Part 3", "fail")]
    assert len(editor.get(url, {"context": "build"}).json()) == 1
