"""`manage.py addproject`: a project for a mailing list."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from ingest.management.arguments import MailCommand
from patchtrack.models import Project


class Command(MailCommand):
    help = "Add a project: mail of its list, or the part whose subject matches, goes to it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("linkname", metavar="LINKNAME", help="its name in URLs")
        parser.add_argument("--name", required=True, help="its name for people")
        parser.add_argument(
            "--list-id", required=True, metavar="ID", help="as in the List-Id header, without <>"
        )
        parser.add_argument("--list-email", required=True, metavar="ADDRESS")
        parser.add_argument(
            "--subject-match",
            default="",
            metavar="RE",
            help="only mail whose subject matches this regular expression",
        )
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project(
            linkname=options["linkname"],
            name=options["name"],
            list_id=read_list_id(options["list_id"]),
            list_email=options["list_email"],
            subject_match=options["subject_match"],
        )
        check_project(project)
        project.save()
        self.print_summary({"project": project.linkname, "id": project.id}, options["json"])


def read_list_id(text: str) -> str:
    """The list id in what somebody copied from a List-Id header: `Name <id>`, or the id alone."""
    return text.rpartition("<")[2].rstrip("> ").strip().lower()


def check_project(project: Project) -> None:
    """Raises CommandError with every argument that is wrong, and why."""
    try:
        project.full_clean(validate_constraints=False)
    except ValidationError as error:
        wrong = (f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
        raise CommandError("; ".join(wrong)) from error
    same = Project.objects.filter(
        list_id__iexact=project.list_id, subject_match=project.subject_match
    ).first()
    if same:
        raise CommandError(
            f"{same.linkname} takes the mail of {same.list_id} already: give another "
            "--subject-match for the part that goes to the new project"
        )
