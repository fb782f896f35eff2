"""Formats of what stands in records, and takes part of a mail's name apart."""

from datetime import UTC, datetime

import orjson

# How long a time of day is, and one with microseconds.
_WHOLE, _SPLIT = len("03:04:05"), len("03:04:05.000006")


def format_date(date: datetime | str) -> str:
    """ISO 8601 in UTC without an offset, as clients subtract such dates from their own. A text is
    a date in UTC as databases write it, with or without an offset: "2026-01-02 03:04:05.6+00"."""
    if isinstance(date, str):
        time = date[11:].removesuffix("+00")
        return f"{date[:10]}T{time if len(time) == _WHOLE else time.ljust(_SPLIT, '0')}"
    in_utc = date if date.tzinfo is UTC else date.astimezone(UTC)
    # Within quotes; `isoformat` takes ten times as long, and a list has thousands of dates.
    return orjson.dumps(in_utc).decode()[1 : -len('+00:00"')]


def split_prefixes(name: str) -> list[str]:
    """What stands in brackets before a patch's name: "[v2,1/3] x" gives ["v2", "1/3"]."""
    inside, closed, _ = name.removeprefix("[").partition("]")
    if not (closed and name.startswith("[")):
        return []
    return [prefix.strip() for prefix in inside.split(",") if prefix.strip()]
