"""Reads the mails that the site has sent."""

import re
from collections.abc import Sequence

from django.core.mail import EmailMessage


def find_link(letters: Sequence[EmailMessage], page: str = "confirm") -> str:
    """The path of the link to a page that stands in the newest mail."""
    return re.search(rf"http://testserver(/{page}/\S+)", letters[-1].body)[1]


def read_summaries(letters: Sequence[EmailMessage]) -> list[tuple[str, str]]:
    """To whom each mail went, and its subject."""
    return [(letter.to[0], letter.subject) for letter in letters]
