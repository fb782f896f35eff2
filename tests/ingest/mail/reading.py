"""Reads mails for tests: the files beside this one, and mails made of a few header lines."""

from pathlib import Path

from ingest.mail import ParsedMail, parse_mail
from ingest.mail.header import Header, split_header

MAILS = Path(__file__).parent / "mails"


def mail(name: str) -> bytes:
    """The bytes of a mail file; each holds one oddity and is named for it."""
    return (MAILS / f"{name}.eml").read_bytes()


def read(name: str) -> ParsedMail:
    return parse_mail(mail(name))


def header(*lines: str) -> Header:
    """A header of these lines, in UTF-8."""
    return split_header("\n".join([*lines, "", ""]).encode())[0]


def parse(*lines: str, body: str = "Hello.\n") -> ParsedMail:
    """A mail with these header lines, read."""
    return parse_mail("\n".join([*lines, "", body]).encode())
