"""The pages of bundles, and the forms on them."""

from html import unescape

import pytest

from patchtrack.models import Bundle, Patch
from patchtrack.services.accounts import add_token
from patchtrack.services.bundles import add_to_bundle, change_bundle, find_bundle_patches
from tests.factories import UserFactory

URL = "/bundle/owner/mine/"


@pytest.fixture
def bundle(project, series) -> Bundle:
    """The two patches of the series, in their order."""
    patches = Patch.objects.order_by("number").values_list("pk", flat=True)
    return add_to_bundle(UserFactory(username="owner"), project, "mine", patches)[0]


@pytest.fixture
def owner(client, bundle):
    client.force_login(bundle.owner)
    return bundle.owner


def numbers(bundle: Bundle) -> list[int]:
    return [patch.number for patch in find_bundle_patches(bundle)]


def test_chosen_patches_go_into_a_bundle(client, project, series):
    client.force_login(UserFactory(username="owner"))
    patches = [f"{patch.pk}:1:-:0" for patch in Patch.objects.order_by("number")]
    answer = client.post(
        "/project/teapot/change/", {"patch": patches, "bundle": "mine"}, follow=True
    )
    assert "2 patches are new in your bundle mine." in answer.content.decode()
    assert numbers(Bundle.objects.get()) == [1, 3]


def test_a_bundle_has_a_page_and_is_listed(client, owner, bundle):
    assert "Part 3" in client.get(URL).content.decode()
    for page in ("/user/bundles/", "/project/teapot/bundles/"):
        assert f'href="{URL}"' in client.get(page).content.decode()


def test_a_bundle_is_downloaded(client, owner, bundle):
    answer = client.get(f"{URL}mbox/")
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=bundle-{bundle.pk}-mine.mbox"
    )
    assert answer.content.count(b"\nSubject: ") == 2


@pytest.mark.parametrize("public", [True, False])
def test_the_command_of_a_private_bundle_has_a_token(client, owner, bundle, public):
    Bundle.objects.update(public=public)
    page = unescape(client.get(URL).content.decode())
    command = f"curl -sf http://testserver{URL}mbox/ | git am"
    assert (command in page) is public
    assert (command.replace("-sf", '-sf -H "Authorization: Token $TOKEN"') in page) is not public


def test_a_private_bundle_is_downloaded_with_a_token(client, bundle):
    headers = {"Authorization": f"Token {add_token(bundle.owner)}"}
    answer = client.get(f"{URL}mbox/", headers=headers)
    assert answer.content.count(b"\nSubject: ") == 2


@pytest.mark.parametrize(("leaf", "method"), [("", "get"), ("mbox/", "get"), ("change/", "post")])
def test_a_private_bundle_is_not_there_for_others(client, bundle, leaf, method):
    client.force_login(UserFactory(is_superuser=True))
    assert getattr(client, method)(f"{URL}{leaf}").status_code == 404
    client.logout()
    assert getattr(client, method)(f"{URL}{leaf}").status_code in (302, 404)


def test_a_shared_bundle_is_read_by_all_and_changed_by_its_owner(client, bundle):
    change_bundle(bundle, "mine", public=True)
    assert client.get(URL).status_code == 200
    client.force_login(UserFactory(is_superuser=True))
    assert client.post(f"{URL}change/", {"delete": "yes"}).status_code == 404
    assert "change/" not in client.get(URL).content.decode().partition("<main")[2]


@pytest.mark.parametrize(("move", "expected"), [("down", [3, 1]), ("up", [1, 3]), ("out", [3])])
def test_a_patch_is_moved(client, owner, bundle, move, expected):
    first = find_bundle_patches(bundle)[0]
    client.post(f"{URL}change/", {"move": f"{move}:{first.pk}"})
    assert numbers(bundle) == expected


@pytest.mark.parametrize("fields", [{"move": "up:4711"}, {"move": "x"}, {"order": "x"}])
def test_what_makes_no_sense_is_said(client, owner, bundle, fields):
    answer = client.post(f"{URL}change/", fields, follow=True)
    assert 'class="error"' in answer.content.decode()
    assert numbers(bundle) == [1, 3]


def test_a_bundle_is_put_in_a_new_order(client, owner, bundle):
    ids = [patch.pk for patch in find_bundle_patches(bundle)]
    client.post(f"{URL}change/", {"order": ids[::-1]})
    assert numbers(bundle) == [3, 1]


def test_a_bundle_is_renamed_shared_and_deleted(client, owner, bundle):
    fields = {"rename": "yes", "name": "für später", "public": "on"}
    page = client.post(f"{URL}change/", fields, follow=True)
    assert "everybody" in page.content.decode()
    client.post("/bundle/owner/für später/change/", {"delete": "yes"})
    assert not Bundle.objects.exists()
    assert Patch.objects.count() == 2
