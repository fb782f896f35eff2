"""What people decide about patches: by whom, with which events, and how it is undone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from patchtrack.models import Change, Event, Patch, Person, State
from patchtrack.services.changes import change_patches, find_decision, undo_change
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail

Category = Event.Category


@pytest.fixture
def maintainer(project):
    user = UserFactory(username="maintainer")
    project.maintainers.add(user)
    return user


@pytest.fixture
def patches(project) -> list[Patch]:
    deliver(project, *[make_mail(subject=f"[PATCH] {n}", diff=make_diff()) for n in "abc"])
    return list(Patch.objects.order_by("name"))


@pytest.fixture
def accepted(db) -> dict:
    return {"state_id": State.objects.get(slug="accepted").pk}


def ids(patches) -> list[int]:
    return [patch.pk for patch in patches]


def states() -> list[str]:
    return list(Patch.objects.order_by("name").values_list("state__slug", flat=True))


def decisions_on(patch: Patch) -> list[str]:
    made = Event.objects.filter(message=patch.pk, actor__isnull=False).order_by("pk")
    return list(made.values_list("category", flat=True))


def test_each_patch_gets_one_event_for_each_thing_that_is_decided(
    project, maintainer, patches, accepted
):
    wanted = accepted | {"delegate_id": maintainer.pk, "archived": True}
    outcome = change_patches(maintainer, project, ids(patches[:2]), wanted)
    assert (outcome.changed, outcome.forbidden, outcome.overtaken) == (2, 0, ())
    assert decisions_on(patches[0]) == [Category.PATCH_STATE_CHANGED, Category.PATCH_DELEGATED]
    assert decisions_on(patches[2]) == []
    assert find_decision(Patch.objects.get(pk=patches[1].pk)) == wanted


def test_an_event_says_what_was_and_what_is(project, maintainer, patches, accepted):
    change_patches(maintainer, project, ids(patches[:1]), accepted)
    event = Event.objects.get(category=Category.PATCH_STATE_CHANGED)
    assert (event.previous_state.slug, event.current_state.slug) == ("new", "accepted")
    assert (event.actor, event.project) == (maintainer, project)


def test_what_is_so_already_is_no_change(project, maintainer, patches, accepted):
    change_patches(maintainer, project, ids(patches), accepted)
    assert change_patches(maintainer, project, ids(patches), accepted).undo == 0
    assert decisions_on(patches[0]) == [Category.PATCH_STATE_CHANGED]


def test_what_somebody_else_has_decided_since_is_not_overwritten(
    project, maintainer, patches, accepted
):
    seen = {patch.pk: find_decision(patch) for patch in patches}
    rejected = {"state_id": State.objects.get(slug="rejected").pk}
    change_patches(UserFactory(is_superuser=True), project, ids(patches[:1]), rejected)
    outcome = change_patches(maintainer, project, ids(patches), accepted, seen)
    assert (outcome.changed, ids(outcome.overtaken)) == (2, ids(patches[:1]))
    assert states() == ["rejected", "accepted", "accepted"]


def test_two_who_decide_about_different_things_do_not_disturb_each_other(
    project, maintainer, patches, accepted
):
    seen = {patch.pk: find_decision(patch) for patch in patches}
    change_patches(maintainer, project, ids(patches), {"archived": True})
    assert change_patches(maintainer, project, ids(patches), accepted, seen).changed == 3


def test_a_patch_of_another_project_is_not_changed(maintainer, patches, accepted):
    elsewhere = ProjectFactory()
    elsewhere.maintainers.add(maintainer)
    assert change_patches(maintainer, elsewhere, ids(patches), accepted).changed == 0


def test_many_patches_are_changed_together(project, maintainer, patches, accepted, monkeypatch):
    monkeypatch.setattr("patchtrack.services.changes._LOCKED_AT_ONCE", 2)
    assert change_patches(maintainer, project, ids(patches), accepted).changed == 3
    assert states() == ["accepted"] * 3


@pytest.mark.parametrize(
    ("who", "changed"),
    [
        ("stranger", 0),
        ("submitter", 3),
        ("delegate", 1),
        ("maintainer", 3),
        ("maintainer elsewhere", 0),
        ("superuser", 3),
        ("inactive maintainer", 0),
        ("anonymous", 0),
    ],
)
def test_who_may_decide(project, maintainer, patches, accepted, who, changed):
    user = UserFactory(is_superuser=who == "superuser")
    if who == "submitter":
        Person.objects.filter(address="alice@example.org").update(user=user)
    elif who == "delegate":
        Patch.objects.filter(pk=patches[0].pk).update(delegate=user)
    elif who == "maintainer elsewhere":
        ProjectFactory().maintainers.add(user)
    elif "maintainer" in who:
        user.is_active = who == "maintainer"
        project.maintainers.add(user)
    elif who == "anonymous":
        user = AnonymousUser()
    outcome = change_patches(user, project, ids(patches), accepted)
    assert (outcome.changed, outcome.forbidden) == (changed, 3 - changed)
    assert states().count("accepted") == changed


def test_undoing_brings_back_what_each_patch_was(project, maintainer, patches, accepted):
    rejected = {"state_id": State.objects.get(slug="rejected").pk}
    change_patches(maintainer, project, ids(patches[:1]), rejected)
    undo = change_patches(maintainer, project, ids(patches), accepted).undo
    outcome = undo_change(maintainer, undo)
    assert (outcome.restored, outcome.kept) == (3, 0)
    assert states() == ["rejected", "new", "new"]
    assert decisions_on(patches[2]) == [Category.PATCH_STATE_CHANGED] * 2


def test_undoing_leaves_what_was_changed_since(project, maintainer, patches, accepted):
    undo = change_patches(maintainer, project, ids(patches), accepted).undo
    rejected = {"state_id": State.objects.get(slug="rejected").pk}
    change_patches(maintainer, project, ids(patches[:1]), rejected)
    outcome = undo_change(maintainer, undo)
    assert (outcome.restored, outcome.kept) == (2, 1)
    assert states() == ["rejected", "new", "new"]


def test_a_change_is_undone_once_and_only_by_who_made_it(project, maintainer, patches, accepted):
    undo = change_patches(maintainer, project, ids(patches), accepted).undo
    with pytest.raises(Change.DoesNotExist):
        undo_change(UserFactory(is_superuser=True), undo)
    undo_change(maintainer, undo)
    for change in Change.objects.all():
        with pytest.raises(Change.DoesNotExist):
            undo_change(maintainer, change.pk)


def test_undoing_is_recorded_with_what_was_before(project, maintainer, patches, accepted):
    undo = change_patches(maintainer, project, ids(patches[:1]), {"archived": True}).undo
    undo_change(maintainer, undo)
    undoing = Change.objects.latest("pk")
    assert undoing.before == [[patches[0].pk, {"archived": True}]]
    assert undoing.after == {"archived": False}


def test_who_may_no_longer_decide_cannot_undo(project, maintainer, patches, accepted):
    undo = change_patches(maintainer, project, ids(patches), accepted).undo
    project.maintainers.clear()
    assert undo_change(maintainer, undo).restored == 0
    assert states() == ["accepted"] * 3


@pytest.mark.parametrize(("hours", "is_kept"), [(24, True), (48, False)])
def test_old_changes_are_forgotten(project, maintainer, patches, accepted, hours, is_kept):
    """Once no list is left that they may be newer than, though it took long to store them."""
    undo = change_patches(maintainer, project, ids(patches[:1]), accepted).undo
    made = Change.objects.filter(pk=undo)
    made.update(date=made.get().date - timedelta(hours=hours))
    change_patches(maintainer, project, ids(patches[1:]), accepted)
    assert made.exists() is is_kept
