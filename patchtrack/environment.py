"""Reads environment variables into the values that settings are made of, refusing what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgresql": "django.db.backends.postgresql",
    "postgres": "django.db.backends.postgresql",
}

SECRET_KEY_CHARACTERS = 50  # what Django's `check --deploy` asks for
DEVELOPMENT_SECRET_KEY = "django-insecure-known-to-everybody-who-reads-the-source"  # noqa: S105

# psycopg.IsolationLevel by value, so that SQLite users need not load psycopg.
ISOLATION_LEVELS = {"read committed": 2, "repeatable read": 3, "serializable": 4}

# Django reads these from OPTIONS too, but as Python values that no URL can hold.
RESERVED_OPTIONS = frozenset(
    {"pool", "isolation_level", "server_side_binding", "cursor_factory", "context"}
)

# WAL lets readers go on while one process writes. In WAL mode synchronous=FULL syncs the log
# at every commit: what was answered with "250" is still there after a power loss, which NORMAL
# does not promise. The other lines only trade memory for speed.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32768",  # KiB
    "PRAGMA mmap_size = 134217728",  # bytes
    "PRAGMA journal_size_limit = 67108864",  # bytes
)

IDLE_IN_TRANSACTION_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAddress:
    """What a DATABASE_URL says, decoded; `name` is a path for SQLite, else a database's name."""

    engine: str
    name: str
    user: str = ""
    password: str = ""
    host: str = ""
    port: str = ""
    options: tuple[tuple[str, str], ...] = ()


def read_text(environ: Mapping[str, str], name: str, default: str = "") -> str:
    """The variable without surrounding blanks; one that is set but empty counts as not set."""
    return environ.get(name, "").strip() or default


def read_list(environ: Mapping[str, str], name: str) -> list[str]:
    """The non-empty items of a comma separated list."""
    items = [item.strip() for item in read_text(environ, name).split(",")]
    return [item for item in items if item]


