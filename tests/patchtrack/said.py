"""Makes comments as a discussion needs them."""

from datetime import datetime

from patchtrack.web.said import Author, Said
from tests.factories import DATE


def make_said(
    pk: int,
    *,
    message_id: str = "reply@example.org",
    ancestors: str = "",
    date: datetime = DATE,
    name: str = "Bo",
) -> Said:
    """A comment of Bo's, who has no account, that asks for nothing."""
    return Said(
        pk=pk,
        message_id=message_id,
        date=date,
        ancestors=ancestors,
        addressed=None,
        author=Author(name=name, address="bo@example.org", user_id=None),
    )
