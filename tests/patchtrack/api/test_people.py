"""Users and people: seen by users, and each user's own to change."""

import pytest

from patchtrack.models import Person
from patchtrack.services.accounts import find_profile
from tests.factories import PersonFactory, UserFactory


@pytest.fixture
def jane(api, db):
    user = UserFactory(username="jane", first_name="Jane", email="jane@example.org")
    api.force_login(user)
    return user


def test_users_are_found_by_what_they_are_called(api, jane):
    """git-pw looks for ids so, and adds `project`."""
    UserFactory(username="joe")
    [told] = api.get("/api/users/", {"q": "JANE", "project": "teapot"}).json()
    assert (told["id"], told["email"]) == (jane.pk, "jane@example.org")


def test_people_are_found_by_name_and_address(api, jane):
    person = PersonFactory(name="Alice Spout", address="alice@example.org", user=jane)
    PersonFactory()
    for q in ("spout", "alice@", "alice spout"):
        [told] = api.get("/api/people/", {"q": q}).json()
        assert (told["id"], told["user"]["username"]) == (person.pk, "jane")


def test_people_are_in_the_order_that_is_asked_for(api, jane):
    PersonFactory.create_batch(3)
    told = api.get("/api/people/", {"order": "-email"}).json()
    addresses = Person.objects.order_by("-address").values_list("address", flat=True)
    assert [person["email"] for person in told] == list(addresses)


@pytest.mark.parametrize(("version", "has"), [("1.1", False), ("1.2", True)])
def test_users_see_their_own_settings(api, jane, version, has):
    assert ("settings" in api.get(f"/api/{version}/users/{jane.pk}/").json()) is has


def test_users_do_not_see_those_of_others(api, jane):
    assert "settings" not in api.get(f"/api/users/{UserFactory().pk}/").json()


def test_users_change_themselves(api, jane):
    sent = {"last_name": "Doe", "settings": {"send_email": False, "items_per_page": 100}}
    told = api.patch(f"/api/users/{jane.pk}/", {**sent, "username": "x"}).json()
    assert (told["username"], told["first_name"], told["last_name"]) == ("jane", "Jane", "Doe")
    assert told["settings"] == {"send_email": False, "items_per_page": 100, "show_ids": False}
    jane.refresh_from_db()
    assert not find_profile(jane).notifications


def test_a_setting_out_of_bounds_is_refused(api, jane):
    answer = api.patch(f"/api/users/{jane.pk}/", {"settings": {"items_per_page": 100000}})
    said = ["Ensure this value is less than or equal to 250."]
    assert (answer.status_code, answer.json()) == (400, {"settings": {"items_per_page": said}})
