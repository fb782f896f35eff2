"""Reading mail: pure functions from bytes to values, standard library only."""

from ingest.mail.header import NotMail
from ingest.mail.parse import parse_body, parse_mail
from ingest.mail.values import Body, ParsedMail

__all__ = ["Body", "NotMail", "ParsedMail", "parse_body", "parse_mail"]
