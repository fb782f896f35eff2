#!/usr/bin/env python3
"""Runs Patchtrack's commands: `manage.py help` lists them."""

import gc
import os
import sys
import traceback

# What is loaded makes a hundred thousand objects and no garbage, which Python would look through
# them for so often that a parser's start took a tenth longer. Its workers read this, too.
gc.set_threshold(20_000)

EX_TEMPFAIL = 75  # sysexits.h: the MTA keeps the mail and tries again later


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "patchtrack.settings")
    command = "".join(sys.argv[1:2])
    if command == "migrate":
        # An index on a large table takes longer than any statement of a mail or a page may.
        os.environ.setdefault("PATCHTRACK_STATEMENT_TIMEOUT", "0")
    try:
        run()
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told and has a status)
        report(error)
        # A mail must not bounce because our settings or our installation are broken.
        sys.exit(EX_TEMPFAIL if command == "parsemail" else 1)


def run() -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def report(error: Exception) -> None:
    """Tells of a wrong setting or a database that does not serve us in one line, and of
    anything else with its traceback."""
    # By name, since Django itself may be what is missing.
    kind = type(error).__name__
    if kind == "ImproperlyConfigured":
        print(f"manage.py: {error}", file=sys.stderr)
    elif kind in ("OperationalError", "ProgrammingError"):
        text = str(error).strip()
        print(
            f"manage.py: the database does not serve us: {text}\n"
            "Is it running, is DATABASE_URL right, was `manage.py migrate` run?",
            file=sys.stderr,
        )
    else:
        traceback.print_exception(error)


if __name__ == "__main__":
    main()
