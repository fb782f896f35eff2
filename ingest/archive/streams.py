"""The bytes of a file, a pipe or standard input, unpacked if they are gzip or xz."""

import lzma
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Protocol

STANDARD_INPUT = Path("-")
HEAD = 64 * 1024
_CHUNK = 256 * 1024
_GZIP, _XZ = b"\x1f\x8b", b"\xfd7zXZ\0"
# A decoder that meets an error keeps to itself what it made of the same piece: small pieces lose
# little, and none of this size unpacks to more than a few MiB.
_PIECE = 256


class Damaged(Exception):
    """The packed data is cut off or corrupt; all that was unpacked before has been given out."""


class Stream:
    """Unpacked bytes, given out once and in order by iterating.

    `head` is what comes next: at least HEAD bytes, unless the end is nearer.
    `offset` counts the unpacked bytes before `head`, and at the end all that were given out.
    `consumed` counts the bytes read of the file itself, packed as they are.
    Iterating, `go_to` and `check_head` raise Damaged.
    """

    def __init__(self, file: BufferedReader) -> None:
        self.consumed = 0
        self.offset = 0
        self.head = b""
        self._file = file
        self._damage: Damaged | None = None
        magic = self._count(file.read(len(_XZ)))
        self._is_plain = not magic.startswith((_GZIP, _XZ))
        packed: Iterator[bytes] = chain([magic], self._read_file())
        self._chunks = packed if self._is_plain else _gather(_unpack(packed, magic))
        self._fill_head()

    def __iter__(self) -> Iterator[bytes]:
        head, self.head = self.head, b""
        self.offset += len(head)
        yield head
        if self._damage:
            raise self._damage
        for chunk in self._chunks:
            self.offset += len(chunk)
            yield chunk

    def check_head(self) -> None:
        """Raises Damaged if `head` is as short as it is because of damage."""
        if self._damage:
            self.offset += len(self.head)
            raise self._damage

    def go_to(self, offset: int) -> bool:
        """Leaves out everything before `offset`; False if the data ends before it."""
        is_far = offset > self.offset + len(self.head)
        if is_far and self._is_plain and self._file.seekable():
            return self._seek(offset)
        return self._skip(offset)

    def _seek(self, offset: int) -> bool:
        if offset > os.fstat(self._file.fileno()).st_size:
            return False
        self._file.seek(offset)
        self.consumed = self.offset = offset
        self.head = b""
        self._chunks = self._read_file()
        self._fill_head()
        return True

    def _skip(self, offset: int) -> bool:
        while self.offset + len(self.head) < offset:
            self.offset += len(self.head)
            self.head = b""
            self._fill_head()
            if self._damage and not self.head:
                raise self._damage
            if not self.head:
                return False
        self.head = self.head[offset - self.offset :]
        self.offset = offset
        self._fill_head()
        return True

    def _fill_head(self) -> None:
        """Damage is kept until what came before it has been given out."""
        try:
            while len(self.head) < HEAD and (chunk := next(self._chunks, b"")):
                self.head += chunk
        except Damaged as damage:
            self._damage = damage

    def _read_file(self) -> Iterator[bytes]:
        # read1 takes what a slow pipe has instead of waiting for a whole chunk.
        while chunk := self._count(self._file.read1(_CHUNK)):
            yield chunk

    def _count(self, chunk: bytes) -> bytes:
        self.consumed += len(chunk)
        return chunk


@contextmanager
def open_stream(path: Path) -> Iterator[Stream]:
    """Opens a file or pipe; `-` is standard input. Raises OSError, also while it is read."""
    is_standard_input = path == STANDARD_INPUT
    with open(0 if is_standard_input else path, "rb", closefd=not is_standard_input) as file:
        yield Stream(file)


def measure_file(path: Path) -> int | None:
    """The bytes of a regular file as it lies there; None for pipes and standard input."""
    if path == STANDARD_INPUT:
        return None
    status = path.stat()
    return status.st_size if stat.S_ISREG(status.st_mode) else None


class _Engine(Protocol):
    """What the decompressors of zlib and lzma have in common: each unpacks one member."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def _new_engine(magic: bytes) -> _Engine:
    if magic.startswith(_XZ):
        return lzma.LZMADecompressor(lzma.FORMAT_XZ)
    return zlib.decompressobj(16 + zlib.MAX_WBITS)  # 16 stands for gzip


def _unpack(packed: Iterator[bytes], magic: bytes) -> Iterator[bytes]:
    """Unpacks one member after the other; zeros between and after them are padding."""
    engine = None
    for piece in _slice(packed):
        rest = piece if engine else piece.lstrip(b"\0")
        while rest:
            engine = engine or _new_engine(magic)
            yield _decompress(engine, rest)
            rest = b""
            if engine.eof:
                rest, engine = engine.unused_data.lstrip(b"\0"), None
    if engine:
        raise Damaged("the packed data ends too early")


def _slice(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for begin in range(0, len(chunk), _PIECE):
            yield chunk[begin : begin + _PIECE]


def _decompress(engine: _Engine, piece: bytes) -> bytes:
    try:
        return engine.decompress(piece)
    except (zlib.error, lzma.LZMAError) as error:
        raise Damaged(f"the packed data is corrupt ({error})") from error


def _gather(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Joins small pieces to chunks; what came before damage is given out before the damage."""
    chunk = bytearray()
    damage = None
    try:
        for piece in pieces:
            chunk += piece
            if len(chunk) >= _CHUNK:
                yield bytes(chunk)
                chunk.clear()
    except Damaged as error:
        damage = error
    if chunk:
        yield bytes(chunk)
    if damage:
        raise damage
