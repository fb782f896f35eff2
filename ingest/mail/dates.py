"""When a mail was sent: its Date header, held against its own Received lines."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ingest.mail.header import Header

# Clocks of senders run ahead a little, and a series' later patches carry dates seconds
# after the first; only what is plainly in the future is a wrong clock.
CLOCK_SKEW = timedelta(hours=1)

# No mail is older, and times near the ends of the calendar cannot be shown in every zone.
_FIRST_YEAR = 1970
_LAST_YEAR = 9998
_LONGEST_DATE = 200
_COMMON = re.compile(
    r"(?:[A-Z][a-z]{2}, {1,2})?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})"
    r" (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\b",
    re.ASCII,
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1
    )
}


def _read_common(value: str) -> datetime | None:
    """The time in the one form that nearly all mails have; the standard parser takes longer."""
    match = _COMMON.match(value)
    if not match or match[2] not in _MONTHS:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    local = datetime(
        int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC
    )
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return local - offset if sign == "+" else local + offset


def parse_date(value: str) -> datetime | None:
    """The aware UTC time of an RFC 5322 date (also RFC 850 and other old forms), or None.

    A time without a zone is taken for UTC. Years before 1970 are nobody's.
    """
    value = value.strip()[:_LONGEST_DATE]
    try:
        date = _read_common(value) or parsedate_to_datetime(value)
        date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if _FIRST_YEAR <= date.year <= _LAST_YEAR else None


def read_hop_date(header: Header) -> datetime | None:
    """The time of the topmost Received line that can be read."""
    for received in header.all("received"):
        date = parse_date(received[-_LONGEST_DATE:].rpartition(";")[2])
        if date:
            return date
    return None


def choose_date(sent: datetime | None, hop: datetime | None) -> datetime | None:
    """The Date header's time unless it is missing or lies ahead of the Received time."""
    if sent and hop and sent > hop + CLOCK_SKEW:
        return hop
    return sent or hop
