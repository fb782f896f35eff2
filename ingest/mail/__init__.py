"""Reading mail: pure functions from bytes to values, standard library only."""

from ingest.mail.header import NotMail
from ingest.mail.parse import parse_body, parse_mail, parse_sent
from ingest.mail.values import Address, Body, ParsedMail

__all__ = ["Address", "Body", "NotMail", "ParsedMail", "parse_body", "parse_mail", "parse_sent"]
