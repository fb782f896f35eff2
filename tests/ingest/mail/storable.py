"""What every mail that could be read promises to those who store it."""

from dataclasses import fields, is_dataclass
from datetime import UTC

from ingest.mail import ParsedMail

_LARGEST_INTEGER = 2**31 - 1


def strings_of(value) -> list[str]:
    """All strings in a value, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for one in value for text in strings_of(one)]
    if is_dataclass(value):
        return [text for one in fields(value) for text in strings_of(getattr(value, one.name))]
    return []


def assert_storable(parsed: ParsedMail) -> None:
    """PostgreSQL takes it all, and it fits into the columns that are indexed."""
    for text in strings_of(parsed):
        assert "\0" not in text
        text.encode()
    assert 0 < len(parsed.message_id) <= 400
    assert 0 < len(parsed.author.address) <= 255
    assert parsed.author.address == parsed.author.address.lower()
    assert len(parsed.author.name) <= 255
    assert all(0 < len(one) <= 255 for one in parsed.list_ids)
    assert_numbers_are_sane(parsed)
    assert len(parsed.pull_url) <= 1300
    for date in filter(None, (parsed.date, parsed.hop_date)):
        assert date.tzinfo is UTC
        assert 1970 <= date.year <= 9998


def assert_numbers_are_sane(parsed: ParsedMail) -> None:
    subject = parsed.subject
    assert 0 <= subject.version <= _LARGEST_INTEGER
    assert (subject.number is None) == (subject.total is None)
    if subject.number is not None:
        assert 0 <= subject.number <= subject.total <= _LARGEST_INTEGER
