"""Bundles by the API, and who sees them."""

import pytest

from patchtrack.models import Bundle, Patch
from patchtrack.services.accounts import add_token
from patchtrack.services.bundles import BundleWish, find_bundle_patches, make_bundle
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail

URL = "/api/1.2/bundles/"


@pytest.fixture
def owner(api, db):
    user = UserFactory(username="owner")
    api.force_login(user)
    return user


@pytest.fixture
def ids(series) -> list[int]:
    return list(Patch.objects.order_by("number").values_list("pk", flat=True))


@pytest.fixture
def private(owner, ids) -> Bundle:
    return make_bundle(owner, BundleWish(name="tea time", patches=ids))


def order(bundle: int) -> list[int]:
    return [patch.pk for patch in find_bundle_patches(Bundle.objects.get(pk=bundle))]


def test_a_bundle_is_made_by_a_form(api, owner, ids):
    """git-pw sends `patches` repeatedly."""
    form = f"name=b&public=True&patches={ids[1]}&patches={ids[0]}"
    answer = api.post(URL, form, content_type="application/x-www-form-urlencoded")
    told = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, told["url"])
    assert (told["name"], told["public"], told["owner"]["username"]) == ("b", True, "owner")
    assert told["web_url"] == "http://testserver/bundle/owner/b/"
    assert order(told["id"]) == ids[::-1]


def test_answers_have_patches_by_date_and_the_mbox_has_the_owners_order(api, owner, ids):
    told = api.post(URL, {"name": "b", "patches": ids[::-1]}).json()
    assert [patch["id"] for patch in told["patches"]] == ids
    assert order(told["id"]) == ids[::-1]


def test_a_bundle_is_changed_and_ended(api, private, ids):
    url = f"{URL}{private.pk}/"
    told = api.patch(url, {"name": "later", "public": "yes", "patches": [ids[1], ids[1]]}).json()
    assert (told["name"], told["public"]) == ("later", True)
    assert order(private.pk) == [ids[1]]
    assert api.delete(url).status_code == 204
    assert Patch.objects.count() == 2


def test_what_is_not_said_stays(api, private, ids):
    told = api.patch(f"{URL}{private.pk}/", {"public": True}).json()
    assert (told["name"], len(told["patches"])) == ("tea time", 2)


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"patches": []}, {"patches": ["Bundles cannot be empty"]}),
        ({"patches": ["x"]}, {"patches": ["Incorrect type. Expected pk value, received str."]}),
        ({"patches": [True]}, {"patches": ["Incorrect type. Expected pk value, received bool."]}),
        ({"patches": [4711]}, {"patches": ['Invalid pk "4711" - object does not exist.']}),
        ({"patches": {}}, {"patches": ['Expected a list of items but got type "dict".']}),
        ({"name": "tea time"}, {"name": ["You have a bundle tea time already."]}),
        (
            {"name": "a/b"},
            {"name": ["A bundle's name stands in its address, so it holds no slash."]},
        ),
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        ({"name": "x" * 51}, {"name": ["Ensure this field has no more than 50 characters."]}),
    ],
)
def test_what_cannot_be_is_refused(api, private, ids, sent, errors):
    answer = api.post(URL, {"name": "new", "patches": ids, **sent})
    assert (answer.status_code, answer.json()) == (400, errors)


def test_what_is_missing_is_said(api, owner):
    required = ["This field is required."]
    assert api.post(URL, {}).json() == {"name": required, "patches": required}


def test_patches_of_two_projects_make_no_bundle(api, owner, private, ids):
    other = ProjectFactory()
    deliver(other, make_mail(subject="[PATCH] x", diff=make_diff(), message_id="x@example.org"))
    patches = [*ids, Patch.objects.get(project=other).pk]
    said = {"patches": ["Bundle patches must belong to the same project"]}
    assert api.post(URL, {"name": "new", "patches": patches}).json() == said
    assert api.patch(f"{URL}{private.pk}/", {"patches": patches[-1:]}).json() == said


def test_others_do_not_see_what_is_private(client, private):
    assert client.get(URL).json() == []
    assert client.get(URL, {"owner": "owner", "public": "false"}).json() == []


@pytest.mark.parametrize(
    ("parameters", "count"),
    [({"owner": "owner"}, 1), ({"project": "teapot"}, 1), ({"public": "true"}, 0),
     ({"q": "tea"}, 1), ({"q": "coffee"}, 0), ({"owner": "nobody"}, 0)],
)  # fmt: skip
def test_bundles_are_narrowed_down(api, private, parameters, count):
    assert len(api.get(URL, parameters).json()) == count


@pytest.mark.parametrize("leaf", ["", "mbox/"])
def test_a_private_bundle_is_fetched_with_a_token_or_a_password(client, private, owner, leaf):
    url = f"/bundle/owner/tea time/{leaf}"
    assert client.get(url).status_code == 404
    token = {"Authorization": f"Token {add_token(owner)}"}
    assert client.get(url, headers=token).status_code == 200
    owner.set_password("long and secret")
    owner.save()
    password = {"Authorization": "Basic b3duZXI6bG9uZyBhbmQgc2VjcmV0"}
    assert client.get(url, headers=password).status_code == 200


@pytest.mark.parametrize("given", [f"Token {'0' * 40}", "Basic b3duZXI6eA==", "Bearer x", "Token"])
def test_wrong_credentials_do_not_open_a_private_bundle(client, private, given):
    answer = client.get("/bundle/owner/tea time/mbox/", headers={"Authorization": given})
    assert answer.status_code == 404


def test_the_file_name_of_a_bundle_has_no_quotes(api, private):
    """git-pw takes all that follows `filename=`."""
    answer = api.get("/bundle/owner/tea time/mbox/")
    disposition = f"attachment; filename=bundle-{private.pk}-tea-time.mbox"
    assert answer.headers["Content-Disposition"] == disposition
