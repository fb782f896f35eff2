"""Who has errors mailed, as Django can, finds no token and no password in these mails."""

import logging
from xmlrpc.client import dumps

import pytest
from django.utils.log import AdminEmailHandler
from django.views.debug import get_exception_reporter_filter

from patchtrack.services.accounts import add_token
from tests.factories import UserFactory
from tests.patchtrack.api.xmlrpc.calling import basic

PASSWORD = "long and secret"
CALL = {"data": dumps((1, {}), "patch_set"), "content_type": "text/xml"}


@pytest.fixture
def broken(monkeypatch):
    """Breaks what it is given."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    return lambda name: monkeypatch.setattr(name, fail)


@pytest.fixture
def reports(client, settings, mailoutbox):
    """What a site's errors are told in, with the values of all variables."""
    settings.ADMINS = [("Admin", "admin@example.org")]
    client.raise_request_exception = False
    logger, handler = logging.getLogger("django.request"), AdminEmailHandler(include_html=True)
    logger.addHandler(handler)
    yield lambda: "".join(mail.body + mail.alternatives[0].content for mail in mailoutbox)
    logger.removeHandler(handler)


@pytest.fixture
def user(db):
    user = UserFactory(username="jane")
    user.set_password(PASSWORD)
    user.save()
    return user


def ask(client, url: str, authorization: str) -> None:
    headers = {"Authorization": authorization}
    if url == "/xmlrpc/":
        client.post(url, headers=headers, **CALL)
    else:
        client.get(url, headers=headers)


@pytest.mark.parametrize("url", ["/api/patches/", "/bundle/jane/x/mbox/", "/xmlrpc/"])
def test_no_report_tells_who_asked_by_what(client, settings, user, reports, broken, url):
    settings.PATCHTRACK_XMLRPC = True
    token, password = add_token(user), basic("jane", PASSWORD)
    broken("patchtrack.services.accounts.hash_token")
    broken("django.contrib.auth.models.User.check_password")
    for authorization in (f"Token {token}", password):
        ask(client, url, authorization)
    text = reports()
    assert text.count("RuntimeError at ") == 4
    for secret in (token, PASSWORD, password.partition(" ")[2]):
        assert secret not in text


def test_no_report_tells_what_was_sent_to_log_in(client, user, reports, broken):
    broken("django.contrib.auth.models.User.check_password")
    client.post("/user/login/", {"username": "jane", "password": PASSWORD})
    assert "RuntimeError at " in reports()
    assert PASSWORD not in reports()


def test_no_report_tells_a_new_token(client, user, reports, broken, monkeypatch):
    monkeypatch.setattr("patchtrack.services.accounts.secrets.token_hex", lambda _: PASSWORD)
    client.force_login(user)
    for place in ("web.views.accounts.render", "services.accounts.hash_token"):
        broken(f"patchtrack.{place}")
        client.post("/user/tokens/", {"name": "kettle", "scope": "all"})
    assert reports().count("RuntimeError at ") == 4
    assert PASSWORD not in reports()


def test_no_report_tells_how_webhooks_are_signed(client, user, project, reports, broken):
    project.maintainers.add(user)
    client.force_login(user)
    broken("patchtrack.services.webhooks.find_newest_cursor")
    client.post(
        f"/project/{project.linkname}/settings/webhooks/",
        {"url": "https://ci.example.org/", "secret": PASSWORD},
    )
    assert "RuntimeError at " in reports()
    assert PASSWORD not in reports()


def test_no_report_tells_the_settings_that_hold_passwords():
    told = get_exception_reporter_filter(None).get_safe_settings()
    hidden = "********************"
    assert {told["DATABASE_URL"], told["OUTBOX"], told["SECRET_KEY"]} == {hidden}
