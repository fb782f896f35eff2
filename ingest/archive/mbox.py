"""Reads mbox files of any flavour, plain, gzip or xz, and files that hold one bare message.

A separator is a line `From sender date` (RFC 4155) that stands at the start of the file, or after
an empty line and before a header field: a line of a body that begins with `From ` does not split
a mail even where the writer forgot to quote it.

Quoting is undone as mboxrd has it: one `>` is taken off each `>From `, `>>From ` and so on. In
an mboxo file that is right for `>From `; a `>>From `, which mboxo cannot tell from a quoted line,
comes out as `>From `, one level short in a quotation, which no diff and no trailer can be.

A plain mbox that was cut in the middle of its last message cannot be told from a whole one: that
message is yielded as it is. Packed data tells, and then the message is held back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ingest.archive import values
from ingest.archive.streams import Damaged, Stream, measure_file, open_stream
from ingest.archive.values import ArchivedMail, ArchiveError, explain_os_errors

# How far a separator is looked at: its line, and the name of the header field that follows.
_LOOK_AHEAD = 1024
# How far back the line before a separator is searched for damage.
_LOOK_BACK = 256

_CLOCK = rb"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
# asctime, with a time zone before the year or without: Thu Jan  1 00:00:00 1970; and the form of
# RFC 5322, which some writers put there: Thu, 1 Jan 1970 00:00:00 +0000.
_DATE = (
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:"
    rb" +[A-Z][a-z]{2} +[0-9]{1,2} +" + _CLOCK + rb"(?: +[A-Z+-][A-Z0-9:]{0,6}){0,2}"
    rb"|, *[0-9]{1,2} +[A-Z][a-z]{2}(?= +[0-9]{4} +" + _CLOCK + rb")"
    rb") +[0-9]{4}\b"
)
# Bounded, so that it fits into _LOOK_AHEAD and `\Z` means the end of the file.
_ENVELOPE = rb"From [^\x00-\x1f]{0,300}?\b" + _DATE + rb"[^\x00-\x1f]{0,300}(?:\r?\n|\Z)"
# A field's name, or the envelope of an earlier hop (RFC 976), or nothing where the file is cut.
_FIELD = rb"(?:[!-9;-~]+[ \t]*:(?!//)|>*From |\Z)"
# The first line of what `git format-patch` writes. Attached to a mail, it begins no other mail.
_PATCH = rb"From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001\r?\n"

_FIRST_SEPARATOR = re.compile(_ENVELOPE)
_FIRST_OF_PATCHES = re.compile(_PATCH)
_SEPARATOR = re.compile(_ENVELOPE + _FIELD)
_SEPARATOR_OF_MAILS = re.compile(rb"(?!" + _PATCH + rb")" + _ENVELOPE + _FIELD)

_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
# No text holds these; form feeds and the escapes of ISO 2022 are text.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MAIL_HEADER = re.compile(
    rb"(?:[!-9;-~]+[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*)*?"
    rb"(?:received|return-path|from|date|subject|message-id|mime-version)[ \t]*:",
    re.IGNORECASE,
)

_NOT_MAIL = (
    "this is not mail: it begins neither with an mbox separator (`From sender date`) nor with the "
    "header of a message; give an mbox, a Maildir or a public-inbox repository"
)
_CHANGED = (
    "the archive was changed or replaced since it was read; read it from its start, "
    "messages that are known are recognised"
)
_DAMAGED = (
    "whole messages before this place were read; get a sound copy and read it again, "
    "messages that are known are recognised"
)
_TOO_LONG = "that is not mail, or separators are missing: mend the file and go on from here"


@dataclass(frozen=True, slots=True, kw_only=True)
class MboxFile:
    """An mbox in a file, a pipe or standard input (`-`).

    Positions are byte offsets in the unpacked data: a plain file is continued at once, anything
    else is read through. Units are bytes of the file as it lies there.
    """

    unit: ClassVar[str] = "bytes"
    path: Path

    def total(self) -> int | None:
        with explain_os_errors(self.path):
            return measure_file(self.path)

    def read(self, after: str = "") -> Iterator[ArchivedMail]:
        with explain_os_errors(self.path), open_stream(self.path) as stream:
            try:
                yield from self._read_stream(stream, after)
            except Damaged as damage:
                raise self._error(stream.offset, f"{damage}; {_DAMAGED}") from damage

    def _read_stream(self, stream: Stream, after: str) -> Iterator[ArchivedMail]:
        separator = choose_separator(stream.head)
        if separator:
            yield from self._read_mails(stream, separator, after)
        elif not stream.head.strip() or _MAIL_HEADER.match(stream.head):
            yield from self._read_bare_mail(stream, after)
        else:
            stream.check_head()
            raise self._error(0, _NOT_MAIL)

    def _read_mails(
        self, stream: Stream, separator: re.Pattern[bytes], after: str
    ) -> Iterator[ArchivedMail]:
        self._go_to(stream, separator, after)
        for begin, record in self._split(stream, separator):
            # A file cut right behind a separator ends with an envelope that holds nothing.
            if raw := undo_wrapping(record):
                yield ArchivedMail(
                    raw=raw,
                    position=str(begin + len(record)),
                    where=f"{self.path.name} at byte {begin}",
                    progress=stream.consumed,
                )

    def _go_to(self, stream: Stream, separator: re.Pattern[bytes], after: str) -> None:
        """Leaves out what is before the position `after`, and the empty lines behind it."""
        if after:
            offset = self._parse_position(after)
            if not stream.go_to(offset):
                raise self._error(offset, f"the archive ends before this place: {_CHANGED}")
        begin = stream.head.lstrip(b"\r\n")
        if after and begin and not separator.match(begin, 0, _LOOK_AHEAD):
            raise self._error(stream.offset, f"no message begins here any more: {_CHANGED}")
        stream.go_to(stream.offset + len(stream.head) - len(begin))

    def _split(self, stream: Stream, separator: re.Pattern[bytes]) -> Iterator[tuple[int, bytes]]:
        """The offset and the bytes of each record: a separator, its message, an empty line.

        Where the data is damaged, a record counts only if the next separator says that it is whole.
        """
        buffer = _Buffer(separator, stream.offset)
        try:
            for chunk in stream:
                buffer.add(chunk)
                yield from buffer.cut(_LOOK_AHEAD)
                self._check_length(buffer.offset, len(buffer.data))
        except Damaged:
            yield from buffer.cut(0)
            raise
        yield from buffer.cut(0)
        if buffer.data:
            yield buffer.offset, bytes(buffer.data)

    def _read_bare_mail(self, stream: Stream, after: str) -> Iterator[ArchivedMail]:
        """A file without any separator is one message; an empty one is none."""
        raw = bytearray()
        for chunk in stream:
            raw += chunk
            self._check_length(0, len(raw))
        if after and self._parse_position(after) != len(raw):
            raise self._error(len(raw), f"not the archive that was read: {_CHANGED}")
        if raw.strip() and not after:
            position = str(len(raw))
            where = f"{self.path.name} at byte 0"
            yield ArchivedMail(
                raw=bytes(raw), position=position, where=where, progress=stream.consumed
            )

    def _check_length(self, offset: int, length: int) -> None:
        if length > values.MESSAGE_LIMIT:
            limit = values.MESSAGE_LIMIT // 2**20
            raise self._error(offset, f"a message longer than {limit} MiB begins here; {_TOO_LONG}")

    def _parse_position(self, after: str) -> int:
        if not (after.isascii() and after.isdigit()):
            raise self._error(None, f"{after!r} is no place in an mbox: {_CHANGED}")
        return int(after)

    def _error(self, offset: int | None, reason: str) -> ArchiveError:
        return ArchiveError(self.path, offset, reason)


class _Buffer:
    """What is read of an mbox and not yet cut into records; it begins with a separator."""

    def __init__(self, separator: re.Pattern[bytes], offset: int) -> None:
        self.data = bytearray()
        self.offset = offset
        self._separator = separator
        self._searched = 1

    def add(self, chunk: bytes) -> None:
        self.data += chunk

    def cut(self, keep: int) -> Iterator[tuple[int, bytes]]:
        """The records up to the last separator that begins before the last `keep` bytes."""
        end = max(len(self.data) - keep, 0)
        begin = 0
        while (at := self._find_separator(end)) > 0:
            yield self.offset + begin, bytes(memoryview(self.data)[begin:at])
            begin = at
        del self.data[:begin]
        self.offset += begin
        self._searched = max(self._searched - begin, 1)

    def _find_separator(self, end: int) -> int:
        """The index of the next separator, or -1; never searches the same bytes twice."""
        at = self.data.find(b"From ", self._searched, end)
        while at > 0 and not self._is_separator(at):
            at = self.data.find(b"From ", at + 1, end)
        self._searched = at + 1 if at > 0 else max(end - 4, self._searched)
        return at

    def _is_separator(self, at: int) -> bool:
        return _follows_gap(self.data, at) and bool(
            self._separator.match(self.data, at, at + _LOOK_AHEAD)
        )


def choose_separator(head: bytes) -> re.Pattern[bytes] | None:
    """What begins each message of an mbox that begins with `head`; None if it is no mbox.

    Only in a file of patches (`git format-patch --stdout`) does a patch begin a new message.
    """
    head = head.lstrip(b"\r\n")
    if not _FIRST_SEPARATOR.match(head, 0, _LOOK_AHEAD):
        return None
    return _SEPARATOR if _FIRST_OF_PATCHES.match(head) else _SEPARATOR_OF_MAILS


def undo_wrapping(record: bytes) -> bytes:
    """The message in a record: without its separator, quoting, and the empty line behind it."""
    begin = record.find(b"\n") + 1 or len(record)
    raw = record[begin : len(record) - _measure_gap(record)]
    return _QUOTED.sub(rb"\1", raw) if b">From " in raw else raw


def _measure_gap(record: bytes) -> int:
    """How many bytes the empty line at the end takes."""
    if record.endswith(b"\n\n"):
        return 1
    return 2 if record.endswith(b"\n\r\n") else 0


def _follows_gap(data: bytearray, at: int) -> bool:
    """Whether an empty line ends at `at`, or bytes that no text holds: damage eats empty lines."""
    if data[at - 1] != ord("\n"):
        return _BINARY.match(data, at - 1) is not None
    if data.endswith((b"\n\n", b"\n\r\n"), 0, at):
        return True
    begin = data.rfind(b"\n", max(at - _LOOK_BACK, 0), at - 1) + 1
    return _BINARY.search(data, max(begin, at - _LOOK_BACK, 0), at) is not None
