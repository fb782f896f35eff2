"""Reads the text of a mail as it comes after DATA (RFC 5321, sections 4.1.1.4 and 4.5.2)."""

from asyncio import LimitOverrunError, StreamReader
from collections.abc import Callable

_LAST_LINE = b".\r\n"
_END = b"\r\n" + _LAST_LINE


async def read_data(
    reader: StreamReader, most_bytes: int, note: Callable[[int], bool]
) -> bytes | None:
    """The text up to the line that holds a dot alone, or None if it is too large.

    `note(size)` is told how much of every piece is kept, all or nothing, and says whether there
    is room for it; where a piece is not kept, those before it are not either.
    A text that is too large is read to its end all the same, for the client listens only
    then. Lines may be of any length; only CR LF ends a line, so that nobody can smuggle a
    second mail behind a bare LF.
    """
    pieces: list[bytes] = []
    size, last = 0, b"\r\n"
    keeps = True
    while True:
        try:
            piece = await reader.readuntil(_LAST_LINE)
        except LimitOverrunError as error:
            piece = await reader.readexactly(error.consumed)
        size += len(piece)
        last = (last + piece[-len(_END) :])[-len(_END) :]
        # The line of the final dot is no part of the text.
        keeps = keeps and size <= most_bytes + len(_LAST_LINE)
        keeps = note(len(piece) if keeps else 0) and keeps
        if keeps:
            pieces.append(piece)
        else:
            pieces.clear()
        if last == _END:
            return b"".join(pieces)[: -len(_LAST_LINE)] if keeps else None


def decode_data(text: bytes) -> bytes:
    """The mail that was sent: dots that hid a dot taken off, lines ended with LF as in a file."""
    return text.removeprefix(b".").replace(b"\r\n.", b"\r\n").replace(b"\r\n", b"\n")
