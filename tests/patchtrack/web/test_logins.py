"""Logging in and out, forgotten passwords, and those who guess them."""

import re
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import aauthenticate, authenticate, get_user_model
from django.db.models import F
from django.test import Client

from patchtrack.models import Throttle
from patchtrack.services.logins import DEVICE_COOKIE
from patchtrack.services.throttle import TooOften
from tests.factories import PersonFactory, UserFactory
from tests.patchtrack.letters import find_link, read_summaries
from tests.patchtrack.web.test_registration import get_text

PASSWORD = "a kettle of hot water"
OTHER = "a cup of cold coffee"
LOGIN = "/user/login/"


@pytest.fixture
def jane(db):
    user = UserFactory(username="jane", email="jane@example.org")
    user.set_password(PASSWORD)
    user.save()
    PersonFactory(address="jane@work.example.org", user=user)
    return user


def log_in(client, password: str = PASSWORD, username: str = "jane", **more):
    return client.post(LOGIN, {"username": username, "password": password}, **more)


def is_logged_in(client) -> bool:
    return "_auth_user_id" in client.session


def guess(times: int = 10, username: str = "jane", **more) -> None:
    """Somebody without any cookie tries wrong passwords."""
    for number in range(times):
        log_in(Client(), f"guess {number}", username, **more)


def let_pass(seconds: int) -> None:
    """As if so much time had passed for all who wait."""
    Throttle.objects.update(until=F("until") - timedelta(seconds=seconds))


class TestLogIn:
    def test_with_the_right_password_one_comes_where_one_was_going(self, client, jane, project):
        page = client.get("/project/teapot/").content.decode()
        assert 'href="/user/login/?next=%2Fproject%2Fteapot%2F"' in page
        response = log_in(client, QUERY_STRING="next=%2Fproject%2Fteapot%2F")
        assert response.headers["Location"] == "/project/teapot/"
        assert is_logged_in(client)

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example.org/",
            "//evil.example.org/",
            "///evil.example.org",
            "/\\evil.example.org",
            "http:///evil.example.org",
            "javascript:alert(1)",
            "\x00/",
        ],
    )
    def test_nobody_is_led_to_another_host(self, client, jane, url):
        for data, query in (({"next": url}, {}), ({}, {"next": url})):
            form = {"username": "jane", "password": PASSWORD} | data
            response = client.post(LOGIN, form, query_params=query)
            assert response.headers["Location"] == "/user/todo/"

    def test_a_wrong_name_and_a_wrong_password_look_the_same(self, client, jane):
        UserFactory(username="gone", is_active=False, password=jane.password)
        pages = [
            get_text(log_in(client, password, name)).replace(f'value="{name}"', "")
            for name, password in (("jane", OTHER), ("joe", PASSWORD), ("gone", PASSWORD))
        ]
        assert "do not belong together" in pages[0]
        assert pages[0] == pages[1] == pages[2]

    @pytest.mark.parametrize("name", ["ja\0ne", "j" * 100_000, "<script>", ""])
    def test_a_hostile_name_is_only_wrong(self, client, jane, name):
        page = log_in(client, username=name)
        assert page.status_code == 200
        assert "<script>" not in page.content.decode()

    def test_the_session_is_a_new_one(self, client, jane):
        client.session.save()
        before = client.cookies.get("sessionid")
        log_in(client)
        assert client.cookies["sessionid"] != before

    def test_the_admin_is_entered_by_the_same_door(self, client, jane):
        guess()
        response = client.post("/admin/login/", {"username": "jane", "password": PASSWORD})
        assert response.status_code == 429

    def test_a_user_who_is_no_administrator_is_told(self, client, jane):
        client.force_login(jane)
        page = client.get("/admin/", follow=True).content.decode()
        assert "You are logged in as jane, who may not see the page" in page

    def test_cookies_are_for_the_server_alone(self, client, jane, settings):
        settings.SESSION_COOKIE_SECURE = True
        log_in(client)
        for name in ("sessionid", DEVICE_COOKIE):
            cookie = client.cookies[name]
            assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)

    def test_the_page_takes_no_query(self, client, db, django_assert_num_queries):
        with django_assert_num_queries(0):
            client.get(LOGIN)


