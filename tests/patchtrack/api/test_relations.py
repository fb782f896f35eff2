"""Patches that maintainers say to belong together."""

import pytest

from patchtrack.models import Event, Patch, PatchRelation
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail


@pytest.fixture
def ids(project, maintainer, api) -> list[int]:
    api.force_login(maintainer)
    deliver(project, *[make_mail(subject=f"[PATCH] {n}", diff=make_diff(n)) for n in "abcd"])
    return list(Patch.objects.order_by("pk").values_list("pk", flat=True))


def relate(api, patch: int, others, version: str = "1.2"):
    return api.patch(f"/api/{version}/patches/{patch}/", {"related": others})


def related(api, patch: int) -> list[int]:
    return [row["id"] for row in api.get(f"/api/patches/{patch}/").json()["related"]]


def test_patches_are_related_to_each_other(api, ids):
    told = relate(api, ids[0], [ids[1], ids[2]]).json()
    assert [row["id"] for row in told["related"]] == [ids[1], ids[2]]
    assert related(api, ids[1]) == [ids[0], ids[2]]
    assert related(api, ids[3]) == []
    listed = {row["id"]: len(row["related"]) for row in api.get("/api/patches/").json()}
    assert [listed[row] for row in ids] == [2, 2, 2, 0]


def test_others_join(api, ids):
    relate(api, ids[0], [ids[1]])
    relate(api, ids[2], [ids[1]])
    assert related(api, ids[0]) == [ids[1], ids[2]]


def test_one_leaves_and_the_last_is_not_left_alone(api, ids):
    relate(api, ids[0], [ids[1], ids[2]])
    relate(api, ids[0], [])
    assert (related(api, ids[0]), related(api, ids[1])) == ([], [ids[2]])
    relate(api, ids[1], [])
    assert related(api, ids[2]) == []
    assert not PatchRelation.objects.exists()


def test_a_patch_is_in_one_relation(api, ids):
    relate(api, ids[0], [ids[1]])
    relate(api, ids[2], [ids[3]])
    answer = api.patch(f"/api/patches/{ids[0]}/", {"related": [ids[2]], "state": "rfc"})
    assert answer.status_code == 409
    assert not Patch.objects.filter(state__slug="rfc").exists()


@pytest.mark.parametrize("other", [4711, 10**17])
def test_what_is_no_patch_is_not_related(api, ids, other):
    answer = relate(api, ids[0], [other])
    said = f'Invalid pk "{other}" - object does not exist.'
    assert (answer.status_code, answer.json()) == (400, {"related": [said]})


def test_versions_before_1_2_know_of_none(api, ids):
    assert relate(api, ids[0], [ids[1]], version="1.1").status_code == 200
    assert related(api, ids[0]) == []


@pytest.mark.parametrize(("method", "sent"), [("patch", {}), ("put", {"delegate": None})])
def test_a_change_does_not_tell_of_no_relation(api, ids, method, sent):
    """So it is in Patchwork, though everything else tells of an empty list."""
    told = getattr(api, method)(f"/api/patches/{ids[0]}/", {"state": "rfc", **sent}).json()
    assert "related" not in told


def test_what_cannot_all_be_done_is_not_done_at_all(api, ids, monkeypatch):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr("patchtrack.services.decisions.change_patches", fail)
    with pytest.raises(RuntimeError):
        api.patch(f"/api/patches/{ids[0]}/", {"related": [ids[1]], "state": "rfc"})
    assert related(api, ids[0]) == []


def test_who_relates_maintains_all_projects(api, ids, maintainer):
    elsewhere = ProjectFactory()
    deliver(elsewhere, make_mail(subject="[PATCH] e", diff=make_diff("e"), message_id="e@x.org"))
    other = Patch.objects.get(project=elsewhere).pk
    assert relate(api, ids[0], [other]).status_code == 403
    elsewhere.maintainers.add(maintainer)
    assert relate(api, ids[0], [other]).status_code == 200


def test_who_only_submitted_relates_nothing(api, ids):
    user = UserFactory()
    Patch.objects.get(pk=ids[0]).submitter.__class__.objects.update(user=user)
    api.force_login(user)
    assert relate(api, ids[0], [ids[1]]).status_code == 403
    assert relate(api, ids[0], []).status_code == 403


def test_each_patch_gets_an_event(api, ids):
    relate(api, ids[0], [ids[1]])
    relate(api, ids[0], [ids[1]])
    changed = Event.objects.filter(category=Event.Category.PATCH_RELATION_CHANGED)
    assert sorted(changed.values_list("message_id", flat=True)) == ids[:2]
    [told, _] = api.get("/api/events/", {"category": "patch-relation-changed"}).json()
    assert list(told["payload"]) == ["patch", "previous_relation", "current_relation"]
