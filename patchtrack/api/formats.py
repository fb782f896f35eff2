"""Formats of what stands in records, and takes part of a mail's name apart."""

from datetime import UTC, datetime

import orjson


def format_date(date: datetime) -> str:
    """ISO 8601 in UTC without an offset, as clients subtract such dates from their own."""
    in_utc = date if date.tzinfo is UTC else date.astimezone(UTC)
    # Within quotes; `isoformat` takes ten times as long, and a list has thousands of dates.
    return orjson.dumps(in_utc).decode()[1 : -len('+00:00"')]


def split_prefixes(name: str) -> list[str]:
    """What stands in brackets before a patch's name: "[v2,1/3] x" gives ["v2", "1/3"]."""
    inside, closed, _ = name.removeprefix("[").partition("]")
    if not (closed and name.startswith("[")):
        return []
    return [prefix.strip() for prefix in inside.split(",") if prefix.strip()]
