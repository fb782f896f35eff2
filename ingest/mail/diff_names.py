"""Reads from the header of a file's diff which paths it touches."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# git's own prefixes: a/ and b/, and with diff.mnemonicPrefix the first letters of what
# is compared: commit, index, object, worktree.
_PREFIXES = frozenset({"a/", "b/", "c/", "i/", "o/", "w/"})
_GIT_OPENINGS = ("diff --git ", "diff --cc ", "diff --combined ")
_MOVES = re.compile(r"^(?:rename|copy) (from|to|old|new) (.+)")
_BINARY = re.compile(r"Binary files? (.*)(?: differ| has changed)\r?$")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}
_TIME = re.compile(r"\t| (?=[0-9]{4}-[0-9]{2}-[0-9]{2} |\((?:revision |working copy|nonexistent))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A file's path before and after a change; "" where it did not or does not exist."""

    old: str
    new: str


def read_names(header: Sequence[str]) -> Names:
    """Read the names from the header lines of one file's diff, prefixes and quotes undone.

    For git's diffs the two differ only by a rename or a copy. Names cannot be told apart
    in every header: what is unclear is given as it stands.
    """
    for line in header:
        if line.startswith(_GIT_OPENINGS):
            return _read_git_names(line, header)
    names = _read_written_names(header)
    # The old name of a plain diff is often a backup's, which nobody's patch touches.
    index = header[0].partition(" ")[2].strip()
    path = names.new or names.old or index
    if _is_quilt(header):
        path = index.partition("/")[2] or path
    return Names(old=path, new=path)


def _is_quilt(header: Sequence[str]) -> bool:
    """Tell the `Index: tree/path` of a file that quilt adds or deletes from svn's and CVS's.

    Its first component is no part of the path, which is not to be seen from one name alone.
    """
    return (
        header[0].startswith("Index: ")
        and any(line[4:].startswith("/dev/null") for line in header[-2:])
        and not any(line.startswith("RCS file: ") for line in header)
    )


def _read_git_names(opening: str, header: Sequence[str]) -> Names:
    moves: dict[str, str] = dict(found for line in header for found in _MOVES.findall(line))
    old = moves.get("from", moves.get("old", ""))
    new = moves.get("to", moves.get("new", ""))
    if old and new:
        return Names(old=_clean(old), new=_clean(new))
    command, _, rest = opening.rstrip("\r").partition(" ")[2].partition(" ")
    if command != "--git":
        return Names(old=_clean(rest), new=_clean(rest))
    if pair := _split_pair(rest):
        return _without_prefixes(*pair)
    names = _read_written_names(header)
    return names if names.old or names.new else Names(old=rest, new=rest)


def _split_pair(text: str) -> tuple[str, str] | None:
    """Split `a/name b/name`, in which blanks may be part of the name and quotes around it."""
    if '"' in text:
        return _split_quoted_pair(text)
    middle = len(text) // 2
    old, new = text[:middle], text[middle + 1 :]
    if text[middle : middle + 1] == " " and _same_file(old, new):
        return old, new
    words = text.split(" ")
    return (words[0], words[1]) if len(words) == 2 and _same_file(*words) else None


def _same_file(old: str, new: str) -> bool:
    return old == new or old.partition("/")[2] == new.partition("/")[2] != ""


def _split_quoted_pair(text: str) -> tuple[str, str] | None:
    if match := _QUOTED.match(text):
        return _unquote(match.group(1)), _clean(text[match.end() :].strip())
    old, blank, new = text.partition(' "')
    return (old, _clean('"' + new)) if blank else None


def _read_written_names(header: Sequence[str]) -> Names:
    """Read the names from the lines `--- old` and `+++ new`, or from a remark on binary files."""
    old = new = ""
    for line in header:
        if line.startswith("--- "):
            old = _clean_written(line[4:])
        elif line.startswith("+++ "):
            new = _clean_written(line[4:])
        elif match := _BINARY.match(line):
            old, _, new = match.group(1).partition(" and ")
            old, new = _clean_written(old), _clean_written(new or old)
    return _without_prefixes(old, new)


def _clean_written(name: str) -> str:
    """Read the name of a `---` or `+++` line, which a tab and a time or revision may follow.

    Where the tab was turned into blanks on the way, the form of the time tells it.
    """
    if not name.startswith('"') and (time := _TIME.search(name)):
        name = name[: time.start()]
    return _clean(name).removeprefix("./")


def _clean(name: str) -> str:
    if match := _QUOTED.match(name):
        return _unquote(match.group(1))
    return name.strip(" \r").replace("\0", "\ufffd")


def _unquote(name: str) -> str:
    """Undo the C-style quoting of git's core.quotePath: `f\\303\\251.c` is `fé.c` in UTF-8."""
    data = _ESCAPE.sub(_unescape, name.encode("utf-8", "surrogatepass"))
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


def _unescape(match: re.Match[bytes]) -> bytes:
    code: bytes = match.group(1)
    if code.isdigit() and code < b"8":
        return bytes([int(code, 8) & 0xFF])
    return _ESCAPED.get(code, code)


def _without_prefixes(old: str, new: str) -> Names:
    """Take off the first components that only tell before from after.

    Two equal names were written without prefixes (diff.noprefix, svn): nothing is taken off.
    """
    old = "" if old == "/dev/null" else old
    new = "" if new == "/dev/null" else new
    if old == new:
        return Names(old=old, new=new)
    if _same_file(old, new):
        return Names(old=old.partition("/")[2], new=new.partition("/")[2])
    return Names(old=_without_prefix(old), new=_without_prefix(new))


def _without_prefix(name: str) -> str:
    return name[2:] if name[:2] in _PREFIXES else name
