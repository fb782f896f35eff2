"""The words by which a message is found, the same on every database; and their form on each."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest.mail import Body

# Chinese and Japanese are written without blanks: there each character is a word.
_OF_ONE = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_OF_ONE}]|[^\W_{_OF_ONE}]+")
_ASCII_WORD = re.compile("[a-z0-9]+")
_QUOTE = re.compile(r"^>.*\n?", re.MULTILINE)
# Of a longer word only the beginning counts.
LONGEST_WORD = 64
# A tsvector has room for places up to 16,383, for 256 of one word, and for 1 MiB in all.
_MOST_REPEATED = 250
_MOST_WORDS = {"subject": 600, "author": 100, "address": 100, "paths": 5_000, "body": 9_000}
_MOST_CHARACTERS = {"paths": 40_000, "body": 100_000}
_MOST_CHARACTERS_ELSE = 4_000
# Stands between paths and for what is left out, so that no phrase reaches across.
_GAP = "="
# The fields that can be asked by themselves, as PostgreSQL's words begin there.
PREFIXES = {"subject": "s", "author": "f", "address": "f", "paths": "p"}
FIELDS = ("subject", "author", "address", "paths", "body")
# Not found by words that are asked of no field in particular: half of all people have one host.
_APART = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchWords:
    """The words of each field in their order, and the marks of what else can be asked for."""

    subject: Sequence[str]
    author: Sequence[str]
    address: Sequence[str]
    paths: Sequence[str]
    body: Sequence[str]
    marks: Sequence[str]


def split_words(text: str) -> list[str]:
    """The words of a text in their order, in lower case. Takes linear time."""
    lower = text.lower()
    if not lower.isascii():
        found = _WORD.findall(unicodedata.normalize("NFC", lower))
    else:
        found = _ASCII_WORD.findall(lower)
    return [word if len(word) <= LONGEST_WORD else word[:LONGEST_WORD] for word in found]


def find_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the words of a text stand, and how they are looked up; of most texts all."""
    for found in _WORD.finditer(text):
        yield found.start(), found.end(), found[0].lower()[:LONGEST_WORD]


def read_words(
    *,
    subject: str,
    name: str,
    address: str,
    paths: Iterable[str],
    body: str,
    marks: Sequence[str] = (),
) -> SearchWords:
    """The words of a message, as many of them as an index has room for; `body` is what its
    author wrote."""
    counts: Counter[str] = Counter()
    return SearchWords(
        subject=_take("subject", split_words(_cut("subject", subject)), counts),
        author=_take("author", split_words(_cut("author", name)), counts),
        address=_take("address", split_words(_cut("address", address)), Counter()),
        paths=_take("paths", list(_split_paths(paths)), counts),
        body=_take("body", split_words(_cut("body", body)), counts),
        marks=marks,
    )


def read_own_text(body: Body) -> str:
    """What the author of a mail wrote: its message without what is quoted, and no diff."""
    return _QUOTE.sub("", body.message)


def _cut(field: str, text: str) -> str:
    return text[: _MOST_CHARACTERS.get(field, _MOST_CHARACTERS_ELSE)]


def _split_paths(paths: Iterable[str]) -> Iterator[str]:
    for path in _cut("paths", "\n".join(paths)).split("\n"):
        yield from split_words(path)
        yield _GAP


def _take(field: str, words: Sequence[str], counts: Counter[str]) -> Sequence[str]:
    """The first of the words; what is repeated too often, in the fields so far, becomes a gap."""
    words = words[: _MOST_WORDS[field]]
    if counts.total() + len(words) <= _MOST_REPEATED:
        counts.update(words)
        return words
    taken = []
    for word in words:
        counts[word] += 1
        taken.append(word if counts[word] <= _MOST_REPEATED else _GAP)
    return taken


# Marks: what a message is, as words that no mail can hold.


def mark_project(project: int) -> str:
    return f"=p{project}"


def mark_kind(kind: str) -> str:
    return f"=k{kind}"


def mark_message_id(message_id: str) -> str:
    return f"=i{hashlib.sha256(message_id.encode(errors='replace')).hexdigest()[:16]}"


def mark_day(day: datetime) -> str:
    return f"=d{day.toordinal()}"


def mark_month(day: datetime) -> str:
    return f"=m{day.year}{day.month:02}"


def mark_year(day: datetime) -> str:
    return f"=y{day.year}"


# Dated in the future when it was put into the index.
MARK_FUTURE = "=f"
# Clocks differ.
_PRESENT = timedelta(minutes=-10)


def derive_marks(
    *, project: int, kind: str, message_id: str, date: datetime, now: datetime
) -> list[str]:
    """The marks of a message that is put into the index `now`; dates are aware."""
    day = date.astimezone(UTC)
    marks = [mark_project(project), mark_kind(kind), mark_message_id(message_id)]
    marks += [mark_day(day), mark_month(day), mark_year(day)]
    return [*marks, MARK_FUTURE] if date > now + _PRESENT else marks


# The forms of the databases.


def format_tsvector(words: SearchWords) -> str:
    """PostgreSQL's: each word with its places, beside those of the whole with those of the field
    it stands in (`'pour':1,7 's:pour':1`), which the index then finds by themselves."""
    places: dict[str, list[str]] = {}
    at = 0
    for field in FIELDS:
        # One place is left free between fields, so that no phrase reaches across.
        at += 1
        prefix = PREFIXES.get(field)
        for word in getattr(words, field):
            at += 1
            if word == _GAP:
                continue
            place = str(at)
            if field != _APART:
                places.setdefault(word, []).append(place)
            if prefix:
                places.setdefault(f"{prefix}:{word}", []).append(place)
    found = [f"'{word}':{','.join(at)}" for word, at in places.items()]
    return " ".join([*found, *(f"'{mark}'" for mark in words.marks)])


def format_columns(words: SearchWords) -> tuple[str, ...]:
    """FTS5's: one text for each field, and one of marks."""
    return tuple(" ".join(getattr(words, field)) for field in (*FIELDS, "marks"))
