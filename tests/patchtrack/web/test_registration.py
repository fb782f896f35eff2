"""Accounts are made by mail; nobody learns from the pages whose an address is."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from patchtrack.models import Confirmation, OptOut, Person
from patchtrack.services.confirmations import add_confirmation
from tests.factories import PersonFactory, ProjectFactory, UserFactory
from tests.patchtrack.letters import find_link, read_summaries

Purpose = Confirmation.Purpose
User = get_user_model()
TEA = "tea@example.org"
PASSWORD = "a kettle of hot water"
NEW = {"username": "tea", "first_name": "T.", "password1": PASSWORD, "password2": PASSWORD}
ASKING = {"/register/": {}, "/mail-settings/": {"wish": "opt-out"}, "/user/password-reset/": {}}


@pytest.fixture
def link(client, db, mailoutbox) -> str:
    """The link that was mailed to who asked to register."""
    client.post("/register/", {"email": TEA})
    return find_link(mailoutbox)


@pytest.fixture
def jane(db):
    user = UserFactory(username="jane", email="jane@example.org")
    PersonFactory(address="jane@example.org", user=user)
    return user


def get_text(response) -> str:
    """A page without the tokens of its forms, which differ each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


class TestRegister:
    def test_from_the_address_to_the_profile(self, client, link):
        assert "Your new account" in client.get(link).content.decode()
        page = client.post(link, NEW, follow=True)
        assert page.redirect_chain == [("/user/", 302)]
        user = User.objects.get(username="tea")
        assert (user.email, user.first_name, user.check_password(PASSWORD)) == (TEA, "T.", True)
        assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
        assert Person.objects.get(address=TEA).user == page.context["user"] == user

    def test_there_is_no_account_before_the_link_is_used(self, client, link):
        client.get(link)
        assert not User.objects.exists()

    def test_asking_leads_to_a_page_that_is_the_same_for_all(self, client, link):
        response = client.post("/register/", {"email": "other@example.org"})
        assert response.headers["Location"] == "/mail-sent/"
        assert client.get("/mail-sent/").status_code == 200

    def test_a_used_link_is_dead(self, client, link):
        client.post(link, NEW)
        for response in (client.get(link), client.post(link, NEW | {"username": "other"})):
            assert response.status_code == 404
            assert "This link leads nowhere" in response.content.decode()
        assert User.objects.count() == 1

    @pytest.mark.parametrize("key", ["x", "%00", "%F0%9F%AB%96", "9" * 5000])
    def test_a_link_that_never_was_one_is_dead(self, client, db, key):
        assert client.get(f"/confirm/{key}/").status_code == 404

    @pytest.mark.parametrize(
        "wrong",
        [
            {"username": "JANE"},
            {"username": "1234"},
            {"username": "tea/pot"},
            {"username": "tеa"},  # with a Cyrillic letter
            {"username": "t" * 51},
            {"username": "te\0a"},
            {"username": ""},
            {"password1": "12345678", "password2": "12345678"},
            {"password2": "another kettle"},
            {"password1": TEA, "password2": TEA},
            {"first_name": "T" * 151},
        ],
    )
    def test_a_wrong_form_can_be_sent_again(self, client, link, jane, wrong):
        page = client.post(link, NEW | wrong)
        assert (page.status_code, "errorlist" in page.content.decode()) == (200, True)
        assert User.objects.count() == 1
        assert client.post(link, NEW).status_code == 302

    def test_nobody_makes_oneself_an_administrator(self, client, link):
        client.post(link, NEW | {"is_staff": "on", "is_superuser": "on", "email": "x@example.org"})
        user = User.objects.get()
        assert (user.is_staff, user.is_superuser, user.email) == (False, False, TEA)

    def test_an_address_that_was_taken_meanwhile_is_not_given_away(self, client, link):
        PersonFactory(address=TEA, user=UserFactory())
        assert client.post(link, NEW).status_code == 409
        assert not User.objects.filter(username="tea").exists()

    def test_who_is_logged_in_has_an_account(self, client, jane):
        client.force_login(jane)
        assert client.get("/register/").headers["Location"] == "/user/"


class TestNoEnumeration:
    @pytest.mark.parametrize("page", ASKING)
    def test_the_answer_is_the_same_for_any_address(self, client, jane, mailoutbox, page):
        answers = [
            client.post(page, ASKING[page] | {"email": address})
            for address in ("jane@example.org", "nobody@example.org")
        ]
        assert [(each.status_code, each.headers["Location"]) for each in answers] == [
            (302, "/mail-sent/")
        ] * 2
        assert answers[0].cookies == answers[1].cookies
        assert [letter.to for letter in mailoutbox] == [
            ["jane@example.org"],
            ["nobody@example.org"],
        ]

    def test_the_owner_is_told_by_mail(self, client, jane, mailoutbox):
        client.post("/register/", {"email": "Jane@Example.org"})
        client.post("/mail-settings/", {"email": "jane@example.org", "wish": "opt-out"})
        assert [subject for _, subject in read_summaries(mailoutbox)] == [
            "You have an account at Patchtrack",
            "Your mail from Patchtrack",
        ]
        assert not Confirmation.objects.exists()

    def test_an_address_that_opted_out_gets_no_mail_and_the_same_page(self, client, db, mailoutbox):
        OptOut.objects.create(address=TEA)
        assert client.post("/register/", {"email": TEA}).headers["Location"] == "/mail-sent/"
        assert mailoutbox == []


