"""An address belongs to one user at most, who has shown to read its mail."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F

from patchtrack.models import Confirmation, OptOut, Person
from patchtrack.services import addresses, confirmations
from patchtrack.services.accounts import NameTaken
from patchtrack.services.addresses import (
    AddressTaken,
    PrimaryAddress,
    find_users,
    is_of_a_list,
    parse_address,
)
from patchtrack.services.confirmations import DeadLink, add_confirmation, find_confirmation
from patchtrack.services.letters import NotSent, send_letter
from tests.factories import PersonFactory, ProjectFactory, UserFactory
from tests.patchtrack.letters import read_summaries

Purpose = Confirmation.Purpose
User = get_user_model()
SITE = "https://patches.example.org"
TEA = "tea@example.org"


def new_user(name: str = "tea") -> User:
    return User(username=name, password="!")


@pytest.fixture
def jane(db):
    """A user with two confirmed addresses, the first of them primary."""
    user = UserFactory(username="jane", email="jane@example.org")
    for address in ("jane@example.org", "jane@work.example.org"):
        PersonFactory(address=address, user=user)
    return user


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Tea@Example.ORG ", TEA),
        ("tea@exämple.org", "tea@xn--exmple-cua.org"),
        ("tea+list@example.org", "tea+list@example.org"),
    ],
)
def test_an_address_is_kept_in_one_spelling(text, address):
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tea",
        "tea@",
        "@example.org",
        "téa@example.org",
        '"a b"@example.org',
        '"\x01"@example.org',
        "tea@example.org\nBcc: all@example.org",
        "tea\r\n@example.org",
        "tea\0@example.org",
        "tea@example.org,all@example.org",
        "Tea <tea@example.org>",
        f"{'t' * 250}@example.org",
        f"tea@{'e' * 64}.org",
        f"tea@{'İ' * 70}.org",
        "tea@.example.org",
        "@" * 10000,
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValidationError):
        parse_address(text)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("chai@lists.example.org", True),
        ("chai+me@lists.example.org", True),
        ("teapot@patches.example.org", True),
        ("teapot+me@patches.example.org", True),
        ("kettle@example.org", True),
        ("kettle+me@example.org", True),
        ("teapot@example.org", False),
        ("me@patches.example.org", False),
    ],
)
def test_what_leads_to_a_project_is_nobodys_address(db, settings, address, expected):
    settings.PATCHTRACK_SITE_URL = "https://patches.example.org:8000/tea"
    settings.PATCHTRACK_RECIPIENTS = {"kettle@example.org": "teapot"}
    ProjectFactory(linkname="Teapot", list_email="Chai@lists.example.org")
    assert is_of_a_list(address) == expected


@pytest.mark.django_db
class TestRegister:
    def test_the_address_is_the_users_with_all_that_came_from_there(self):
        person = PersonFactory(address=TEA)
        user = new_user()
        addresses.register(add_confirmation(Purpose.REGISTER, TEA), user)
        person.refresh_from_db()
        assert (person.user, user.email) == (user, TEA)

    def test_a_link_is_good_once(self):
        key = add_confirmation(Purpose.REGISTER, TEA)
        addresses.register(key, new_user())
        with pytest.raises(DeadLink):
            addresses.register(key, new_user("other"))

    @pytest.mark.parametrize(("days", "is_dead"), [(6.9, False), (7.1, True)])
    def test_a_link_is_good_for_a_week(self, days, is_dead):
        key = add_confirmation(Purpose.REGISTER, TEA)
        Confirmation.objects.update(created=F("created") - timedelta(days=days))
        try:
            find_confirmation(key)
        except DeadLink:
            assert is_dead
        else:
            assert not is_dead

    def test_dead_links_are_deleted(self):
        add_confirmation(Purpose.REGISTER, TEA)
        Confirmation.objects.update(created=F("created") - timedelta(days=8))
        add_confirmation(Purpose.REGISTER, TEA)
        assert Confirmation.objects.count() == 1

    @pytest.mark.parametrize("purpose", [Purpose.ADDRESS, Purpose.OPT_OUT, Purpose.OPT_IN])
    def test_a_link_for_something_else_makes_no_account(self, purpose):
        key = add_confirmation(purpose, TEA, UserFactory())
        with pytest.raises(DeadLink):
            addresses.register(key, new_user())
        assert find_confirmation(key)

    def test_an_address_that_was_taken_meanwhile_stays_its_users(self, jane):
        key = add_confirmation(Purpose.REGISTER, "jane@work.example.org")
        with pytest.raises(AddressTaken):
            addresses.register(key, new_user())
        assert not User.objects.filter(username="tea").exists()

    def test_an_unconfirmed_primary_address_is_taken_too(self):
        UserFactory(email="Tea@example.org")
        with pytest.raises(AddressTaken):
            addresses.register(add_confirmation(Purpose.REGISTER, TEA), new_user())

    def test_after_a_name_that_is_taken_the_link_is_still_good(self, jane):
        key = add_confirmation(Purpose.REGISTER, TEA)
        with pytest.raises(NameTaken):
            addresses.register(key, new_user("jane"))
        addresses.register(key, new_user())

    def test_no_key_is_in_the_database(self):
        key = add_confirmation(Purpose.REGISTER, TEA)
        assert key not in str(list(Confirmation.objects.values()))


@pytest.mark.django_db(transaction=True)
def test_of_two_links_at_the_same_time_one_makes_an_account(monkeypatch):
    PersonFactory(address=TEA)
    both = Barrier(2, timeout=1)

    def find_at_the_same_time(address):
        """Waits for the other one, who never comes as long as the person's row is locked."""
        users = find_users(address)
        len(users)
        with suppress(BrokenBarrierError):
            both.wait()
        return users

    monkeypatch.setattr(addresses, "find_users", find_at_the_same_time)
    keys = [add_confirmation(Purpose.REGISTER, TEA) for _ in range(2)]

    def attempt(number: int) -> bool:
        try:
            addresses.register(keys[number], new_user(f"tea{number}"))
        except AddressTaken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, range(2))) == [False, True]
    assert User.objects.get().email == TEA


