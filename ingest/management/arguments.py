"""Arguments that several commands share, and how they answer to wrong ones."""

import json
import os
import sys
from argparse import ArgumentTypeError
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ingest.errors import TryAgain
from patchtrack.models import Project


class MailCommand(BaseCommand):
    """A command that MTAs and scripts call: exit statuses of sysexits.h, and a summary that
    `--json` prints for machines as the last line of stdout."""

    # They are about settings and pages, and loading all pages takes longer than storing a mail.
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Ends with EX_USAGE where argparse would exit with 2."""
        try:
            super().run_from_argv(argv)
        except SystemExit as stop:
            sys.exit(os.EX_USAGE if stop.code == 2 else stop.code)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Ends with EX_TEMPFAIL where the same command may well succeed later."""
        try:
            return super().execute(*args, **options)
        except TryAgain as error:
            raise CommandError(f"try again later: {error}", returncode=os.EX_TEMPFAIL) from error

    def add_json(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print a summary as JSON in the last line"
        )

    def print_summary(self, summary: Mapping[str, Any], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(summary))
        else:
            self.stdout.write(", ".join(f"{name} {value}" for name, value in summary.items()))


def add_target(parser: CommandParser) -> None:
    """`--project` or `--list-id`: where mail goes; by default its List-Id header decides."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--project", metavar="LINKNAME", help="the project that the mail is for")
    group.add_argument(
        "--list-id", default="", metavar="ID", help="the list that the mail came over"
    )


def find_project(linkname: str) -> Project:
    """The project of that link name. Raises CommandError (exit status 64) with those there are."""
    project = Project.objects.filter(linkname=linkname).first()
    if project is None:
        names = ", ".join(Project.objects.values_list("linkname", flat=True)) or "none yet"
        raise CommandError(
            f"there is no project {linkname!r}; the projects are: {names}", returncode=os.EX_USAGE
        )
    return project


def find_target(options: Mapping[str, Any]) -> tuple[Project | None, str]:
    """The project and the list id that were given. Raises CommandError for unknown ones."""
    project = find_project(options["project"]) if options["project"] else None
    list_id = options["list_id"]
    if list_id and not Project.objects.filter(list_id__iexact=list_id).exists():
        ids = ", ".join(sorted(set(Project.objects.values_list("list_id", flat=True))))
        raise CommandError(
            f"no project has the list id {list_id!r}; there are: {ids or 'none yet'}",
            returncode=os.EX_USAGE,
        )
    return project, list_id


def positive(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)