class TestManyMails:
    @pytest.mark.parametrize("page", ASKING)
    @pytest.mark.parametrize("address", ["jane@example.org", TEA])
    def test_nobodys_mailbox_is_filled(self, client, jane, mailoutbox, page, address):
        asking = ASKING[page] | {"email": address}
        answers = [client.post(page, asking) for _ in range(6)]
        assert [each.status_code for each in answers] == [302] * 5 + [429]
        assert "Try again in 15 minutes." in answers[-1].content.decode()
        assert 890 <= int(answers[-1].headers["Retry-After"]) <= 900
        assert len(mailoutbox) == 5

    def test_one_network_does_not_fill_many_mailboxes(self, client, db, mailoutbox):
        answers = [
            client.post("/register/", {"email": f"tea{number}@example.org"}, REMOTE_ADDR="8.8.8.8")
            for number in range(21)
        ]
        assert answers[-1].status_code == 429
        again = client.post("/register/", {"email": TEA}, REMOTE_ADDR="8.8.4.4")
        assert again.status_code == 302

    def test_a_mail_server_that_is_away_is_told(self, client, monkeypatch, db):
        def refuse(*_):
            raise ConnectionRefusedError

        monkeypatch.setattr(EmailBackend, "send_messages", refuse)
        for page, more in ASKING.items():
            response = client.post(page, more | {"email": TEA})
            assert response.status_code == 503
            assert "The mail could not be sent" in response.content.decode()


class TestMailSettings:
    def test_out_and_in_again(self, client, db, mailoutbox):
        for wish, is_out in (("opt-out", True), ("opt-in", False)):
            client.post("/mail-settings/", {"email": TEA, "wish": wish})
            link = find_link(mailoutbox)
            client.get(link)
            assert OptOut.objects.filter(address=TEA).exists() is not is_out
            client.post(link)
            assert OptOut.objects.filter(address=TEA).exists() is is_out
            assert client.post(link).status_code == 404

    def test_a_wish_that_is_none_is_refused(self, client, db, mailoutbox):
        client.post("/mail-settings/", {"email": TEA, "wish": "opt-up"})
        assert mailoutbox == []


HOSTILE = [
    "tea@example.org\nBcc: all@example.org",
    "tea@example.org\r\n\r\nBuy tea",
    "tea@example.org, all@example.org",
    "te\0a@example.org",
    '"<script>"@example.org',
    "t" * 100_000 + "@example.org",
]


@pytest.mark.parametrize("page", ASKING)
@pytest.mark.parametrize("address", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_address_gets_no_mail(client, db, mailoutbox, page, address):
    response = client.post(page, ASKING[page] | {"email": address})
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert "<script>" not in response.content.decode()
    assert mailoutbox == []


@pytest.mark.parametrize("page", ASKING)
def test_a_list_gets_no_mail(client, db, mailoutbox, page):
    ProjectFactory(list_email="Tea@lists.example.org")
    response = client.post(page, ASKING[page] | {"email": "tea@lists.example.org"})
    assert "to a mailing list or a project" in get_text(response)
    assert mailoutbox == []


def test_a_link_never_leads_to_another_host(client, db, mailoutbox):
    response = client.post("/register/", {"email": TEA}, headers={"host": "evil.example.org"})
    assert response.status_code == 400
    assert mailoutbox == []


def test_no_key_is_logged(client, link, caplog, settings):
    options = settings.LOGGING["formatters"]["line"]
    caplog.handler.setFormatter(import_string(options["class"])(options["format"]))
    client.post(link, NEW)
    client.get(link)
    assert "Not Found: /confirm/" in caplog.text
    assert link.split("/")[2] not in caplog.text


@pytest.mark.parametrize("purpose", Purpose)
def test_opening_a_link_changes_nothing(client, jane, purpose):
    client.force_login(jane)
    link = f"/confirm/{add_confirmation(purpose, TEA, jane)}/"
    with CaptureQueriesContext(connection) as queries:
        assert client.get(link).status_code == 200
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


@pytest.mark.parametrize("page", [*ASKING, "/mail-sent/"])
def test_pages_for_strangers_take_no_query(client, django_assert_num_queries, db, page):
    with django_assert_num_queries(0):
        assert client.get(page).status_code == 200


def test_forms_need_their_token(jane):
    strict = Client(enforce_csrf_checks=True)
    link = f"/confirm/{add_confirmation(Purpose.OPT_OUT, TEA)}/"
    for page in (*ASKING, link, "/user/login/", "/user/logout/"):
        response = strict.post(page, {"email": TEA})
        assert response.status_code == 403
        assert "Please try again" in response.content.decode()
    assert not OptOut.objects.exists()
