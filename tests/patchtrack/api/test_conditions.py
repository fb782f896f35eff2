"""Nobody is sent again what they have, and nobody overwrites what they have not seen."""

import threading
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, connections, transaction
from rest_framework.test import APIClient

from patchtrack.api import conditions
from patchtrack.models import Comment, Cover, Patch, Person, State
from patchtrack.services import transactions
from patchtrack.services.bundles import BundleWish, make_bundle
from patchtrack.services.changes import change_patches
from patchtrack.services.checks import NewCheck, add_check
from tests.factories import deliver, make_mail
from tests.waiting import SECONDS

DETAILS = [
    "projects/teapot/",
    "users/{user}/",
    "people/{person}/",
    "patches/{patch}/",
    "1.2/patches/{patch}/",
    "patches/{patch}/checks/{check}/",
    "patches/{patch}/comments/{comment}/",
    "covers/{cover}/",
    "covers/{cover}/comments/{answer}/",
    "series/{series}/",
    "bundles/{bundle}/",
]
MBOXES = [
    "/project/teapot/patch/1@example.org/mbox/",
    "/project/teapot/patch/1@example.org/raw/",
    "/project/teapot/cover/0@example.org/mbox/",
    "/series/{series}/mbox/",
    "/bundle/maintainer/tea/mbox/",
]


@pytest.fixture
def ids(patch, maintainer) -> dict[str, int]:
    wish = BundleWish(name="tea", public=True, patches=[patch.pk])
    return {
        "user": maintainer.pk,
        "person": patch.submitter_id,
        "patch": patch.pk,
        "check": add_check(maintainer, patch.pk, NewCheck(state=1)).pk,
        "comment": Comment.objects.get(message__message_id="a@example.org").pk,
        "cover": Cover.objects.get().pk,
        "answer": Comment.objects.get(message__message_id="c@example.org").pk,
        "series": patch.series_id,
        "bundle": make_bundle(maintainer, wish).pk,
    }


@pytest.fixture
def editor(api, maintainer) -> APIClient:
    api.force_login(maintainer)
    return api


