"""A user's own pages, which are nobody else's."""

import re
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patchtrack.models import ApiToken, Confirmation, Person, Profile
from patchtrack.services.accounts import add_token, hash_token
from tests.factories import PersonFactory, ProjectFactory, UserFactory
from tests.patchtrack.letters import find_link, read_summaries

PROFILE = {"first_name": "Jane", "page_size": "20", "time_zone": "Asia/Tokyo"}
PAGES = ("/user/", "/user/link/", "/user/tokens/", "/user/password-change/")


@pytest.fixture
def jane(db):
    """A user with two addresses and a token."""
    user = UserFactory(username="jane", email="jane@example.org")
    PersonFactory(address="jane@example.org", user=user)
    PersonFactory(address="jane@work.example.org", user=user)
    add_token(user, "laptop")
    return user


@pytest.fixture
def as_jane(client, jane):
    client.force_login(jane)
    return client


@pytest.fixture
def work(jane) -> Person:
    return jane.people.get(address="jane@work.example.org")


def read(response) -> str:
    """The page's text without its markup, blanks collapsed."""
    main = response.content.decode().partition("<main")[2]
    return " ".join(unescape(re.sub("<[^>]*>", " ", main)).split())


class TestProfile:
    def test_it_is_saved(self, as_jane, jane):
        assert "Your profile is saved." in read(as_jane.post("/user/", PROFILE, follow=True))
        jane.refresh_from_db()
        profile = jane.profile
        assert (jane.first_name, profile.page_size, profile.time_zone, profile.notifications) == (
            "Jane", 20, "Asia/Tokyo", False,
        )  # fmt: skip

    @pytest.mark.parametrize(
        "wrong",
        [
            {"page_size": "0"},
            {"page_size": "251"},
            {"page_size": "9" * 5000},
            {"time_zone": "Asia/Atlantis"},
            {"time_zone": "../UTC"},
            {"first_name": "J" * 151},
            {"first_name": "Ja\0ne"},
        ],
    )
    def test_what_is_wrong_is_not_saved(self, as_jane, wrong):
        page = as_jane.post("/user/", PROFILE | wrong)
        assert "errorlist" in page.content.decode()
        assert not Profile.objects.exists()

    def test_nothing_else_can_be_changed(self, as_jane, jane):
        as_jane.post("/user/", PROFILE | {"is_staff": "on", "username": "x", "email": "x@x.org"})
        jane.refresh_from_db()
        assert (jane.is_staff, jane.username, jane.email) == (False, "jane", "jane@example.org")


class TestAddresses:
    def test_another_one_is_added_by_the_link_that_was_mailed_there(
        self, as_jane, jane, mailoutbox
    ):
        page = as_jane.post("/user/link/", {"email": "jane@home.example.org"}, follow=True)
        assert "on its way to jane@home.example.org" in read(page)
        link = find_link(mailoutbox)
        assert "will be that of the account jane" in read(as_jane.get(link))
        assert not Person.objects.filter(address="jane@home.example.org").exists()
        as_jane.post(link)
        assert Person.objects.get(address="jane@home.example.org").user == jane

    def test_a_link_asks_to_log_in(self, client, as_jane, mailoutbox):
        as_jane.post("/user/link/", {"email": "jane@home.example.org"})
        link = find_link(mailoutbox)
        client.logout()
        for response in (client.get(link), client.post(link)):
            assert response.headers["Location"] == f"/user/login/?next={link}"

    def test_a_link_is_dead_for_others(self, client, as_jane, mailoutbox):
        as_jane.post("/user/link/", {"email": "jane@home.example.org"})
        client.force_login(UserFactory())
        link = find_link(mailoutbox)
        assert (client.get(link).status_code, client.post(link).status_code) == (404, 404)
        assert not Person.objects.filter(address="jane@home.example.org").exists()

    def test_another_users_address_gets_the_same_answer_and_another_mail(
        self, client, jane, mailoutbox
    ):
        client.force_login(UserFactory())
        answers = [
            read(client.post("/user/link/", {"email": address}, follow=True)).replace(address, "")
            for address in ("jane@work.example.org", "joes@work.example.org")
        ]
        assert answers[0] == answers[1]
        assert read_summaries(mailoutbox) == [
            ("jane@work.example.org", "You have an account at Patchtrack"),
            ("joes@work.example.org", "Your address at Patchtrack"),
        ]

    def test_one_is_removed(self, as_jane, work):
        as_jane.post(f"/user/unlink/{work.pk}/")
        work.refresh_from_db()
        assert work.user is None

    def test_the_primary_one_is_not(self, as_jane, jane):
        row = jane.people.get(address="jane@example.org").pk
        page = as_jane.post(f"/user/unlink/{row}/", follow=True)
        assert "Make another one primary first" in read(page)
        assert jane.people.count() == 2

    def test_another_one_becomes_primary(self, as_jane, jane, work):
        as_jane.post(f"/user/primary/{work.pk}/")
        jane.refresh_from_db()
        assert jane.email == "jane@work.example.org"

    def test_a_primary_one_that_nobody_confirmed_is_shown_as_such(self, client, db):
        client.force_login(UserFactory(email="Mo@example.org"))
        assert "mo@example.org primary, not confirmed" in read(client.get("/user/link/"))


