"""The parts of a MIME mail: cut apart, transfer decoded, named (RFC 2045, 2046, 2183, 2231)."""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from ingest.mail.charset import decode_bytes
from ingest.mail.header import Header, NotMail, decode_words, split_header

# Deeper nesting and more parts than these are not sent by people; what lies beyond is read
# as it stands.
MAX_DEPTH = 30
MAX_PARTS = 3000
_LONGEST_PARAMETERS = 4000
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')
_QUOTED_PAIR = re.compile(r"\\(.)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_BLANKS = b" \t\r\n\v\f"
_PATCH_TYPE = re.compile(r"(?:text|application)/(?:x-)?(?:git)?(?:patch|diff)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A leaf of the MIME tree. `content_type` is lower case; `data` has its transfer coding
    undone; `alternative` numbers the multipart/alternative it is a choice of (0: none);
    `broken` says that the data did not keep to its transfer coding."""

    content_type: str
    charset: str
    filename: str
    flowed: bool
    delsp: bool
    alternative: int
    data: bytes
    broken: bool


def _read_parameter(name: str, text: str) -> str:
    """A parameter's value without quotes and RFC 2231's codes."""
    if text.startswith('"'):
        text = _QUOTED_PAIR.sub(r"\1", text[1:-1])
    if not name.endswith("*"):
        return text
    return unquote(text.split("'", 2)[2] if text.count("'") >= 2 else text)


@lru_cache(maxsize=500)
def _read_parameters(value: str) -> tuple[str, Mapping[str, str]]:
    parameters: dict[str, str] = {}
    for name, text in _PARAMETER.findall(value):
        base, star, _ = name.lower().partition("*")
        said = _read_parameter(name, text)
        parameters[base] = parameters.get(base, "") + said if star else said
    words = value.partition(";")[0].split()
    return (words[0].lower() if words else ""), parameters


def read_parameters(value: str) -> tuple[str, Mapping[str, str]]:
    """A Content-Type or Content-Disposition value: its lower-cased token and its parameters."""
    return _read_parameters(value[:_LONGEST_PARAMETERS])


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """Undo a Content-Transfer-Encoding; with True when the data did not keep to it."""
    if encoding == "base64":
        try:
            return binascii.a2b_base64(data.translate(None, _BLANKS), strict_mode=True), False
        except binascii.Error:
            return _decode_broken_base64(data), True
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data), False
    return data, encoding not in ("", "7bit", "8bit", "binary")


def _decode_broken_base64(data: bytes) -> bytes:
    """What can be saved of base64 that was cut, or joined, or that a footer follows.

    Text in clear stays as it stands, also when all of it is.
    """
    foreign = _NOT_BASE64.search(data)
    end = data.rfind(b"\n", 0, foreign.start()) + 1 if foreign else len(data)
    code, rest = data[:end].translate(None, _BLANKS), data[end:]
    if rest and len(code) % 4:
        return data
    pieces = [piece[: len(piece) - (len(piece) % 4 == 1)] for piece in code.split(b"=")]
    saved = b"".join([binascii.a2b_base64(piece + b"==") for piece in pieces if piece])
    return saved + b"\n" + rest if saved and rest and not saved.endswith(b"\n") else saved + rest


def _split_multipart(body: bytes, boundary: str, most: int) -> list[bytes]:
    """The raw parts between boundary lines; preamble and epilogue are dropped.

    After `most` boundary lines the last part holds all the rest.
    """
    if not boundary:
        return []
    mark = b"\n--" + boundary.encode()
    parts: list[list[bytes]] = []
    for piece in (b"\n" + body).split(mark, most)[1:]:
        end_of_line, _, content = piece.partition(b"\n")
        end_of_line = end_of_line.strip()
        if end_of_line == b"--":
            break
        if not end_of_line:
            parts.append([content])
        elif parts:
            # The line begins like the boundary, and is text or a longer boundary.
            parts[-1].append(mark + piece)
    return [b"".join(pieces).removesuffix(b"\r") for pieces in parts]


def _split_part(piece: bytes) -> tuple[Header, bytes]:
    """A part's header, which may be absent altogether, and its body."""
    if piece.startswith((b"\n", b"\r\n")):
        return Header(), piece.removeprefix(b"\r").removeprefix(b"\n")
    try:
        return split_header(piece)
    except NotMail:
        return Header(), piece


def _forwarded_text(body: bytes) -> bytes:
    """An attached mail as `git format-patch` prints one: who, when and what, then its body."""
    header, _ = _split_part(body)
    lines = [f"{name.title()}: {header.first(name)}\n" for name in ("from", "date", "subject")]
    return "".join(lines).encode() + b"\n"


def _split_inner(
    content_type: str, boundary: str, body: bytes, most: int
) -> list[tuple[Header, bytes]]:
    """The parts that a part consists of, at most so many; a leaf has none."""
    if content_type.startswith("multipart/"):
        return [_split_part(piece) for piece in _split_multipart(body, boundary, most)]
    if content_type == "message/rfc822":
        return [(Header(), _forwarded_text(body)), _split_part(body)]
    return []


def _choose_leaf_type(content_type: str) -> str:
    """What cannot be taken further apart, or has no type, is text for people to read."""
    if "/" not in content_type or content_type.startswith(("multipart/", "message/")):
        return "text/plain"
    return content_type


def _read_leaf(
    header: Header, content_type: str, parameters: Mapping[str, str], body: bytes, alternative: int
) -> Part:
    _, disposition = read_parameters(header.first("content-disposition"))
    data, broken = decode_transfer(body, header.first("content-transfer-encoding").lower())
    return Part(
        content_type=_choose_leaf_type(content_type),
        charset=parameters.get("charset", ""),
        filename=decode_words(disposition.get("filename") or parameters.get("name", "")),
        flowed=parameters.get("format", "").lower() == "flowed",
        delsp=parameters.get("delsp", "").lower() == "yes",
        alternative=alternative,
        data=data,
        broken=broken,
    )


def read_parts(header: Header, body: bytes) -> Iterator[Part]:
    """The leaves of a mail in the order of the mail; an attached mail is read as text.

    Takes linear time: what is nested deeper than MAX_DEPTH, or comes after MAX_PARTS parts,
    is one leaf.
    """
    stack: list[tuple[Header, bytes, int, int]] = [(header, body, 0, 0)]
    left, alternatives = MAX_PARTS, 0
    while stack:
        header, body, depth, alternative = stack.pop()
        content_type, parameters = read_parameters(header.first("content-type"))
        inner: list[tuple[Header, bytes]] = []
        if depth < MAX_DEPTH and left > 0:
            inner = _split_inner(content_type, parameters.get("boundary", ""), body, left)
        if not inner:
            yield _read_leaf(header, content_type, parameters, body, alternative)
            continue
        left -= len(inner)
        if content_type == "multipart/alternative" and not alternative:
            alternatives += 1
            alternative = alternatives
        stack.extend((h, b, depth + 1, alternative) for h, b in reversed(inner))


def _is_patch_file(part: Part) -> bool:
    return (
        part.filename.lower().endswith((".patch", ".diff"))
        or _PATCH_TYPE.fullmatch(part.content_type) is not None
    )


def choose_text_parts(parts: list[Part]) -> list[Part]:
    """The parts that make the mail's text, in order: plain text, patches, and HTML where no
    plain alternative says the same."""
    plain = {
        part.alternative
        for part in parts
        if part.alternative and part.content_type == "text/plain" and part.data.strip()
    }
    return [
        part
        for part in parts
        if part.content_type == "text/plain"
        or _is_patch_file(part)
        or (part.content_type == "text/html" and part.alternative not in plain)
    ]


def decode_part(part: Part) -> tuple[str, bool]:
    """A text part's text, and whether its charset or its transfer coding was a lie."""
    text, lied = decode_bytes(part.data, part.charset)
    return text, lied or part.broken
