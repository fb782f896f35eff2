"""Mails on their way in, routed by their headers."""

from datetime import datetime

from ingest.incoming import Delivery
from ingest.receive import Receipt, receive
from tests.factories import DATE


def send_all(*mails: bytes, received_at: datetime = DATE) -> list[Receipt]:
    """Mails that arrive in one batch."""
    return receive([Delivery(raw=mail, received_at=received_at) for mail in mails])


def send(mail: bytes) -> Receipt:
    return send_all(mail)[0]