class TestLogOut:
    def test_by_the_button(self, client, jane):
        client.force_login(jane)
        assert 'action="/user/logout/"' in client.get("/").content.decode()
        assert client.post("/user/logout/").headers["Location"] == "/"
        assert not is_logged_in(client)

    def test_not_by_a_link(self, client, jane):
        client.force_login(jane)
        assert client.get("/user/logout/").status_code == 405
        assert is_logged_in(client)

    def test_nobody_is_led_to_another_host(self, client, jane):
        response = client.post("/user/logout/", {"next": "https://evil.example.org/"})
        assert response.headers["Location"] == "/"


class TestThrottle:
    def test_after_many_wrong_passwords_the_right_one_has_to_wait(self, client, jane):
        guess()
        response = log_in(client)
        assert response.status_code == 429
        assert re.search(r"Try again in (5\d|60) seconds", response.content.decode())
        assert 50 <= int(response.headers["Retry-After"]) <= 60
        assert not is_logged_in(client)

    def test_who_waits_gets_in(self, client, jane):
        guess(20)
        let_pass(60)
        log_in(client)
        assert is_logged_in(client)

    def test_the_answer_is_the_same_for_a_name_of_nobody(self, db):
        guess(username="joe")
        assert log_in(Client(), username="joe").status_code == 429

    def test_a_browser_that_was_here_before_is_not_locked_out_by_strangers(self, client, jane):
        log_in(client)
        client.post("/user/logout/")
        guess(50)
        log_in(client)
        assert is_logged_in(client)

    def test_such_a_browser_cannot_guess_either(self, client, jane):
        log_in(client)
        client.post("/user/logout/")
        answers = [log_in(client, "guess").status_code for _ in range(11)]
        assert answers == [200] * 10 + [429]

    def test_a_browsers_cookie_is_for_its_user_alone(self, client, jane):
        log_in(client)
        guess(username="joe")
        assert log_in(client, username="joe").status_code == 429

    @pytest.mark.parametrize("cookie", ["x", "a:b:c", "é", ""])
    def test_a_forged_cookie_is_none(self, client, jane, cookie):
        guess()
        client.cookies[DEVICE_COOKIE] = cookie
        assert log_in(client).status_code == 429

    def test_logging_in_frees_neither_the_name_nor_the_network(self, jane):
        guess(9)
        log_in(Client())
        guess(1)
        assert log_in(Client()).status_code == 429

    def test_many_names_from_one_network_have_to_wait(self, client, jane):
        for number in range(30):
            guess(1, f"user{number}", REMOTE_ADDR="8.8.8.8")
        assert log_in(client, REMOTE_ADDR="8.8.8.8").status_code == 429
        assert log_in(client, REMOTE_ADDR="8.8.4.4").status_code == 302

    def test_behind_a_proxy_that_does_not_say_the_client_nobody_waits_for_others(
        self, client, jane
    ):
        for number in range(40):
            guess(1, f"user{number}", REMOTE_ADDR="127.0.0.1")
        assert log_in(client, REMOTE_ADDR="127.0.0.1").status_code == 302

    def test_the_proxys_word_counts(self, client, jane, settings):
        settings.PATCHTRACK_PROXY_CLIENT_HEADER = "HTTP_X_FORWARDED_FOR"
        for number in range(30):
            guess(1, f"user{number}", headers={"x-forwarded-for": "10.0.0.1"})
        assert log_in(client, headers={"x-forwarded-for": "1.1.1.1,10.0.0.1"}).status_code == 429

    def test_whoever_asks_whether_a_password_is_right_is_counted(self, client, jane):
        for check in (authenticate, async_to_sync(aauthenticate)):
            for _ in range(5):
                check(username="jane", password="guess")
        with pytest.raises(TooOften):
            authenticate(username="jane", password=PASSWORD)

    def test_a_password_typed_as_a_name_is_not_kept(self, client, jane, caplog):
        guess(11, OTHER)
        assert OTHER not in str(list(Throttle.objects.values()))
        assert OTHER not in caplog.text


