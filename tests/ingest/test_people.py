"""There is one person for each address, under the name in their newest mail."""

from datetime import timedelta
from itertools import permutations

import pytest

from patchtrack.models import Message, Person
from tests.factories import DATE, ProjectFactory, deliver, make_mail

pytestmark = pytest.mark.django_db


def mail_from(sender: str, day: int | None = 0) -> bytes:
    date = None if day is None else DATE + timedelta(days=day)
    return make_mail(sender=sender, date=date, subject=f"Lunch on day {day}?")


def names_after(*mails: bytes, batch: int = 1) -> list[str]:
    project = ProjectFactory()
    for start in range(0, len(mails), batch):
        deliver(project, *mails[start : start + batch])
    return list(Person.objects.order_by("address").values_list("name", flat=True))


def test_an_address_in_any_case_is_one_person():
    names_after(mail_from("Alice <alice@example.org>"), mail_from("Alice <ALICE@example.org>", 1))
    assert Person.objects.get().address == "alice@example.org"


def test_two_addresses_are_two_persons_though_their_names_are_equal():
    assert names_after(mail_from("A <a@x.org>"), mail_from("A <b@x.org>")) == ["A", "A"]


def test_the_mails_of_two_projects_have_one_author():
    for _ in range(2):
        deliver(ProjectFactory(), mail_from("Alice <alice@example.org>"))
    assert {message.author for message in Message.objects.all()} == {Person.objects.get()}


NEWEST_WINS = [
    mail_from("Alice Spout <alice@example.org>", 1),
    mail_from("Alice Kettle <alice@example.org>", 3),
    mail_from("alice <alice@example.org>", 2),
]
NAMELESS_IS_NEWEST = [
    mail_from("Alice Spout <alice@example.org>", 1),
    mail_from("alice@example.org", 2),
]
AT_ONE_TIME = [
    mail_from("Alice spout <alice@example.org>", 1),
    mail_from("Alice Spout <alice@example.org>", 1).replace(b"Lunch", b"Dinner"),
]
WITHOUT_DATE = [
    mail_from("Zoe <alice@example.org>", None),
    mail_from("Alice <alice@example.org>", 1),
]
ALL_WITHOUT_DATE = [
    mail_from("Alice <alice@example.org>", None),
    mail_from("Zoe <alice@example.org>", None),
]


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(
    ("mails", "name"),
    [
        (NEWEST_WINS, "Alice Kettle"),
        (NAMELESS_IS_NEWEST, "Alice Spout"),
        (AT_ONE_TIME, "Alice spout"),
        (WITHOUT_DATE, "Alice"),
        (ALL_WITHOUT_DATE, "Zoe"),
    ],
    ids=["newest", "nameless", "at one time", "without date", "all without date"],
)
def test_the_name_is_the_same_whatever_the_order(mails, name, batch):
    for order in permutations(mails):
        Message.objects.all().delete()
        Person.objects.all().delete()
        assert names_after(*order, batch=batch) == [name]


def test_a_known_person_gets_a_name():
    Person.objects.create(address="alice@example.org")
    assert names_after(mail_from("Alice <alice@example.org>")) == ["Alice"]
