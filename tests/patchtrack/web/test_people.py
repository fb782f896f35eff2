"""The page of a person."""

import pytest

from patchtrack.models import Patch, Person, State
from patchtrack.services import people
from tests.factories import PersonFactory, UserFactory, deliver, make_mail
from tests.patchtrack.web.test_pages import read


def url_of(address: str) -> str:
    return f"/person/{Person.objects.get(address=address).pk}/"


def test_a_person_has_patches_by_state(client, series):
    Patch.objects.filter(number=1).update(state=State.objects.get(slug="accepted"), archived=True)
    text = read(client, url_of("alice@example.org"))
    assert "Teapot New 1 , Accepted 1" in text
    assert "Part 0 v2 2/3 Teapot" in text


def test_the_states_lead_to_the_patches(client, series):
    alice = url_of("alice@example.org")
    row = alice.split("/")[2]
    link = f"/project/teapot/list/?submitter={row}&amp;state=new&amp;archive=both"
    assert link in client.get(alice).content.decode()


def test_a_person_has_given_reviews(client, series):
    text = read(client, url_of("a@example.org"))
    assert "Reviews Reviewed-by 1 in 1 comment" in text
    assert "No patches." in text
    assert "Last mail 05 Jan 2026 09:00 UTC" in text


def test_one_who_only_submits_has_given_none(client, series):
    assert "Reviews none Atom feed" in read(client, url_of("alice@example.org"))


def test_only_the_newest_mails_are_counted(client, project, monkeypatch):
    monkeypatch.setattr(people, "MOST_MAILS", 2)
    deliver(project, *(make_mail(body=str(number)) for number in range(3)))
    assert people.find_activity(Person.objects.get()).mails == 2


def test_an_address_is_for_those_who_are_logged_in(client, series):
    page = url_of("alice@example.org")
    assert b"alice@example.org" not in client.get(page).content
    client.force_login(UserFactory())
    assert b"alice@example.org" in client.get(page).content


def test_one_without_mail_or_name_has_a_page(client, db):
    person = PersonFactory(name="", address="joe@example.org")
    text = read(client, f"/person/{person.pk}/")
    assert "joe Last mail none" in text


@pytest.mark.parametrize("row", ["4711", "9" * 30])
def test_nobody_is_not_found(client, db, row):
    assert client.get(f"/person/{row}/").status_code == 404


def test_a_hostile_name_is_text(client, project):
    person = PersonFactory(name="<script>alert(1)</script>")
    assert b"<script>" not in client.get(f"/person/{person.pk}/").content