@pytest.mark.parametrize("path", [*(f"/api/{path}" for path in DETAILS), *MBOXES])
def test_who_has_an_answer_is_not_sent_it_again(editor, ids, path):
    path = path.format(**ids)
    etag = editor.get(path).headers["ETag"]
    again = editor.get(path, headers={"If-None-Match": f'"x", {etag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == etag
    other = editor.get(path, headers={"If-None-Match": '"x"'})
    assert (other.status_code, other.headers["ETag"]) == (200, etag)
    assert editor.head(path).headers["ETag"] == etag


def test_versions_of_an_answer_have_etags_of_their_own(editor, ids):
    paths = ("/api/1.0/patches/{patch}/", "/api/1.2/patches/{patch}/", "/api/1.2/series/{series}/")
    assert len({editor.get(path.format(**ids)).headers["ETag"] for path in paths}) == 3


@pytest.mark.parametrize("path", ["/api/patches/", "/api/patches/4711/"])
def test_lists_and_refusals_have_none(client, patch, path):
    assert "ETag" not in client.get(path).headers


def test_a_page_has_none(client, patch):
    answer = client.get(f"/api/patches/{patch.pk}/", headers={"Accept": "text/html"})
    assert "ETag" not in answer.headers


def decide(patch, user, project):
    change_patches(user, project, [patch.pk], {"commit_ref": "abc"})


def check(patch, user, project):
    add_check(user, patch.pk, NewCheck(state=1))


def rename(patch, user, project):
    Person.objects.filter(pk=patch.submitter_id).update(name="Alice Kettle")


def answer(patch, user, project):
    said = "Acked-by: Bo <bo@example.org>\n"
    deliver(project, make_mail(subject="Re: x", in_reply_to="1@example.org", body=said))


def link(patch, user, project):
    project.list_archive_url_format = "https://lore.example.org/{}/"
    project.save()


@pytest.mark.parametrize("change", [decide, check, rename, answer, link])
def test_it_changes_with_whatever_the_answer_shows(client, project, patch, maintainer, change):
    path = f"/api/patches/{patch.pk}/"
    etag = client.get(path).headers["ETag"]
    change(patch, maintainer, project)
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_a_mbox_changes_with_who_vouches_for_the_patch(client, project, patch, maintainer):
    etag = client.get(MBOXES[0]).headers["ETag"]
    answer(patch, maintainer, project)
    assert client.get(MBOXES[0], headers={"If-None-Match": etag}).status_code == 200


WRITES = [
    ("patch", "/api/1.2/patches/{patch}/", {"archived": True}),
    ("put", "/api/1.2/patches/{patch}/", {"state": "rfc", "delegate": None}),
    ("patch", "/api/patches/{patch}/comments/{comment}/", {"addressed": True}),
    ("patch", "/api/bundles/{bundle}/", {"public": False}),
    ("patch", "/api/projects/teapot/", {"web_url": "https://example.org/"}),
    ("patch", "/api/users/{user}/", {"first_name": "Greta"}),
]


@pytest.mark.parametrize(("method", "path", "sent"), WRITES)
def test_who_has_seen_what_stands_there_writes(editor, ids, method, path, sent):
    path = path.format(**ids)
    seen = editor.get(path).headers["ETag"]
    written = getattr(editor, method)(path, sent, headers={"If-Match": seen})
    assert written.status_code == 200
    assert written.headers["ETag"] == editor.get(path).headers["ETag"] != seen
    told = getattr(editor, method)(path, sent, headers={"If-Match": seen})
    assert told.status_code == 412
    assert told.json() == {"detail": "This has changed since it was read."}


def test_what_has_changed_is_not_deleted(editor, ids):
    path = f"/api/bundles/{ids['bundle']}/"
    assert editor.delete(path, headers={"If-Match": '"x"'}).status_code == 412
    seen = editor.get(path).headers["ETag"]
    assert editor.delete(path, headers={"If-Match": f'"x", {seen}'}).status_code == 204


@pytest.mark.parametrize(
    ("seen", "status"), [("*", 200), ('"x"', 412), ("W/{seen}", 412), ("nonsense", 412), ("", 412)]
)
def test_what_may_stand_in_if_match(editor, patch, seen, status):
    path = f"/api/patches/{patch.pk}/"
    seen = seen.format(seen=editor.get(path).headers["ETag"])
    sent = editor.patch(path, {"archived": True}, headers={"If-Match": seen})
    assert sent.status_code == status


def test_who_may_not_write_is_told_so_before_all_else(api, patch):
    sent = api.patch(f"/api/patches/{patch.pk}/", {}, headers={"If-Match": '"x"'})
    assert sent.status_code == 403
    assert api.patch("/api/patches/4711/", {}, headers={"If-Match": "*"}).status_code == 404


# Of two who have seen the same, one writes while the other is about to.


def hurry() -> None:
    """Wait for a lock only a moment, as one does who has waited for long."""
    wait = {"sqlite": "PRAGMA busy_timeout = 50", "postgresql": "SET lock_timeout = 50"}
    with connection.cursor() as cursor:
        cursor.execute(wait[connection.vendor])


class Writer(threading.Thread):
    """Somebody else who changes the patch, and commits when told to, or fails who cannot."""

    def __init__(self, patch: int) -> None:
        super().__init__(daemon=True)
        self.patch, self.was_kept_out = patch, False
        self.has_tried, self.may_commit = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            hurry()
            with transaction.atomic():
                accepted = State.objects.get(slug="accepted")
                Patch.objects.filter(pk=self.patch).update(state=accepted)
                self.has_tried.set()
                self.may_commit.wait(SECONDS)
        except OperationalError:
            self.was_kept_out = True
        finally:
            self.has_tried.set()
            connections.close_all()

    def try_to_write(self) -> None:
        self.start()
        assert self.has_tried.wait(SECONDS)

    def commit(self, _pause: float = 0) -> None:
        self.may_commit.set()
        self.join(SECONDS)


@pytest.fixture
def other(transactional_db, patch) -> Iterator[Writer]:
    hurry()
    writer = Writer(patch.pk)
    yield writer
    writer.commit()
    connection.close()


def test_who_waited_for_another_writer_sees_the_change(other, editor, patch, monkeypatch):
    path = f"/api/patches/{patch.pk}/"
    seen = editor.get(path).headers["ETag"]
    monkeypatch.setattr(transactions.time, "sleep", other.commit)
    other.try_to_write()
    told = editor.patch(path, {"state": "rejected"}, headers={"If-Match": seen})
    assert told.status_code == 412
    assert Patch.objects.get(pk=patch.pk).state.slug == "accepted"


def test_between_looking_and_writing_nobody_else_writes(other, editor, patch, monkeypatch):
    path = f"/api/patches/{patch.pk}/"
    seen = editor.get(path).headers["ETag"]
    looked = conditions._matches

    def look(request, etag: str) -> bool:
        other.try_to_write()
        other.commit()
        return looked(request, etag)

    monkeypatch.setattr(conditions, "_matches", look)
    told = editor.patch(path, {"state": "rejected"}, headers={"If-Match": seen})
    assert (told.status_code, other.was_kept_out) == (200, True)
    assert Patch.objects.get(pk=patch.pk).state.slug == "rejected"