@pytest.mark.django_db
def test_a_link_that_another_uses_up_at_the_same_time_is_dead(monkeypatch):
    key = add_confirmation(Purpose.OPT_OUT, TEA)
    found = find_confirmation(key)
    monkeypatch.setattr(confirmations, "find_confirmation", lambda _: found)
    addresses.opt_out(key)
    with pytest.raises(DeadLink):
        addresses.opt_out(key)


@pytest.mark.django_db
class TestLink:
    def test_a_confirmed_address_is_the_users(self, jane):
        addresses.link_address(add_confirmation(Purpose.ADDRESS, TEA, jane), jane)
        assert Person.objects.get(address=TEA).user == jane

    def test_a_link_does_nothing_for_another_user(self, jane):
        key = add_confirmation(Purpose.ADDRESS, TEA, jane)
        with pytest.raises(DeadLink):
            addresses.link_address(key, UserFactory())
        assert find_confirmation(key)

    def test_another_users_address_stays_that_users(self, jane):
        other = UserFactory()
        key = add_confirmation(Purpose.ADDRESS, "jane@example.org", other)
        with pytest.raises(AddressTaken):
            addresses.link_address(key, other)
        assert Person.objects.get(address="jane@example.org").user == jane

    def test_the_first_address_of_a_user_becomes_primary(self):
        user = UserFactory(email="")
        addresses.link_address(add_confirmation(Purpose.ADDRESS, TEA, user), user)
        user.refresh_from_db()
        assert user.email == TEA

    def test_an_address_that_nobody_confirmed_can_be_confirmed(self):
        user = UserFactory(email="Tea@example.org")
        addresses.link_address(add_confirmation(Purpose.ADDRESS, TEA, user), user)
        assert Person.objects.get(address=TEA).user == user


class TestChange:
    def test_an_address_can_be_removed(self, jane):
        person = jane.people.get(address="jane@work.example.org")
        addresses.remove_address(jane, person.pk)
        assert Person.objects.get(pk=person.pk).user is None

    def test_the_primary_address_stays(self, jane):
        with pytest.raises(PrimaryAddress):
            addresses.remove_address(jane, jane.people.get(address="jane@example.org").pk)

    def test_another_address_becomes_primary_and_the_former_is_told(self, jane, mailoutbox):
        person = jane.people.get(address="jane@work.example.org")
        addresses.change_primary(jane, person.pk, SITE)
        jane.refresh_from_db()
        assert jane.email == "jane@work.example.org"
        assert read_summaries(mailoutbox) == [
            ("jane@example.org", "Your mail from Patchtrack goes elsewhere now")
        ]

    def test_that_the_former_cannot_be_told_is_no_obstacle(self, jane, monkeypatch):
        def refuse(*_):
            raise NotSent

        monkeypatch.setattr(addresses, "send_letter", refuse)
        person = jane.people.get(address="jane@work.example.org")
        addresses.change_primary(jane, person.pk, SITE)
        assert User.objects.get(pk=jane.pk).email == "jane@work.example.org"

    @pytest.mark.parametrize("change", ["remove_address", "change_primary"])
    def test_nobody_changes_the_addresses_of_others(self, jane, change):
        row = jane.people.get(address="jane@work.example.org").pk
        arguments = [SITE] if change == "change_primary" else []
        with pytest.raises(Person.DoesNotExist):
            getattr(addresses, change)(UserFactory(), row, *arguments)
        assert Person.objects.get(pk=row).user == jane


@pytest.mark.django_db
class TestOptOut:
    def test_to_who_opted_out_only_the_way_back_is_mailed(self, mailoutbox):
        addresses.opt_out(add_confirmation(Purpose.OPT_OUT, TEA))
        addresses.ask_to_register(TEA, SITE)
        addresses.ask_to_opt_out(TEA, SITE)
        assert mailoutbox == []
        addresses.ask_to_opt_in(TEA, SITE)
        assert read_summaries(mailoutbox) == [(TEA, "Mail from Patchtrack again")]

    def test_opting_in_undoes_it(self, mailoutbox):
        addresses.opt_out(add_confirmation(Purpose.OPT_OUT, TEA))
        addresses.opt_in(add_confirmation(Purpose.OPT_IN, TEA))
        addresses.ask_to_register(TEA, SITE)
        assert len(mailoutbox) == 1

    def test_twice_is_once(self):
        for _ in range(2):
            addresses.opt_out(add_confirmation(Purpose.OPT_OUT, TEA))
        assert OptOut.objects.get().address == TEA


@pytest.mark.django_db
@pytest.mark.parametrize("error", [ConnectionRefusedError, TimeoutError])
def test_a_mail_server_that_is_away_is_told(monkeypatch, error):
    def refuse(_):
        raise error

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with pytest.raises(NotSent):
        send_letter("nobody", TEA, {"site": SITE})


@pytest.mark.django_db
def test_a_letter_is_plain_text_that_no_machine_answers(mailoutbox):
    owner = UserFactory(username="o'hara&co")
    send_letter("taken", TEA, {"site": SITE, "owner": owner})
    letter = mailoutbox[0].message()
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"
    assert '"o\'hara&co"' in mailoutbox[0].body
