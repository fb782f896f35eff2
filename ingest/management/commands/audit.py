"""`manage.py audit`: whether everything stored follows from the raw mails."""

from typing import Any

from django.core.management.base import CommandParser

from ingest.audit import audit
from ingest.management.arguments import MailCommand, find_project
from patchtrack.models import Project


class Command(MailCommand):
    help = (
        "Read the stored mails again and print every row that differs from what follows from "
        "them. Nothing is changed. Exit status 1 if anything differs; `reparse` mends it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", metavar="LINKNAME", help="only this one")
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        linkname = options["project"]
        projects = [find_project(linkname)] if linkname else Project.objects.all()
        findings = 0
        for project in projects:
            for finding in audit(project):
                findings += 1
                self.stdout.write(f"{project.linkname}: {finding}")
        self.print_summary({"findings": findings}, options["json"])
        if findings:
            raise SystemExit(1)
