"""Bundles: whose they are, what is in them, and in what order."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from patchtrack.models import Bundle, Patch
from patchtrack.services.bundles import (
    add_to_bundle,
    change_bundle,
    change_order,
    check_name,
    find_bundle_patches,
    find_bundles,
)
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail


@pytest.fixture
def owner(db):
    return UserFactory(username="owner")


@pytest.fixture
def patches(project) -> list[int]:
    deliver(project, *[make_mail(subject=f"[PATCH] {n}", diff=make_diff()) for n in "abc"])
    return list(Patch.objects.order_by("name").values_list("pk", flat=True))


def order(bundle: Bundle) -> str:
    return "".join(patch.name for patch in find_bundle_patches(bundle))


def test_patches_are_added_behind_the_others_and_only_once(project, owner, patches):
    add_to_bundle(owner, project, "mine", [patches[2]])
    bundle, added = add_to_bundle(owner, project, " mine ", [patches[0], patches[2], patches[1]])
    assert (order(bundle), added) == ("cab", 2)


def test_a_bundle_is_one_project_s(project, owner, patches):
    add_to_bundle(owner, project, "mine", patches)
    with pytest.raises(ValidationError, match="another project"):
        add_to_bundle(owner, ProjectFactory(), "mine", patches)
    _, added = add_to_bundle(owner, ProjectFactory(), "other", patches)
    assert added == 0


def test_two_users_may_call_theirs_alike(project, owner, patches):
    other = UserFactory()
    assert add_to_bundle(owner, project, "x", []) != add_to_bundle(other, project, "x", [])


def test_patches_are_put_in_order_and_taken_out(project, owner, patches):
    bundle, _ = add_to_bundle(owner, project, "mine", patches)
    change_order(bundle, [patches[2], patches[0], 4711])
    assert order(bundle) == "ca"


@pytest.mark.parametrize("name", ["", " ", "a/b", "x" * 51, "a\0b", "a\nb\x07", ".", ".."])
def test_a_name_that_no_address_can_hold_is_refused(name):
    with pytest.raises(ValidationError):
        check_name(name)


def test_a_bundle_is_renamed_but_not_over_another(project, owner):
    bundle, _ = add_to_bundle(owner, project, "mine", [])
    add_to_bundle(owner, project, "taken", [])
    change_bundle(bundle, "new  name", public=True)
    assert (bundle.name, Bundle.objects.get(pk=bundle.pk).public) == ("new name", True)
    with pytest.raises(ValidationError, match="taken already"):
        change_bundle(bundle, "taken", public=False)


def test_a_private_bundle_is_its_owners_alone(project, owner):
    bundle, _ = add_to_bundle(owner, project, "mine", [])
    strangers = [UserFactory(is_superuser=True), AnonymousUser()]
    assert [list(find_bundles(user)) for user in (owner, *strangers)] == [[bundle], [], []]
    change_bundle(bundle, "mine", public=True)
    assert [list(find_bundles(user)) for user in strangers] == [[bundle], [bundle]]