class TestForgottenPassword:
    @pytest.mark.parametrize("address", ["jane@example.org", "jane@work.example.org"])
    def test_by_any_address_to_a_new_one(self, client, jane, mailoutbox, address):
        client.post("/user/password-reset/", {"email": address})
        assert mailoutbox[0].to == ["jane@example.org"]
        form = client.get(find_link(mailoutbox, "user/password-reset")).headers["Location"]
        assert "For the account <strong>jane</strong>" in client.get(form).content.decode()
        passwords = {"new_password1": OTHER, "new_password2": OTHER}
        assert client.post(form, passwords).headers["Location"] == "/user/"
        jane.refresh_from_db()
        assert jane.check_password(OTHER)
        assert is_logged_in(client)

    def test_a_link_is_good_once(self, client, jane, mailoutbox):
        client.post("/user/password-reset/", {"email": "jane@example.org"})
        link = find_link(mailoutbox, "user/password-reset")
        jane.set_password(OTHER)
        jane.save()
        assert "This link leads nowhere" in client.get(link).content.decode()

    @pytest.mark.parametrize("path", ["x/y", "MQ/set-password", "MQ/x-y", "9/" + "9" * 5000])
    def test_a_link_that_never_was_one_is_dead(self, client, jane, path):
        page = client.get(f"/user/password-reset/{path}/").content.decode()
        assert "This link leads nowhere" in page

    def test_strangers_who_guess_are_no_obstacle(self, client, jane, mailoutbox):
        guess(50)
        client.post("/user/password-reset/", {"email": "jane@example.org"})
        form = client.get(find_link(mailoutbox, "user/password-reset")).headers["Location"]
        client.post(form, {"new_password1": OTHER, "new_password2": OTHER})
        client.post("/user/logout/")
        log_in(client, OTHER)
        assert is_logged_in(client)

    def test_a_user_made_by_an_administrator_gets_the_first_password_so(
        self, client, db, mailoutbox
    ):
        user = UserFactory(email="mo@example.org")
        user.set_unusable_password()
        user.save()
        client.post("/user/password-reset/", {"email": "mo@example.org"})
        assert read_summaries(mailoutbox) == [("mo@example.org", "A new password at Patchtrack")]

    def test_who_was_shut_out_stays_out(self, client, jane, mailoutbox):
        get_user_model().objects.update(is_active=False)
        client.post("/user/password-reset/", {"email": "jane@example.org"})
        assert read_summaries(mailoutbox) == [("jane@example.org", "No account at Patchtrack")]


class TestChangedPassword:
    def test_the_old_password_is_asked_for(self, client, jane):
        client.force_login(jane)
        passwords = {"new_password1": OTHER, "new_password2": OTHER}
        client.post("/user/password-change/", {"old_password": "wrong"} | passwords)
        jane.refresh_from_db()
        assert jane.check_password(PASSWORD)
        client.post("/user/password-change/", {"old_password": PASSWORD} | passwords)
        jane.refresh_from_db()
        assert jane.check_password(OTHER)

    def test_other_sessions_end(self, client, jane):
        here, elsewhere = Client(), Client()
        for each in (here, elsewhere):
            each.force_login(jane)
        passwords = {"new_password1": OTHER, "new_password2": OTHER}
        here.post("/user/password-change/", {"old_password": PASSWORD} | passwords)
        assert here.get("/user/").status_code == 200
        assert elsewhere.get("/user/").status_code == 302
