"""The values that comparing two versions of a series takes and yields."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPatch:
    """A patch as it was sent: what `git am` would make its author, its message and its diff of.

    `message` is the mail's text without the diff, `author` one line. Where the mail is too
    large to be compared, both texts are empty and `unread` is true.
    """

    name: str
    author: str = ""
    message: str = ""
    diff: str = ""
    unread: bool = False


class Sign(StrEnum):
    """What became of a patch, in the signs of `git range-diff`; `?` is ours: a patch that has
    its counterpart, but was too large to be compared with it."""

    UNCHANGED = "="
    CHANGED = "!"
    DROPPED = "<"
    NEW = ">"
    UNREAD = "?"


class Aspect(StrEnum):
    """What of a patch has changed, in words for people."""

    NAME = "name"
    AUTHOR = "author"
    MESSAGE = "message"
    TRAILERS = "trailers"
    CODE = "code"
    CONTEXT = "context"


class Line(NamedTuple):
    """A line of the difference of two patches. `sign` is "-", "+", " ", or "@" for the heading
    of a hunk; `text` is a line of the one patch, of the other, or of both."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A patch of the old series, its counterpart in the new one, or both, by their places.

    At least one of `old` and `new` is set; None says that there is no counterpart.
    """

    sign: Sign
    old: int | None
    new: int | None
    aspects: tuple[Aspect, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions of a series side by side, in the order of `git range-diff`.

    `split` says of new patches without counterpart of which old one they hold a part,
    `squashed` of dropped ones which new one holds most of them: by places, from 0.
    """

    rows: tuple[Row, ...]
    split: Mapping[int, int]
    squashed: Mapping[int, int]
