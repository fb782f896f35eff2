#!/usr/bin/env python3
"""Fills a PostgreSQL database with a made-up project's years: `tools/make_database.py [URL]`.

By default a million patches, which takes minutes; `--patches 1000` makes as much smaller a one
in a second. Equal options make equal databases. All is as if the parser had taken the mails and
maintainers had worked on them: every raw mail is there, and `manage.py audit` finds nothing.

Exit status: 0; 2, wrong usage; 65, the database holds mail already; 69, it does not serve us.
"""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv/bin/python"
# Started by another Python than the one that tools/serve and tools/test have made.
if find_spec("django") is None and VENV_PYTHON.exists():
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606
sys.path.insert(0, str(ROOT))

# For so many patches, by default, as many of the others.
PER_PATCH = {"comments": 2.0, "series": 0.2, "people": 0.005, "checks": 0.3}
PATCHES = 1_000_000
LEAST = 10


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "url",
        nargs="?",
        metavar="URL",
        default=os.environ.get("DATABASE_URL", ""),
        help="postgresql://...; default: DATABASE_URL",
    )
    parser.add_argument("--patches", type=int, default=PATCHES, metavar="N")
    for name, share in PER_PATCH.items():
        parser.add_argument(f"--{name}", type=int, metavar="N", help=f"default: {share:g} a patch")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument(
        "--until",
        type=lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC),
        default=datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0),
        metavar="DATE",
        help="the date of the newest mail; default: this midnight",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    arguments = parser.parse_args()
    for name, share in PER_PATCH.items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, max(round(arguments.patches * share), LEAST))
    if arguments.series > arguments.patches:
        parser.error("each series has a patch")
    if not arguments.url.startswith("postgres"):
        parser.error("a PostgreSQL database is needed, for COPY")
    return arguments


def main() -> int:
    arguments = parse_arguments()
    os.environ["DATABASE_URL"] = arguments.url
    # An index of a large table takes its time.
    os.environ["PATCHTRACK_STATEMENT_TIMEOUT"] = "0"
    os.environ["DJANGO_SETTINGS_MODULE"] = "patchtrack.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import OperationalError

    from patchtrack.models import Message
    from tools.made_plan import Amounts
    from tools.making import fill_database

    amounts = Amounts(patches=arguments.patches, **{n: getattr(arguments, n) for n in PER_PATCH})
    try:
        call_command("migrate", verbosity=0)
        if Message.objects.exists():
            return fail(os.EX_DATAERR, "this database holds mail already")
    except OperationalError as error:
        return fail(os.EX_UNAVAILABLE, str(error))
    fill_database(amounts, arguments.seed, arguments.until, arguments.jobs, Progress().tell)
    return 0


class Progress:
    """Tells on stderr what is being done, and how long it has taken so far."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._is_terminal = sys.stderr.isatty()

    def tell(self, what: str, done: int = 0, total: int = 0) -> None:
        seconds = time.monotonic() - self._started
        share = f" {done / total:4.0%}" if total else ""
        # Only a terminal can show a line twice.
        if self._is_terminal or done in (0, total):
            end = "\r" if self._is_terminal and done < total else "\n"
            print(f"{seconds:7.1f} s  {what}{share}", end=end, file=sys.stderr, flush=True)


def fail(status: int, reason: str) -> int:
    print(f"tools/make_database.py: {reason}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
