"""Reading mail: pure functions from bytes to values, standard library only."""

from ingest.mail.header import NotMail
from ingest.mail.parse import parse_mail
from ingest.mail.values import ParsedMail

__all__ = ["NotMail", "ParsedMail", "parse_mail"]
