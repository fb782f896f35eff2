"""Has a kept mail read again. Reading is the work of ingest, which nothing here may import: it
registers its reader when Django starts."""

from typing import Protocol

from patchtrack.models import Mail, Outcome, Project


class NotNow(Exception):
    """The mail could not be read at this moment, and nothing has changed: try again later."""


class Reader(Protocol):
    """Reads a kept mail that became no message, as if it had just come; into `project`, or
    where its headers lead if that is None. What has become of it. Raises NotNow."""

    def __call__(self, mail: Mail, project: Project | None) -> Outcome: ...


class _Registry:
    reader: Reader


def register_reader(reader: Reader) -> None:
    """Say who reads mail; for the app that does, in its `ready`."""
    _Registry.reader = reader


def read_mail_again(mail: Mail, project: Project | None = None) -> Outcome:
    """As the reader does it."""
    return _Registry.reader(mail, project)
