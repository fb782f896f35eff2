"""Writes quoted-printable text (RFC 2045, section 6.7) that survives an mbox."""

import re

# Lines are kept shorter than the 76 characters allowed, so that there is room to escape a first
# character afterwards.
_WIDTH = 72
_SPECIAL = re.compile(rb"[^\t -<>-~]")
_ESCAPES = [b"=%02X" % byte for byte in range(256)]
_CODES = [_ESCAPES[n] if _SPECIAL.match(bytes([n])) else bytes([n]) for n in range(256)]
# To readers of mbox files these begin the next mail, or were such a line once.
_SEPARATOR = re.compile(rb">*From ")


def encode_quoted_printable(data: bytes) -> bytes:
    """The text coded so that decoding gives back every byte, also CR and NUL.

    Line ends are LF. No line of the result begins with `From ` or `>From `.
    """
    return b"\n".join([_encode_line(line) for line in data.split(b"\n")])


def _encode_line(line: bytes) -> bytes:
    if _SPECIAL.search(line):
        line = b"".join([_CODES[byte] for byte in line])
    if line.endswith((b" ", b"\t")):
        line = line[:-1] + _ESCAPES[line[-1]]
    return b"=\n".join([_protect(piece) for piece in _break_line(line)])


def _break_line(line: bytes) -> list[bytes]:
    """Cuts a line into pieces of at most _WIDTH bytes, none of them within an escape."""
    pieces = []
    start = 0
    while len(line) - start > _WIDTH:
        cut = line.rfind(b"=", start + _WIDTH - 2, start + _WIDTH)
        end = cut if cut > start else start + _WIDTH
        pieces.append(line[start:end])
        start = end
    return [*pieces, line[start:]]


def _protect(piece: bytes) -> bytes:
    return _ESCAPES[piece[0]] + piece[1:] if _SEPARATOR.match(piece) else piece
