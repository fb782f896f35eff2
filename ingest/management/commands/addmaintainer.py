"""`manage.py addmaintainer`: a user who looks after a project."""

import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from ingest.management.arguments import MailCommand, find_project
from patchtrack.services.accounts import add_maintainer, add_token
from patchtrack.services.addresses import parse_address


class Command(MailCommand):
    help = "Make a user (a new one if need be) maintainer of a project."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--project", required=True, metavar="LINKNAME")
        parser.add_argument("--email", default="", metavar="E", help="mail from there is theirs")
        parser.add_argument(
            "--password-stdin", action="store_true", help="set the password, read from stdin"
        )
        parser.add_argument("--token", action="store_true", help="print a new API token")
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        project = find_project(options["project"])
        email = self._read_address(options["email"])
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else None
        with transaction.atomic():
            user = add_maintainer(project, options["username"], email)
            if password is not None:
                self._set_password(user, password)
            summary = {"username": user.get_username(), "project": project.linkname}
            if options["token"]:
                summary["token"] = add_token(user)
        self.print_summary(summary, options["json"])

    def _read_address(self, text: str) -> str:
        try:
            return parse_address(text) if text else ""
        except ValidationError as error:
            raise CommandError(f"--email: {text!r} is no mail address") from error

    def _set_password(self, user: Any, password: str) -> None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        user.set_password(password)
        user.save()
