"""Reads what a mail says that it needs first: Depends-on lines, and their like of b4 and QEMU.

What is needed is named by a text, its target, that is the same however somebody wrote it:

- `mid:ID`, the message-id (RFC 2392) of a patch or cover letter;
- `change:ID:vN`, a version of the series with this change-id, or without `:vN` any;
- `series:N@HOST` and `patch:N@HOST`, by their numbers on a site, or without `@HOST` on ours;
- an address on the web that is none of these, as it was written.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

from ingest.mail.ids import normalise_message_id
from ingest.mail.trailers import LONGEST_VALUE
from ingest.mail.values import Dependency, Trailer

# More than anybody writes; a hostile mail must not fill a table.
MOST_DEPENDENCIES = 50
_LONGEST_HOST = 100

_QUOTED = re.compile(r'"[^"]*"')
# Brackets without a blank between them.
_TOUCHING = re.compile(r">[,;]?<")
_AROUND = "<>()[]{},;.'"
_PLAIN = re.compile(r"[^\s<>\x00-\x1f\x7f]+")
# Patchwork's own way to name them.
_NUMBERED = re.compile(r"(series|patch)-([0-9]{1,18})", re.IGNORECASE)
_CHANGE = re.compile(r"\s*([^\s:#\x00-\x1f\x7f]{1,200})(?::v([0-9]{1,9}))?(?!\S)")
_URL = re.compile(r"https?://([^/?#]+)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE)
_NUMBER_IN_PATH = re.compile(
    r"/(?:(series)|patch(?:es)?|covers?)/([0-9]{1,18})(?:/mbox|/raw)?/?\Z", re.IGNORECASE
)
_NUMBER_IN_QUERY = re.compile(r"(?:\A|&)series=([0-9]{1,18})(?:&|\Z)")
_DEFAULT_PORT = re.compile(r":(?:80|443)?\Z")


def name_message(message_id: str) -> str:
    """The target that names a message; its id is without brackets."""
    return f"mid:{message_id}"


def name_change(change_id: str, version: int | None = None) -> str:
    """The target that names a version of a series by its change-id, or the series itself."""
    return f"change:{change_id}" if version is None else f"change:{change_id}:v{version}"


def name_number(kind: str, number: int, host: str = "") -> str:
    """The target that names a "series" or a "patch" (also a cover) by its number on a site."""
    return f"{kind}:{number}@{host}" if host else f"{kind}:{number}"


def split_target(target: str) -> tuple[str, str, str]:
    """What kind of thing a target names ("mid", "change", "series", "patch", or "" for an address),
    its name or number, and which one: `v3` of a change, the host of a number, or "" for any."""
    kind, _, name = target.partition(":")
    if kind == "mid":
        return kind, name, ""
    if kind == "change":
        return kind, *name.partition(":")[::2]
    if kind in ("series", "patch"):
        return kind, *name.partition("@")[::2]
    return "", target, ""


def read_dependencies(trailers: Iterable[Trailer]) -> tuple[Dependency, ...]:
    """Read what the trailers of a message say that it needs, in order, each target once.

    Read are `Depends-on`, QEMU's `Based-on`, and b4's `prerequisite-message-id` and
    `prerequisite-change-id`. What names nothing in a way that we know is passed over. The first
    MOST_DEPENDENCIES are read.
    """
    found: dict[str, Dependency] = {}
    for trailer in trailers:
        read = _READERS.get(trailer.key.lower())
        for dependency in read(trailer.value) if read else ():
            found.setdefault(dependency.target, dependency)
            if len(found) == MOST_DEPENDENCIES:
                return tuple(found.values())
    return tuple(found.values())


def _read_words(value: str) -> Iterator[Dependency]:
    """Everything that a line names; titles in quotes may stand between."""
    words = _TOUCHING.sub("> <", _QUOTED.sub(" ", value)).split()
    # The last word of a value that was cut may be half a word.
    for word in words[:-1] if len(value) >= LONGEST_VALUE else words:
        if word.startswith("#"):
            return
        for one in _split_commas(word):
            dependency = _read_word(one.strip(_AROUND))
            if dependency:
                yield dependency


def _split_commas(word: str) -> list[str]:
    """Names with commas between them; an address on the web may hold commas itself."""
    return [word] if "://" in word else word.split(",")


def _read_word(word: str) -> Dependency | None:
    if not _PLAIN.fullmatch(word):
        return None
    if "://" in word:
        return _read_url(word)
    if numbered := _NUMBERED.fullmatch(word):
        kind, number = numbered.groups()
        return Dependency(target=name_number(kind.lower(), int(number)))
    return Dependency(target=name_message(normalise_message_id(word))) if _is_id(word) else None


def _is_id(word: str) -> bool:
    """Whether a word can be the message-id of a mail that anybody would name."""
    before, at, behind = word.partition("@")
    return bool(before and at and behind and _PLAIN.fullmatch(word))


def _read_url(url: str) -> Dependency | None:
    """An address of a mail in an archive, of something on a site like ours, or any other."""
    match = _URL.fullmatch(url)
    if match is None:
        return None
    said_host, path, query = match.groups()
    for segment in map(unquote, reversed(path.split("/"))):
        if _is_id(segment):
            return Dependency(target=name_message(normalise_message_id(segment)), url=url)
    number = _NUMBER_IN_PATH.search(path)
    kind, said = ("series" if number[1] else "patch", number[2]) if number else ("", "")
    if number is None and (listed := _NUMBER_IN_QUERY.search(query or "")):
        kind, said = "series", listed[1]
    host = _normalise_host(said_host)
    if kind and len(host) <= _LONGEST_HOST:
        return Dependency(target=name_number(kind, int(said), host), url=url)
    return Dependency(target=url, url=url)


def _normalise_host(said: str) -> str:
    """A host as browsers name it to the server: without user and default port."""
    return _DEFAULT_PORT.sub("", said.rpartition("@")[2].lower())


def _read_change(value: str) -> Iterator[Dependency]:
    """`ID:vN`, behind which b4 leaves what else its user wrote."""
    match = _CHANGE.match(value)
    if match:
        version = int(match[2]) if match[2] else None
        yield Dependency(target=name_change(match[1], version))


_READERS: dict[str, Callable[[str], Iterator[Dependency]]] = {
    "depends-on": _read_words,
    "based-on": _read_words,
    "prerequisite-message-id": _read_words,
    "prerequisite-change-id": _read_change,
}