def read_pairs(environ: Mapping[str, str], name: str) -> dict[str, str]:
    """`key=value,...`, the keys in lower case."""
    pairs = [item.partition("=") for item in read_list(environ, name)]
    for key, _, value in pairs:
        if not key.strip() or not value.strip():
            raise ImproperlyConfigured(f"{name} must be key=value,key=value: see {key!r}")
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def read_networks(environ: Mapping[str, str], name: str) -> list[IPv4Network | IPv6Network]:
    """Networks in CIDR notation (RFC 4632), separated by commas."""
    try:
        return [ip_network(item) for item in read_list(environ, name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be networks such as 10.0.0.0/8: {error}") from None


def read_people(environ: Mapping[str, str], name: str) -> list[tuple[str, str]]:
    """`Name <address>` or an address alone, separated by commas: names and addresses."""
    people = [parseaddr(item) for item in read_list(environ, name)]
    if not all("@" in address for _, address in people):
        raise ImproperlyConfigured(f"{name} must be Name <address>, Name <address>")
    return people


def read_choice(
    environ: Mapping[str, str], name: str, choices: tuple[str, ...], default: str
) -> str:
    """One of `choices`, which are lower case; the case of the variable does not matter."""
    value = read_text(environ, name, default).lower()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}, but must be one of: {', '.join(choices)}")
    return value


def read_integer(environ: Mapping[str, str], name: str, default: int, *, least: int = 0) -> int:
    text = read_text(environ, name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise ImproperlyConfigured(f"{name} is {text!r}, but must be a whole number from {least}")
    return int(text)


def read_seconds(
    environ: Mapping[str, str], name: str, default: float, *, least: float = 0
) -> float:
    """A duration in seconds, which may have a fraction."""
    text = read_text(environ, name, str(default))
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not least <= seconds <= 86400:
        raise ImproperlyConfigured(
            f"{name} is {text!r}, but must be seconds from {least:g} to 86400"
        )
    return seconds


def split_header(text: str) -> tuple[str, str] | None:
    """Django's SECURE_PROXY_SSL_HEADER from `X-Forwarded-Proto` or `X-Forwarded-Proto: https`."""
    name, _, value = text.partition(":")
    if not name:
        return None
    return "HTTP_" + name.strip().upper().replace("-", "_"), value.strip() or "https"


def read_header(environ: Mapping[str, str], name: str) -> str:
    """A header's name as a request's META has it, such as HTTP_X_FORWARDED_FOR; or empty."""
    header = split_header(read_text(environ, name))
    return header[0] if header else ""


def choose_secret_key(environ: Mapping[str, str], *, production: bool) -> str:
    """The key that signs sessions; the development profile has one that everybody knows."""
    key = read_text(environ, "PATCHTRACK_SECRET_KEY")
    if production and len(key) < SECRET_KEY_CHARACTERS:
        raise ImproperlyConfigured(
            f"PATCHTRACK_SECRET_KEY {'is too short' if key else 'is not set'}: the production "
            f"profile needs at least {SECRET_KEY_CHARACTERS} characters. Make a key, once, by: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return key or DEVELOPMENT_SECRET_KEY


def choose_hosts(environ: Mapping[str, str], *, production: bool) -> list[str]:
    """The host names that the web answers to; the development profile knows its own machine."""
    hosts = read_list(environ, "PATCHTRACK_HOSTS")
    if production and not hosts:
        raise ImproperlyConfigured(
            "PATCHTRACK_HOSTS is not set: the production profile answers to the host names in "
            "it only, such as: patches.example.org,www.example.org"
        )
    return hosts or ["localhost", "127.0.0.1", "[::1]"]


def parse_database_url(url: str, root: Path) -> DatabaseAddress:
    """Reads `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTION=VALUE`.

    Every part may be percent-encoded (RFC 3986). A relative SQLite path is one under `root`.
    PostgreSQL's options are libpq's connection parameters. Raises ImproperlyConfigured, whose
    text never repeats the URL, since that may hold a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ENGINES or not url.startswith(f"{parts.scheme}://"):
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with sqlite:/// or postgresql://, "
            "such as sqlite:////srv/p.sqlite3 or postgresql://user@host/name"
        )
    if parts.fragment:
        raise ImproperlyConfigured("DATABASE_URL holds a bare '#': write it as %23")
    if parts.scheme == "sqlite":
        return split_sqlite_url(parts, root)
    return split_postgresql_url(parts)


def split_sqlite_url(parts: SplitResult, root: Path) -> DatabaseAddress:
    path = unquote(parts.path)[1:]
    if parts.netloc or parts.query or not path:
        raise ImproperlyConfigured(
            "DATABASE_URL must be sqlite:////absolute/path or sqlite:///relative/path"
        )
    if path == ":memory:":
        raise ImproperlyConfigured(
            "DATABASE_URL must name a file: other processes cannot see a database in memory"
        )
    return DatabaseAddress(engine=ENGINES["sqlite"], name=str(root / path))


def split_postgresql_url(parts: SplitResult) -> DatabaseAddress:
    login, _, server = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    host, port = split_server(server)
    address = DatabaseAddress(
        engine=ENGINES["postgresql"],
        name=unquote(parts.path[1:]),
        user=unquote(user),
        password=unquote(password),
        host=unquote(host),
        port=port,
        options=split_query(parts.query),
    )
    check_postgresql_address(address)
    return address


def split_server(server: str) -> tuple[str, str]:
    """Host and port of `host`, `host:port`, `[::1]:port` or a percent-encoded socket directory."""
    if server.startswith("["):
        host, _, rest = server[1:].partition("]")
        return host, rest.removeprefix(":")
    host, _, port = server.partition(":")
    return host, port


def split_query(query: str) -> tuple[tuple[str, str], ...]:
    """`a=b&c=d`, decoded as libpq does: a plus sign is a plus sign."""
    pairs = (item.partition("=") for item in query.split("&") if item)
    return tuple((unquote(key), unquote(value)) for key, _, value in pairs)


def check_postgresql_address(address: DatabaseAddress) -> None:
    keys = [key for key, _ in address.options]
    if address.port and not (address.port.isascii() and address.port.isdigit()):
        raise ImproperlyConfigured(
            "DATABASE_URL has a port that is no number "
            "(in a password, write @ : / ? # as %40 %3A %2F %3F %23)"
        )
    if not address.name and "service" not in keys:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgresql://host/NAME")
    if reserved := RESERVED_OPTIONS.intersection(keys):
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot set {min(reserved)!r}: see PATCHTRACK_DATABASE_POOL "
            "and PATCHTRACK_ISOLATION"
        )


def derive_database(address: DatabaseAddress, environ: Mapping[str, str]) -> dict[str, Any]:
    """One entry of Django's DATABASES, with every timeout that keeps a connection from hanging."""
    if address.engine == ENGINES["sqlite"]:
        specific = derive_sqlite(environ)
    else:
        specific = derive_postgresql(address, environ)
    return {"ENGINE": address.engine, "NAME": address.name, "CONN_HEALTH_CHECKS": True} | specific


def derive_sqlite(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A transaction that begins by reading could not be upgraded once another one wrote.
            "transaction_mode": "IMMEDIATE",
            # SQLite has no queue for its one writer's place, so patience is the only fairness.
            "timeout": read_seconds(environ, "PATCHTRACK_LOCK_TIMEOUT", 20, least=0.001),
            "init_command": "; ".join(SQLITE_PRAGMAS),
        },
    }


def derive_postgresql(address: DatabaseAddress, environ: Mapping[str, str]) -> dict[str, Any]:
    options: dict[str, Any] = {"application_name": "patchtrack"} | dict(address.options)
    options["options"] = join_server_options(environ, options.get("options", ""))
    options["isolation_level"] = ISOLATION_LEVELS[
        read_choice(environ, "PATCHTRACK_ISOLATION", tuple(ISOLATION_LEVELS), "read committed")
    ]
    pool = read_integer(environ, "PATCHTRACK_DATABASE_POOL", 0)
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    return {
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": address.port,
        # A pool keeps connections itself, and Django refuses to keep them a second time.
        "CONN_MAX_AGE": 0 if pool else None,
        "OPTIONS": options,
    }


def join_server_options(environ: Mapping[str, str], given: str) -> str:
    """libpq's `options`: our timeouts in milliseconds, no compiling of statements, which takes
    longer than any of a page runs, then what the URL gave, which wins."""
    timeouts = {
        "lock_timeout": read_seconds(environ, "PATCHTRACK_LOCK_TIMEOUT", 10, least=0.001),
        "statement_timeout": read_seconds(environ, "PATCHTRACK_STATEMENT_TIMEOUT", 60),
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS,
    }
    ours = [f"-c {name}={ceil(seconds * 1000)}" for name, seconds in timeouts.items()]
    return " ".join([*ours, "-c jit=off", given]).strip()
