"""How mail becomes knowledge: commands and rules, but no tables of its own."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from patchtrack.models import Mail, Outcome, Project


class IngestConfig(AppConfig):
    name = "ingest"
    label = "ingest"
    verbose_name = "Mail ingest"

    def ready(self) -> None:
        from patchtrack.services.rereading import register_reader

        register_reader(read_again)


def read_again(mail: "Mail", project: "Project | None") -> "Outcome":
    """Reads a kept mail again for services and pages. Raises NotNow."""
    # Only who has a mail read again pays for loading the parser.
    from ingest.again import read_again
    from ingest.errors import TryAgain
    from patchtrack.services.rereading import NotNow

    try:
        return read_again(mail, project)
    except TryAgain as error:
        raise NotNow(str(error)) from error
