"""What a search found, as a reader wants to see it: the words around the first hit, marked."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.utils.safestring import SafeString, mark_safe

from patchtrack.services.search_query import Words
from patchtrack.services.search_words import find_words
from patchtrack.web.text import escape_all

# Further into a text no hit is looked for.
_FARTHEST = 20_000
_LENGTH = 220
_BEFORE = 70
_BLANKS = re.compile(r"\s+")
# Lines that people draw.
_RULES = re.compile(r"([^\w\s])\1{3,}")

Ranges = list[tuple[int, int]]


class Marker:
    """Marks in texts what was looked for."""

    def __init__(self, wanted: Iterable[Words]) -> None:
        self._by_first: dict[str, list[Words]] = defaultdict(list)
        beginnings: list[str] = []
        for part in wanted:
            if part.is_beginning and len(part.words) == 1:
                beginnings.append(part.words[0])
            else:
                self._by_first[part.words[0]].append(part)
        self._beginnings = tuple(beginnings)

    def find_ranges(self, text: str) -> Ranges:
        """Where the hits stand in a text, in order and apart."""
        if not (self._by_first or self._beginnings):
            return []
        words = list(find_words(text))
        ranges: Ranges = []
        for at, (start, _, word) in enumerate(words):
            # Nearly all words begin nothing, and a text has thousands.
            if word in self._by_first or word.startswith(self._beginnings):
                count = self._count_hit(words[at : at + 20], word)
                if count and (not ranges or start >= ranges[-1][1]):
                    ranges.append((start, words[at + count - 1][1]))
        return ranges

    def _count_hit(self, words: Sequence[tuple[int, int, str]], first: str) -> int:
        """How many of these words, from the first on, are a hit; 0 if they are none."""
        if first.startswith(self._beginnings):
            return 1
        parts = self._by_first.get(first, ())
        return max((len(part.words) for part in parts if _stands_there(part, words)), default=0)


def _stands_there(part: Words, words: Sequence[tuple[int, int, str]]) -> bool:
    there = tuple(word for _, _, word in words[: len(part.words)])
    if part.is_beginning and len(there) == len(part.words):
        return there[:-1] == part.words[:-1] and there[-1].startswith(part.words[-1])
    return there == part.words


def render_snippet(text: str, marker: Marker) -> SafeString:
    """The part of a text around its first hit, on one line; without a hit, its beginning."""
    text = unicodedata.normalize("NFC", text[:_FARTHEST])
    text = _BLANKS.sub(" ", _RULES.sub(r"\1\1\1", text)).strip()
    ranges = marker.find_ranges(text)
    first = ranges[0][0] if ranges else 0
    start = max(min(first - _BEFORE, len(text) - _LENGTH), 0)
    # A word is not cut, unless it is a very long one.
    start = text.find(" ", start, start + _BEFORE // 2) + 1 or start if start else 0
    end = start + _LENGTH
    end = text.rfind(" ", start + _LENGTH // 2, end) if end < len(text) else len(text)
    end = end if end > start else start + _LENGTH
    shown = [(max(a, start), min(b, end)) for a, b in ranges if a < end and b > start]
    html = "".join(_render_pieces(text, start, end, shown))
    return mark_safe(f"{'… ' if start else ''}{html}{' …' if end < len(text) else ''}")  # noqa: S308


def render_marked(text: str, most: int, marker: Marker) -> SafeString:
    """The first `most` characters of a text with the hits marked."""
    shown = text[:most]
    html = "".join(_render_pieces(shown, 0, len(shown), marker.find_ranges(shown)))
    return mark_safe(html + ("…" if len(text) > most else ""))  # noqa: S308


def _render_pieces(text: str, start: int, end: int, ranges: Ranges) -> Iterator[str]:
    for first, last in ranges:
        yield escape_all(text[start:first])
        yield f"<mark>{escape_all(text[first:last])}</mark>"
        start = last
    yield escape_all(text[start:end])