class TestTokens:
    def test_a_new_one_is_shown_once(self, as_jane, jane, caplog):
        page = as_jane.post("/user/tokens/", {"name": "desktop", "scope": "all"})
        token = re.search(r"<code>([0-9a-f]{40})</code>", page.content.decode())[1]
        assert jane.api_tokens.get(name="desktop").digest == hash_token(token)
        assert token not in as_jane.get("/user/tokens/").content.decode()
        assert token not in caplog.text
        assert token not in str(as_jane.cookies)
        assert "no-store" in page.headers["Cache-Control"]

    def test_one_can_be_limited(self, as_jane, jane):
        page = as_jane.post("/user/tokens/", {"name": "bot", "scope": "checks"})
        assert "only read, and report checks" in page.content.decode()
        assert jane.api_tokens.get(name="bot").scope == "checks"

    @pytest.mark.parametrize("name", ["laptop", "", " ", "x" * 101, "a\0b"])
    def test_a_wrong_name_makes_none(self, as_jane, jane, name):
        page = as_jane.post("/user/tokens/", {"name": name, "scope": "all"})
        assert "errorlist" in page.content.decode()
        assert jane.api_tokens.count() == 1

    def test_a_name_is_only_text(self, as_jane):
        page = as_jane.post("/user/tokens/", {"name": "<script>alert(1)</script>", "scope": "all"})
        assert "<script>" not in page.content.decode()

    def test_one_is_revoked(self, as_jane, jane):
        as_jane.post(f"/user/tokens/{jane.api_tokens.get().pk}/revoke/")
        assert not jane.api_tokens.exists()


def make_stranger(kind: str):
    """Every kind of user who is not Jane."""
    if kind == "anonymous":
        return None
    user = UserFactory(is_staff=kind != "user", is_superuser=kind == "superuser")
    if kind == "maintainer":
        ProjectFactory(maintainers=[user])
    return user


@pytest.mark.parametrize("kind", ["anonymous", "user", "maintainer", "staff", "superuser"])
class TestOthers:
    def test_what_is_janes_stays_janes(self, client, jane, work, kind):
        user = make_stranger(kind)
        if user:
            client.force_login(user)
        token = jane.api_tokens.get()
        for path in (f"unlink/{work.pk}", f"primary/{work.pk}", f"tokens/{token.pk}/revoke"):
            response = client.post(f"/user/{path}/")
            assert response.status_code == (404 if user else 302)
        work.refresh_from_db()
        jane.refresh_from_db()
        assert (work.user, jane.email) == (jane, "jane@example.org")
        assert ApiToken.objects.get() == token

    def test_what_they_write_is_their_own(self, client, jane, kind):
        user = make_stranger(kind)
        if user:
            client.force_login(user)
        client.post("/user/", PROFILE)
        client.post("/user/tokens/", {"name": "desktop", "scope": "all"})
        client.post("/user/link/", {"email": "x@example.org"})
        owners = [Profile.objects.get().user] if user else []
        owners += [row.user for row in ApiToken.objects.exclude(name="laptop")]
        owners += [row.user for row in Confirmation.objects.all()]
        assert owners == ([user] * 3 if user else [])
        assert get_user_model().objects.get(username="jane").first_name == ""


@pytest.mark.parametrize("page", PAGES)
class TestPages:
    def test_strangers_are_asked_to_log_in(self, client, db, page):
        assert client.get(page).headers["Location"] == f"/user/login/?next={page}"

    def test_they_take_a_fixed_number_of_queries(
        self, as_jane, jane, django_assert_num_queries, page
    ):
        number = 3 if page in ("/user/link/", "/user/tokens/") else 2
        with django_assert_num_queries(number):
            as_jane.get(page)
        for index in range(5):
            PersonFactory(user=jane)
            add_token(jane, f"token {index}")
        with django_assert_num_queries(number):
            assert as_jane.get(page).status_code == 200

    def test_they_only_read_and_are_not_kept(self, as_jane, page):
        with CaptureQueriesContext(connection) as queries:
            response = as_jane.get(page)
        assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
        assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["unlink/1", "primary/1", "tokens/1/revoke", "logout"])
def test_a_link_writes_nothing(as_jane, path):
    assert as_jane.get(f"/user/{path}/").status_code == 405


@pytest.mark.parametrize("path", ["unlink", "primary"])
def test_a_number_that_no_row_has_is_not_found(as_jane, path):
    assert as_jane.post(f"/user/{path}/{'9' * 30}/").status_code == 404


def test_times_are_shown_in_the_users_time_zone(as_jane, jane):
    Profile.objects.create(user=jane, time_zone="Asia/Tokyo")
    assert re.search(r"made \d\d \w+ \d{4} \d\d:\d\d JST", read(as_jane.get("/user/tokens/")))


def test_a_time_zone_ends_with_its_page(as_jane, jane, client, series):
    Profile.objects.create(user=jane, time_zone="Asia/Tokyo")
    as_jane.get("/user/")
    client.logout()
    page = client.get("/project/teapot/patch/1@example.org/").content.decode()
    assert "09:00 UTC" in page


def test_the_bar_leads_to_the_account(client, jane):
    assert 'href="/register/"' in client.get("/").content.decode()
    client.force_login(jane)
    page = client.get("/").content.decode()
    assert '<a href="/user/">jane</a>' in page
    assert 'href="/register/"' not in page
