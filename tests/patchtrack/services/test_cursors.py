"""Cursors are given once, after the commit, and to nothing else ever again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patchtrack.models import Change, Event, EventCounter, Patch
from patchtrack.services import cursors, following
from patchtrack.services.changes import change_patches
from patchtrack.services.cursors import record_all_cursors, record_cursors
from patchtrack.services.following import find_newest_cursor, find_stretch
from tests.factories import deliver, make_diff, make_mail

ALL = Event.objects.all()


def add_patch(project, name: str = "x") -> None:
    """Makes four events: a patch, which is complete, in a series, which is complete."""
    deliver(project, make_mail(subject=f"[PATCH] {name}", diff=make_diff()))


def find_cursors() -> list[int | None]:
    return list(ALL.order_by("pk").values_list("cursor", flat=True))


def test_events_are_numbered_in_the_order_of_their_ids(project):
    add_patch(project)
    assert find_cursors() == [None] * 4
    assert record_cursors() == 4
    add_patch(project, "y")
    assert record_cursors() == 4
    assert find_cursors() == list(range(1, 9))


def test_what_has_a_cursor_keeps_it(project):
    add_patch(project)
    assert [record_cursors(3), record_cursors(3), record_cursors(3)] == [3, 1, 0]
    assert find_cursors() == [1, 2, 3, 4]


def test_all_are_numbered_in_several_transactions(project, monkeypatch):
    monkeypatch.setattr(record_cursors, "__defaults__", (3,))
    add_patch(project)
    assert record_all_cursors() == 4


def test_the_cursor_of_a_withdrawn_event_is_never_given_again(project):
    """Who has seen it would miss the other one."""
    add_patch(project)
    record_cursors()
    ALL.latest("cursor").delete()
    add_patch(project, "y")
    record_cursors()
    assert set(find_cursors()) == {1, 2, 3, 5, 6, 7, 8}


def test_when_there_is_nothing_to_do_nothing_is_locked(project):
    with CaptureQueriesContext(connection) as queries:
        assert record_cursors() == 0
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"] * 2


def test_what_people_decide_is_numbered_when_it_is_committed(
    project, admin_user, series, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        change_patches(admin_user, project, [Patch.objects.first().pk], {"state_id": 2})
    assert not ALL.filter(cursor=None).exists()


def test_changes_are_numbered_with_the_events_and_before_them(project, admin_user, series):
    """They are few, and of an import there may be millions."""
    undo = change_patches(admin_user, project, [Patch.objects.first().pk], {"archived": True}).undo
    assert record_cursors(3) == 3
    assert Change.objects.get(pk=undo).cursor == 1
    assert find_cursors()[:3] == [2, 3, None]


def test_a_large_change_is_numbered_as_a_whole(
    project, admin_user, series, django_capture_on_commit_callbacks, monkeypatch
):
    """Else what was left would seem newer than the lists that show it."""
    record_all_cursors()
    monkeypatch.setattr(record_cursors, "__defaults__", (1,))
    monkeypatch.setattr(cursors, "BATCH", 1)
    with django_capture_on_commit_callbacks(execute=True):
        ids = Patch.objects.values_list("pk", flat=True)
        change_patches(admin_user, project, ids, {"state_id": 2})
    assert not ALL.filter(cursor=None).exists()


def test_what_is_decided_is_decided_though_it_cannot_be_numbered(
    project, admin_user, series, django_capture_on_commit_callbacks, caplog
):
    EventCounter.objects.all().delete()
    patch = Patch.objects.first()
    with django_capture_on_commit_callbacks(execute=True):
        assert change_patches(admin_user, project, [patch.pk], {"state_id": 2}).changed == 1
    assert "record_cursors" in caplog.text


# Who follows.


def test_events_are_followed_in_stretches(project):
    add_patch(project)
    record_cursors()
    seen, position = [], 0
    for is_last in (False, True):
        stretch = find_stretch(ALL, position, 3)
        assert stretch.is_last is is_last
        seen += [event.cursor for event in stretch.events]
        position = stretch.position
    assert (seen, position) == ([1, 2, 3, 4], 4)


def test_who_follows_few_goes_on_behind_all_that_were_looked_at(project):
    add_patch(project)
    record_cursors()
    stretch = find_stretch(ALL.filter(category="check-created"), 0, 3)
    assert (stretch.events, stretch.position, stretch.is_last) == ([], 4, True)


def test_what_has_no_cursor_is_not_seen(project):
    add_patch(project)
    assert find_stretch(ALL, 0, 9).events == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_is_numbered_while_one_asks_comes_once(project, monkeypatch, when):
    def find() -> int:
        if when == "before":
            record_cursors()
        newest = find_newest_cursor()
        record_cursors()
        return newest

    add_patch(project)
    monkeypatch.setattr(following, "find_newest_cursor", find)
    first = find_stretch(ALL, 0, 9)
    second = find_stretch(ALL, first.position, 9)
    assert [event.cursor for event in first.events + second.events] == [1, 2, 3, 4]


@pytest.mark.parametrize("after", [0, 7])
def test_after_a_backup_was_restored_one_goes_on_at_its_end(db, after):
    assert find_stretch(ALL, after, 9).position == find_newest_cursor() == 0
