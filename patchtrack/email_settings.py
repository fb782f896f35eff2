"""Reads from the environment how mail is sent, and under which address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from patchtrack.environment import read_text, split_server

BACKENDS = "django.core.mail.backends"
# A URL's scheme, and its default port.
SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_SITE = re.compile(r"https?://[\w\[][!-~]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Where our mails go: to a server, into a directory, or to the console."""

    backend: str
    directory: str | None = None
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


def parse_email_url(url: str, root: Path) -> Outbox:
    """Reads `console:`, `file:///PATH` or `smtp://USER:PASSWORD@HOST:PORT`.

    With `smtp+starttls://` and `smtps://` the connection is encrypted. Every part may be
    percent-encoded (RFC 3986). A relative path is one under `root`. Raises
    ImproperlyConfigured, whose text never repeats the URL, since that may hold a password.
    """
    parts = urlsplit(url)
    if parts.scheme == "console":
        return Outbox(backend=f"{BACKENDS}.console.EmailBackend")
    if parts.scheme == "file" and not parts.netloc:
        path = root / unquote(parts.path)[1:]
        return Outbox(backend=f"{BACKENDS}.filebased.EmailBackend", directory=str(path))
    has_more = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in SMTP_PORTS or not parts.netloc or has_more:
        raise ImproperlyConfigured(
            "PATCHTRACK_EMAIL_URL must be console:, file:///directory or smtp://host, "
            "such as smtp+starttls://user:password@mail.example.org:587 "
            "(in a password, write @ : / ? # as %40 %3A %2F %3F %23)"
        )
    return split_smtp_url(parts)


def split_smtp_url(parts: SplitResult) -> Outbox:
    login, _, server = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    host, port = split_server(server)
    if port and not (port.isascii() and port.isdigit()):
        raise ImproperlyConfigured("PATCHTRACK_EMAIL_URL has a port that is no number")
    return Outbox(
        backend=f"{BACKENDS}.smtp.EmailBackend",
        host=unquote(host),
        port=int(port or SMTP_PORTS[parts.scheme]),
        user=unquote(user),
        password=unquote(password),
        starttls=parts.scheme == "smtp+starttls",
        tls=parts.scheme == "smtps",
    )


def choose_sender(environ: Mapping[str, str], hosts: list[str]) -> str:
    """What stands in the From of our mails; by default an address at the first of `hosts`."""
    host = hosts[0].lstrip(".")
    sender = read_text(environ, "PATCHTRACK_FROM_EMAIL", f"Patchtrack <patchtrack@{host}>")
    local, _, domain = parseaddr(sender)[1].rpartition("@")
    if not (local and domain and sender.isprintable()):
        raise ImproperlyConfigured(
            f"PATCHTRACK_FROM_EMAIL is {sender!r}, but must be a mail address, "
            "such as: Patchtrack <patches@example.org>"
        )
    return sender


def choose_site(environ: Mapping[str, str], hosts: list[str], *, production: bool) -> str:
    """The address of the site, without a final slash, for mails that no request has caused."""
    default = f"https://{hosts[0].lstrip('.')}" if production else "http://localhost:8000"
    url = read_text(environ, "PATCHTRACK_SITE_URL", default)
    if not _SITE.fullmatch(url) or set(url) & set("?#<>"):
        raise ImproperlyConfigured(
            f"PATCHTRACK_SITE_URL is {url!r}, but must be the address of the site, "
            "such as https://patches.example.org"
        )
    return url.rstrip("/")
