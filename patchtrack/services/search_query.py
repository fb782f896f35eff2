"""What people type into the search, understood: a language of few words, in which nothing is wrong.

pour slowly          both words, anywhere in the subject, the author's name, paths or text
kett*                words that begin so
"pour slowly"        one after the other
-coffee              not this one
s:pour  f:alice      in the subject; from this author, by name or address
dfn:src/kettle.c     a patch that touches this file or directory
d:2026-01-01..2026-01-31   sent on these days (UTC); either end may be left out
project:teapot       in this project; of several that are given, in any of them
kind:patch           or cover, comment, other
m:id@example.org     the message of this id; or <id@example.org>
"""

import re
from dataclasses import dataclass
from datetime import date

from patchtrack.models import Kind
from patchtrack.services.search_words import split_words

LONGEST_QUERY = 400
_MOST_PARTS = 20
_MOST_WORDS = 12
# Shorter beginnings have so many words that finding them all takes long.
_SHORTEST_BEGINNING = 3
_PART = re.compile(r'(-?)(?:(s|f|dfn|d|project|kind|m):)?(?:"([^"]*)"?(\*?)|(\S+))', re.IGNORECASE)
_FIELDS = {"": "", "s": "subject", "f": "author", "dfn": "paths"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words that must stand one after the other, in `field` or, if that is empty, in any; of the
    last one only the beginning if `is_beginning`. `said` is what was typed."""

    said: str
    words: tuple[str, ...]
    field: str = ""
    is_beginning: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a message must be: `name` is "project" (by linkname), "kind" or "m"."""

    said: str
    name: str
    value: str
    is_excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The first and the last day (UTC); None: no bound."""

    said: str
    first: date | None
    last: date | None


Part = Words | Mark | Days


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """All that is asked for; every part must hold, but of several projects or kinds any."""

    parts: tuple[Part, ...] = ()

    def __str__(self) -> str:
        return " ".join(part.said for part in self.parts)

    def words(self) -> list[Words]:
        return [part for part in self.parts if isinstance(part, Words)]

    def marks(self) -> list[Mark]:
        return [part for part in self.parts if isinstance(part, Mark)]

    def days(self) -> tuple[date | None, date | None]:
        """The latest first and the earliest last day that are asked for."""
        asked = [part for part in self.parts if isinstance(part, Days)]
        firsts = [days.first for days in asked if days.first]
        lasts = [days.last for days in asked if days.last]
        return max(firsts, default=None), min(lasts, default=None)

    def without(self, part: Part) -> "Query":
        return Query(parts=tuple(other for other in self.parts if other is not part))


def parse_query(text: str) -> Query:
    """Read a query. Total, and in linear time: what is not understood is taken as words, what
    holds none says nothing, and past LONGEST_QUERY characters nothing is read."""
    parts: list[Part] = []
    for found in _PART.finditer(text[:LONGEST_QUERY].replace("\0", " ")):
        part = _read_part(found)
        if part and len(parts) < _MOST_PARTS:
            parts.append(part)
    return Query(parts=tuple(parts))


def _read_part(found: re.Match[str]) -> Part | None:
    minus, prefix, quoted, star, plain = found.groups()
    name = (prefix or "").lower()
    value = plain if quoted is None else quoted
    is_excluded = bool(minus)
    if not is_excluded and name == "d" and (days := _read_days(found[0], value)):
        return days
    mark = _read_mark(name, value)
    if mark:
        return Mark(said=found[0], name=mark[0], value=mark[1], is_excluded=is_excluded)
    if name not in _FIELDS:
        name, value = "", f"{name} {value}"
    words = tuple(split_words(value)[:_MOST_WORDS])
    if not words:
        return None
    has_star = bool(star) or (quoted is None and value.endswith("*"))
    return Words(
        said=found[0],
        words=words,
        field=_FIELDS[name],
        is_beginning=has_star and len(words[-1]) >= _SHORTEST_BEGINNING,
        is_excluded=is_excluded,
    )


def _read_mark(name: str, value: str) -> tuple[str, str] | None:
    """A mark's name and value, or None where it is no mark."""
    if name == "project":
        return "project", value
    if name == "kind":
        kind = value.lower()
        return ("kind", kind) if kind in Kind.values else None
    is_bracketed = not name and value.startswith("<") and value.endswith(">") and "@" in value
    if name == "m" or is_bracketed:
        return "m", value.strip("<>")
    return None


def _read_days(said: str, value: str) -> Days | None:
    """`2026-01-01..2026-01-31`, either without the other, or one day; None where it is none."""
    first, dots, last = value.partition("..")
    try:
        days = [date.fromisoformat(end) if end else None for end in (first, last)]
    except ValueError:
        return None
    if not any(days):
        return None
    return Days(said=said, first=days[0], last=days[1] if dots else days[0])
