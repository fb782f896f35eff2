"""Writes a patch as the text that `git range-diff` compares.

The text has a section for the author, one for the commit message, and one for each file
(git-range-diff, "Algorithm"; range-diff.c, read_patches):

     ## Metadata ##
    Author: Alice Spout <alice@example.org>

     ## Commit message ##
        Pour slowly

     ## kettle.c ##
    @@ kettle.c: pour
     water
    -cold
    +hot

Blob names, line numbers and all that stands below the `---` of the message are left out.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.mail.addresses import read_mailbox
from ingest.mail.diff_names import read_names
from ingest.mail.diff_scan import find_sections
from patchtrack.services.compare.values import SentPatch

# Where `git mailinfo` sees the commit message end.
_MESSAGE_END = re.compile(r"---(?:\s*$| \S)|diff -|Index: ")
# The headers that `git format-patch --from` puts on top of a message.
_IN_BODY = re.compile(r"(From|Subject|Date): ?(.*)", re.IGNORECASE)
_MODE = re.compile(r"(old|new) mode ([0-7]{1,6})")
_HUNK = re.compile(r"@@ [^@]*@@(.*)")
_TITLE = re.compile(r" ## (.*?)(?: \((?:new|deleted|mode change [0-7 =>]+)\))? ##$")
_MARKS = frozenset("+- ")
_WORD = re.compile(r"\w+")
_TRAILER = re.compile(r" {4}(?:[A-Za-z][A-Za-z0-9-]{1,60}-by|[Ff]ixes|[Ll]ink|[Cc]loses|[Cc]c): \S")


@dataclass(frozen=True, kw_only=True)
class PseudoPatch:
    """A patch's text in lines: its author, its message, whose first line is the name, and the
    sections of its files. `unread` is true where the text could not be read."""

    author: str
    message: tuple[str, ...]
    diff: tuple[str, ...]
    unread: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, in the order in which it is read."""
        head = (" ## Metadata ##", f"Author: {self.author}", "")
        gap = ("",) if self.diff else ()
        return (*head, " ## Commit message ##", *self.message, *gap, *self.diff)

    @property
    def compared(self) -> tuple[str, ...]:
        """What is equal in patches that are the same: the diff, or without one, everything."""
        return self.diff or self.lines

    @cached_property
    def size(self) -> int:
        """The number of lines that git gives the diff: without those between the sections."""
        return len(self.diff) - self.diff.count("")

    @property
    def key(self) -> str:
        """The name without case, blanks and punctuation."""
        return " ".join(_WORD.findall(self.message[0].lower())) if self.message else ""

    @property
    def prose(self) -> tuple[str, ...]:
        """What the message says below the name, without the lines by which people vouch for it."""
        return tuple([line for line in self.message[1:] if line and not _TRAILER.match(line)])

    @property
    def trailers(self) -> tuple[str, ...]:
        return tuple([line for line in self.message[1:] if _TRAILER.match(line)])

    @cached_property
    def changes(self) -> tuple[tuple[str, str], ...]:
        """What the diff does, wherever in the files it does so: each line added or removed,
        and each title of a file, with the file's path."""
        path = ""
        found = []
        for line in self.diff:
            if line.startswith(" ## ") and (title := _TITLE.match(line)):
                path = title[1].rpartition(" => ")[2]
                found.append((path, line))
            elif line.startswith(("+", "-")):
                found.append((path, line))
        return tuple(found)


def derive_pseudo(patch: SentPatch) -> PseudoPatch:
    author, message = _read_message(patch)
    diff = tuple(_write_files(patch.diff))
    return PseudoPatch(author=author, message=message, diff=diff, unread=patch.unread)


def write_text(name: str, text: str) -> tuple[str, ...]:
    """A commit message in lines: no blanks at their ends, single empty lines between them."""
    written: list[str] = []
    for line in [name, "", *text.split("\n")]:
        shown = line.rstrip()
        if shown or (written and written[-1]):
            written.append(f"    {shown}" if shown else "")
    return tuple(written[:-1] if written and not written[-1] else written)


def _read_message(patch: SentPatch) -> tuple[str, tuple[str, ...]]:
    """The author and the commit message that `git am` would read."""
    lines = patch.message.split("\n")
    said, start = _read_in_body(lines)
    end = next((at for at in range(start, len(lines)) if _MESSAGE_END.match(lines[at])), len(lines))
    name = said.get("subject", patch.name)
    return said.get("from", patch.author), write_text(name, "\n".join(lines[start:end]))


def _read_in_body(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """The headers on top of the text, and the number of the line that follows them."""
    said: dict[str, str] = {}
    at = 0
    while at < len(lines) and not lines[at].strip():
        at += 1
    while at < len(lines) and (header := _IN_BODY.match(lines[at])):
        said[header[1].lower()] = header[2].strip()
        at += 1
    if "from" in said:
        said["from"] = format_author(said["from"])
    return said, at if said else 0


def format_author(text: str) -> str:
    """An author as git writes them, from the value of a From header."""
    mailbox = read_mailbox(text)
    return f"{mailbox.name} <{mailbox.address}>"


def _write_files(diff: str) -> Iterator[str]:
    lines = diff.split("\n")
    for number, section in enumerate(find_sections(lines)):
        if number:
            yield ""
        header = lines[section.start : section.body]
        names = read_names(header)
        yield f" ## {_title(header, names.old, names.new)} ##"
        yield from _write_body(lines[section.body : section.end], names.new or names.old)


def _title(header: Sequence[str], old: str, new: str) -> str:
    """What range-diff calls a file: its names, and what becomes of it as a whole."""
    modes = {found[1]: found[2] for line in header if (found := _MODE.match(line))}
    change = f" (mode change {modes['old']} => {modes['new']})" if len(modes) == 2 else ""
    if any(line.startswith(("new file mode ", "--- /dev/null")) for line in header):
        return f"{new} (new)"
    if any(line.startswith(("deleted file mode ", "+++ /dev/null")) for line in header):
        return f"{old} (deleted)"
    if any(line.startswith("rename from ") for line in header):
        return f"{old} => {new}{change}"
    return f"{new or old}{change}"


def _write_body(body: Sequence[str], path: str) -> list[str]:
    if body and body[0].rstrip("\r") == "GIT binary patch":
        digest = hashlib.sha256("\n".join(body).encode("utf-8", "surrogatepass")).hexdigest()
        # Its lines tell nothing to people, but that it changed does.
        return [f" Binary patch {digest[:12]}"]
    return [line if line[:1] in _MARKS else _write_other(line, path) for line in body]


def _write_other(line: str, path: str) -> str:
    """A line of a diff that has no mark: the heading of a hunk, or one that lost its mark: a mailer
    that eats trailing blanks leaves an empty line of a context line " "."""
    if line.startswith("@@ ") and (hunk := _HUNK.match(line)):
        return f"@@ {path}:{hunk[1]}" if hunk[1] else "@@"
    return f" {line}"
