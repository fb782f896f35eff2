"""Writes the DATABASE_URL of a configured database, for the processes that a test starts."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

# What derive_postgresql adds itself is no part of the address.
DERIVED = frozenset({"application_name", "isolation_level", "options", "pool"})


def format_database_url(settings: Mapping) -> str:
    """The inverse of parse_database_url, for an entry of Django's DATABASES."""
    if settings["ENGINE"].endswith("sqlite3"):
        return "sqlite:///" + quote(str(Path(settings["NAME"]).absolute()))
    login = f"{quote(settings['USER'], safe='')}:{quote(settings['PASSWORD'], safe='')}"
    server = quote(settings["HOST"], safe="") + (settings["PORT"] and f":{settings['PORT']}")
    given = {key: value for key, value in settings["OPTIONS"].items() if key not in DERIVED}
    query = urlencode(given, quote_via=quote)
    return f"postgresql://{login}@{server}/{quote(settings['NAME'], safe='')}?{query}"
