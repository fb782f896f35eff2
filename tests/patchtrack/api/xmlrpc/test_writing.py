"""What is changed by XML-RPC, as pwclient changes it."""

import pytest

from patchtrack.models import Check, State
from tests.patchtrack.api.xmlrpc.calling import fault


def test_a_patch_is_changed(greta, patch):
    accepted = State.objects.get(slug="accepted")
    wanted = {"state": accepted.pk, "archived": True, "commit_ref": "ab1", "name": "x"}
    assert greta.patch_set(patch.pk, wanted) is True
    patch.refresh_from_db()
    assert (patch.state, patch.archived, patch.commit_ref) == (accepted, True, "ab1")
    assert patch.name == "[v2,1/3] Part 1"


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"state": 4711}, "No State matches the given query."),
        ({"state": "new"}, "an id is a number"),
        ({"archived": "perhaps"}, "archived: Must be a valid boolean."),
        ({"commit_ref": "x" * 256}, "commit_ref: Ensure this field has no more than 255"),
        ([], "what is to be changed is a struct"),
    ],
)
def test_what_cannot_be_is_refused(greta, patch, wanted, reason):
    assert fault(greta.patch_set, patch.pk, wanted).startswith(reason)


def test_a_check_is_reported_and_told(ask, greta, patch, maintainer):
    assert greta.check_create(patch.pk, "ci", "success", "https://example.org/1", "fine")
    [told] = ask.check_list({"patch_id": patch.pk, "user": "maintainer"})
    assert (told["context"], told["state"], told["description"]) == ("ci", "success", "fine")
    assert (told["patch"], told["user"]) == (b"[v2,1/3] Part 1", b"maintainer")
    assert ask.check_get(told["id"]) == told
    assert ask.patch_check_get(patch.pk) == {"state": "success", "total": 1, "checks": [told]}


def test_a_check_without_a_state_is_refused(greta, patch):
    said = fault(greta.check_create, patch.pk, "ci", "splendid")
    assert said == 'state: "splendid" is not a valid choice.'
    assert not Check.objects.exists()
