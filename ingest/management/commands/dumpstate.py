"""`manage.py dumpstate`: prints all that is known of a project, to compare two databases."""

from typing import Any

from django.core.management.base import CommandParser

from ingest.dump import dump_state
from ingest.management.arguments import MailCommand, find_project


class Command(MailCommand):
    help = (
        "Print a project's messages as JSON Lines sorted by message-id, without database ids "
        "and times of arrival: equal for two databases that hold the same mails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, metavar="LINKNAME")

    def handle(self, *args: Any, **options: Any) -> None:
        for line in dump_state(find_project(options["project"])):
            self.stdout.write(line)
