"""The mails that we send; here, those because somebody typed an address."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from patchtrack.models import OptOut
from patchtrack.services.throttle import Limit, hash_key, take

# Else anybody could have us fill anybody's mailbox.
MAILBOX_LIMIT = Limit(burst=5, every=timedelta(minutes=15))
CLIENT_LIMIT = Limit(burst=20, every=timedelta(minutes=2))
_HEADERS = {
    # Nobody's machine is to answer ours (RFC 3834, section 5).
    "Auto-Submitted": "auto-generated",
    # A link that reaches a project by mail would be there for everybody to follow.
    "X-Patchwork-Hint": "ignore",
}


class NotSent(Exception):
    """The mail server did not take a mail; nothing was sent."""


def take_letter(address: str, client: str) -> None:
    """Use up one of the mails that may go to an address, and of those a network may cause.

    Raises TooOften. Whether the address belongs to anybody makes no difference.
    """
    by_client = {hash_key("letters-of", client): CLIENT_LIMIT} if client else {}
    take({hash_key("letters-to", address): MAILBOX_LIMIT} | by_client, timezone.now())


def send_letter(
    name: str, address: str, context: Mapping[str, Any], *, opted_out_too: bool = False
) -> None:
    """Send the mail of the template `letters/NAME.txt`, whose first line is the subject.

    `site` in the context is the address of the site without a final slash. To an address that
    has opted out nothing is sent. Raises NotSent. Not within a transaction: a server may take
    its time.
    """
    if not opted_out_too and is_opted_out(address):
        return
    try:
        format_letter(name, address, context).send()
    except OSError as error:
        raise NotSent from error


def format_letter(
    name: str, address: str, context: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> EmailMessage:
    """The mail that the template makes; `context` as for `send_letter`."""
    text = render_to_string(f"patchtrack/letters/{name}.txt", {**context, "address": address})
    subject, _, body = text.partition("\n")
    headers = {**_HEADERS, **(headers or {})}
    return EmailMessage(subject, body.strip("\n") + "\n", to=[address], headers=headers)


def is_opted_out(address: str) -> bool:
    return OptOut.objects.filter(address=address).exists()
