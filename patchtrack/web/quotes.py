"""Finds the lines of a diff that a comment quotes, and what it says beneath them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from patchtrack.web.diff_lines import DiffFile
from patchtrack.web.text import QUOTE, is_trailer

# How deep a text is quoted: "> ", ">", "> > " and ">> " are all in use.
_QUOTE_MARKS = re.compile(r"(?:> ?)+")
_FILE_HEADER = re.compile(
    r"^(?:> ?)++(?:diff --git \S{1,400} |\+\+\+ )(?:[a-z]/)?(.{1,400})", re.MULTILINE
)
# What stands for lines that were cut out of a quote.
_CUT = re.compile(r"[\[(<{ ]*(?:\.{2,}|…|(?:big )?(?:snip|cut|trim)\w*)[ .…\])>}]*", re.IGNORECASE)
_INTRODUCTION = re.compile(r".*(?:wrote|writes|schrieb|a écrit|said) ?:\s*$")
_SIGNATURE = "--"

# Of a longer text the rest is not looked at.
_LONGEST_TEXT = 200_000
_LONGEST_LINE = 1_000
# A remark is about a diff's line at most so many quoted lines above it.
_FARTHEST = 30
_MOST_QUOTED = 40
# So many places are tried for a line that stands in a diff again and again, and so many
# quoted lines before it tell these places apart.
_MOST_PLACES = 20
_MOST_CONTEXT = 6
# A line with fewer than four letters, such as "}", is found only by the lines before it.
_TELLING = re.compile(r"(?:\w\W*+){4}")
_MOST_REMARKS = 100
_LONGEST_REMARK = 2_000


class Place(NamedTuple):
    """A line of a diff: the file's number, and the line's index below the file's header."""

    file: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a comment says about the line of a diff at `place`."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffIndex:
    """The lines of a diff by what they say: `keys` has them all in order, with an empty one
    between two files, `places` says of each where it is, and `found` where each key stands."""

    keys: Sequence[str]
    places: Sequence[Place]
    found: Mapping[str, Sequence[int]]
    files: Mapping[str, int]


class _Quote(NamedTuple):
    """Lines quoted one after another, the number of their file as far as it is quoted (else
    0), and the text beneath."""

    lines: list[str]
    file: int
    text: str


def index_diff(files: Sequence[DiffFile]) -> DiffIndex:
    """Index the lines of a diff's files below their headers."""
    keys: list[str] = []
    places: list[Place] = []
    found: dict[str, list[int]] = defaultdict(list)
    for file in files:
        for at, key in enumerate([*map(_make_key, file.body), ""]):
            if len(found[key]) < _MOST_PLACES:
                found[key].append(len(keys))
            keys.append(key)
            places.append(Place(file.number, at))
    numbers = {file.path: file.number for file in files}
    return DiffIndex(keys=keys, places=places, found=found, files=numbers)


def _make_key(line: str) -> str:
    """What of a diff's line survives mailers, which change blanks and drop those at an end."""
    line = line[:_LONGEST_LINE]
    mark = line[:1] if line[:1] in ("+", "-", "@") else " "
    return mark + "".join(line.removeprefix(mark).split())


def derive_remarks(text: str, index: DiffIndex) -> list[Remark]:
    """What a comment's text says beneath lines that it quotes of the diff, in its order.

    Takes time linear in the length of the text. A text that does not quote the diff, or
    says nothing beneath, has no remarks.
    """
    remarks: list[Remark] = []
    last = -1
    for quote in _split_quotes(text[:_LONGEST_TEXT], index.files):
        at = _locate(quote, index, after=last)
        if at >= 0 and len(remarks) < _MOST_REMARKS:
            remarks.append(Remark(place=index.places[at], text=quote.text[:_LONGEST_REMARK]))
            last = at
    return remarks


def _split_quotes(text: str, files: Mapping[str, int]) -> Iterator[_Quote]:
    """The quotes with the text beneath each; quotes with nothing beneath are one with the next."""
    quoted: list[str] = []
    file = end = 0
    for quote in QUOTE.finditer(text):
        if quoted and (reply := _clean_reply(text[end : quote.start()])):
            yield _Quote(quoted, file, reply)
            quoted = []
        quoted += quote[0].removesuffix("\n").rsplit("\n", _MOST_QUOTED)[-_MOST_QUOTED:]
        file = _read_file(quote[0], files) or file
        end = quote.end()
    if quoted and (reply := _clean_reply(text[end:])):
        yield _Quote(quoted, file, reply)


def _read_file(quote: str, files: Mapping[str, int]) -> int:
    """The number of the last file whose header is quoted, or 0."""
    if "+++ " not in quote and "diff --git " not in quote:
        return 0
    names = [header[1].rstrip() for header in _FILE_HEADER.finditer(quote)]
    return next((files[name] for name in reversed(names) if name in files), 0)


def _clean_reply(text: str) -> str:
    """What is said, without what only introduces a quote, stands for a cut, or is a trailer."""
    kept = [
        line
        for line in text.strip("\n").split("\n")
        if not (_CUT.fullmatch(line[:80]) or _is_introduction(line[:400]) or is_trailer(line))
    ]
    return "\n".join(kept).strip()


def _is_introduction(line: str) -> bool:
    # Few lines end so, and to look at the end takes a fraction of the time.
    return line.rstrip().endswith(":") and _INTRODUCTION.match(line) is not None


def _locate(quote: _Quote, index: DiffIndex, after: int) -> int:
    """The last of the quoted lines that is one of the diff's, as its number among the keys; -1
    if there is none. What stands beneath a quoted signature is about the whole mail."""
    end = len(quote.lines)
    for row in range(end - 1, max(end - _FARTHEST, 0) - 1, -1):
        line = _QUOTE_MARKS.sub("", quote.lines[row], count=1)
        if line.rstrip() == _SIGNATURE:
            return -1
        key = _make_key(line)
        places = index.found.get(key)
        if places and len(key) > 1:
            if len(places) == 1 and _TELLING.search(key):
                return places[0]
            at = _choose_place(_read_context(quote.lines, row), places, index, quote.file, after)
            if at >= 0:
                return at
    return -1


def _read_context(lines: Sequence[str], row: int) -> list[str]:
    """The keys of a quoted line and of those before it, upwards."""
    before = lines[max(row - _MOST_CONTEXT, 0) : row + 1]
    return [_make_key(_QUOTE_MARKS.sub("", line, count=1)) for line in reversed(before)]


def _choose_place(
    context: Sequence[str], places: Sequence[int], index: DiffIndex, file: int, after: int
) -> int:
    """Of the places of a quoted line the one whose lines before are quoted too; then one of
    the file whose name is quoted; then the next one, since comments follow the diff."""

    def rate(at: int) -> tuple[int, bool, bool, int]:
        return (
            _count_agreeing(context, index.keys, at),
            index.places[at].file == file,
            at > after,
            -at,
        )

    best = max(places, key=rate)
    is_sure = _TELLING.search(context[0]) or _count_agreeing(context, index.keys, best) > 1
    return best if is_sure else -1


def _count_agreeing(context: Sequence[str], keys: Sequence[str], at: int) -> int:
    """How many lines, upwards from a place, are those of the quote."""
    for count, key in enumerate(context):
        if at < count or keys[at - count] != key:
            return count
    return len(context)
