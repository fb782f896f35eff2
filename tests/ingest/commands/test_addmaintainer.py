"""`addmaintainer` makes maintainers, with or without password and token."""

import io
import os
import sys

import pytest
from django.contrib.auth.models import User

from patchtrack.models import ApiToken, Person
from patchtrack.services.accounts import hash_token
from tests.factories import ALICE, ProjectFactory, deliver, make_mail

from .running import run


@pytest.fixture
def tea(db):
    return ProjectFactory(linkname="tea")


def add(*words: object):
    return run("addmaintainer", *words, "--project", "tea")


def test_a_new_user_becomes_maintainer(tea):
    assert add("jane").status == 0
    assert [user.username for user in tea.maintainers.all()] == ["jane"]
    assert not User.objects.get().has_usable_password()


def test_a_known_user_becomes_maintainer_and_stays_the_same(tea):
    jane = User.objects.create_user("jane", "jane@example.org", "wooden spoon 7")
    add("jane")
    assert User.objects.get().password == jane.password
    assert User.objects.get().email == "jane@example.org"


def test_twice_is_once(tea):
    add("jane")
    assert add("jane").status == 0
    assert tea.maintainers.count() == 1


def test_mail_from_the_address_is_the_users(tea):
    deliver(tea, make_mail(sender=ALICE))
    add("alice", "--email", "Alice@example.org")
    assert Person.objects.get().user.username == "alice"
    assert Person.objects.get().name == "Alice Spout"


def test_mail_that_comes_later_is_the_users(tea):
    add("alice", "--email", "alice@example.org")
    deliver(tea, make_mail(sender=ALICE))
    assert Person.objects.get().user.username == "alice"


def test_what_is_no_address_makes_nobody_a_maintainer(tea):
    ran = add("alice", "--email", "alice at example.org")
    assert (ran.status, "is no mail address" in ran.err) == (1, True)
    assert not User.objects.exists()


def test_a_token_is_printed_and_only_its_digest_kept(tea):
    token = add("jane", "--token", "--json").summary["token"]
    assert len(token) == 40
    assert ApiToken.objects.get().digest == hash_token(token)
    assert ApiToken.objects.get().user.username == "jane"


def test_every_token_is_another(tea):
    first, second = (add("jane", "--token", "--json").summary["token"] for _ in range(2))
    assert first != second
    assert ApiToken.objects.count() == 2


def test_no_token_unless_asked_for(tea):
    assert "token" not in add("jane", "--json").summary
    assert not ApiToken.objects.exists()


def test_a_password_is_read_from_standard_input(tea, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("wooden spoon 7\n"))
    add("jane", "--password-stdin")
    assert User.objects.get().check_password("wooden spoon 7")


def test_a_weak_password_is_refused_and_nothing_changed(tea, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("12345\n"))
    ran = add("jane", "--password-stdin", "--token")
    assert ran.status == 1
    assert "This password is too short." in ran.err
    assert not User.objects.exists()


def test_an_unknown_project_is_wrong_usage(tea):
    assert run("addmaintainer", "jane", "--project", "coffee").status == os.EX_USAGE
