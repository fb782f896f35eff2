"""Reads the trailers of a message: Acked-by, Fixes, change-id and their like."""

import re
from collections.abc import Iterable
from functools import lru_cache

from ingest.mail.values import Trailer

# More than anybody writes; a hostile mail must not fill a table.
MOST_TRAILERS = 200
LONGEST_VALUE = 500
_MOST_FOLDS = 4

_CANONICAL = {
    key.lower(): key
    for key in (
        "Acked-by",
        "Reviewed-by",
        "Tested-by",
        "Signed-off-by",
        "Reported-by",
        "Suggested-by",
        "Co-developed-by",
        "Fixes",
        "Link",
        "Closes",
        "Depends-on",
        "Based-on",
        "change-id",
        "base-commit",
        "prerequisite-message-id",
        "prerequisite-change-id",
    )
}
_KEY = "[a-z][a-z0-9-]{0,60}"
_GERRIT_ID = re.compile(r"I[0-9a-f]{8,64}")


def read_trailers(message: str, tags: Iterable[str] = ()) -> tuple[Trailer, ...]:
    """Read every unquoted `Key: value` line of a message whose key means something, in order.

    Keys that mean something are those of git, b4 and the kernel, any `*-by`, and `tags`,
    in any case; they are given in one spelling, a tag's own first. They count wherever
    they stand: `base-commit` and `change-id` often follow the `---` of a patch. A value
    that is not complete is joined with the indented lines that continue it (as git folds
    trailers), and cut at LONGEST_VALUE characters; the first MOST_TRAILERS are read.
    """
    keys, pattern = _prepare(tuple(tags))
    text = "\n" + message
    trailers: list[Trailer] = []
    for match in pattern.finditer(text):
        key = _canonical_key(keys, match.group(1).lower())
        value = _unfold(key, text, *match.span(2)) if key else ""
        if value:
            trailers.append(Trailer(key=_settle_key(key, value), value=value))
            if len(trailers) == MOST_TRAILERS:
                break
    return tuple(trailers)


@lru_cache(maxsize=256)
def _prepare(tags: tuple[str, ...]) -> tuple[dict[str, str], re.Pattern[str]]:
    """Return the spelling of each key, and what finds a key and the first line of its value.

    The pattern begins with a letter that must be found before anything is tried, which
    makes it fast on text that holds no trailer.
    """
    own = {tag.lower(): tag for tag in tags if tag}
    key = "|".join([*map(re.escape, own), _KEY])
    return _CANONICAL | own, re.compile(rf"\n({key})[ \t]*+:([^\n]*+)", re.IGNORECASE)


def _canonical_key(keys: dict[str, str], key: str) -> str:
    """Return the key's usual spelling, or "" for a key that means nothing."""
    return keys.get(key) or (key.capitalize() if key.endswith("-by") else "")


def _settle_key(key: str, value: str) -> str:
    """Tell Gerrit's `Change-Id`, one for each patch, from b4's `change-id`, one for a series."""
    return "Change-Id" if key == "change-id" and _GERRIT_ID.fullmatch(value) else key


def _unfold(key: str, text: str, start: int, end: int) -> str:
    """Return the value at text[start:end], with the lines that continue it if it needs them."""
    value = text[start : min(end, start + 2 * LONGEST_VALUE)].strip()
    for _ in range(_MOST_FOLDS):
        if text[end + 1 : end + 2] not in (" ", "\t") or _is_complete(key, value):
            break
        start, end = end + 1, text.find("\n", end + 1)
        end = end if end >= 0 else len(text)
        value = f"{value} {text[start : min(end, start + 2 * LONGEST_VALUE)].strip()}".strip()
    return value[:LONGEST_VALUE].rstrip()


def _is_complete(key: str, value: str) -> bool:
    """Tell whether nothing is missing: no closing bracket or quote, no address of a person."""
    if not value or value.count("(") > value.count(")") or value.count("<") > value.count(">"):
        return False
    return not key.endswith("-by") or "@" in value
