"""How mail is sent is read from one URL, and refused when wrong."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from patchtrack.email_settings import Outbox, choose_sender, choose_site, parse_email_url

HERE = Path("/opt/patchtrack")


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://mx.example.org", 25, False, False),
        ("smtp+starttls://mx.example.org", 587, True, False),
        ("smtps://mx.example.org", 465, False, True),
        ("smtps://mx.example.org:2465/", 2465, False, True),
    ],
)
def test_a_scheme_says_port_and_encryption(url, port, starttls, tls):
    outbox = parse_email_url(url, HERE)
    assert (outbox.host, outbox.port, outbox.starttls, outbox.tls) == (
        "mx.example.org", port, starttls, tls,
    )  # fmt: skip


def test_a_password_may_hold_anything():
    outbox = parse_email_url("smtp://jane%40x.org:s%3Ae%2Fc%23@[::1]:2525", HERE)
    assert outbox == Outbox(
        backend="django.core.mail.backends.smtp.EmailBackend",
        host="::1",
        port=2525,
        user="jane@x.org",
        password="s:e/c#",
    )


@pytest.mark.parametrize(
    ("url", "directory"),
    [("file:///var/mail", "/opt/patchtrack/var/mail"), ("file:////var/mail", "/var/mail")],
)
def test_mail_may_go_into_a_directory(url, directory):
    assert parse_email_url(url, HERE).directory == directory


def test_mail_may_be_printed():
    assert parse_email_url("console:", HERE).backend.endswith("console.EmailBackend")


@pytest.mark.parametrize(
    "url",
    [
        "mx.example.org",
        "imap://jane:secret@mx.example.org",
        "smtp:",
        "smtp://jane:sec#ret@mx.example.org",
        "smtp://jane:secret/x@mx.example.org",
        "smtp://jane:secret@mx.example.org?tls=yes",
        "smtp://jane:secret@mx.example.org:port",
        "file://secret/mail",
    ],
)
def test_a_wrong_url_is_refused_without_telling_its_password(url):
    with pytest.raises(ImproperlyConfigured, match="PATCHTRACK_EMAIL_URL") as caught:
        parse_email_url(url, HERE)
    assert "sec" not in str(caught.value)


def test_the_sender_is_at_the_first_host():
    assert choose_sender({}, [".example.org", "x.org"]) == "Patchtrack <patchtrack@example.org>"


def test_the_sender_can_be_said():
    environ = {"PATCHTRACK_FROM_EMAIL": "patches@example.org"}
    assert choose_sender(environ, ["x.org"]) == "patches@example.org"


@pytest.mark.parametrize("sender", ["patches", "Patches", "@x.org", "a@x.org\nBcc: b@x.org"])
def test_a_sender_that_is_none_is_refused(sender):
    with pytest.raises(ImproperlyConfigured, match="PATCHTRACK_FROM_EMAIL is "):
        choose_sender({"PATCHTRACK_FROM_EMAIL": sender}, ["x.org"])


def test_the_site_is_at_the_first_host():
    assert choose_site({}, [".example.org", "x.org"], production=True) == "https://example.org"
    assert choose_site({}, ["localhost"], production=False) == "http://localhost:8000"


def test_the_site_can_be_said():
    environ = {"PATCHTRACK_SITE_URL": "https://example.org/patches/"}
    assert choose_site(environ, ["x.org"], production=True) == "https://example.org/patches"


@pytest.mark.parametrize(
    "url", ["example.org", "ftp://x.org", "https://", "https://x?a", "http://a b"]
)
def test_a_site_that_is_none_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="PATCHTRACK_SITE_URL is"):
        choose_site({"PATCHTRACK_SITE_URL": url}, ["x.org"], production=True)
