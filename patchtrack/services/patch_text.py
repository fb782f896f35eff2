"""A mail's text as bytes, parted where `git am` parts it: what a mbox is made of."""

import re
from dataclasses import dataclass

from ingest.mail.body import split_body
from ingest.mail.charset import decode_bytes
from ingest.mail.diff import split_halves
from ingest.mail.header import split_header
from ingest.mail.mime import Part, choose_text_parts, decode_part, read_parts
from ingest.mail.textual import html_to_text, is_unstuffed, unflow

# Where `git mailinfo` sees the commit message end and the patch begin.
_PATCH_START = re.compile(rb"^(?:diff -|Index: |---(?: [^\s]|[ \t\r\f\v]*+\n))", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchText:
    """A mail's text in two: `message` is UTF-8 with LF line ends, `patch` what follows from
    the `---` or the diff on, in the bytes of the files that it changes."""

    message: bytes
    patch: bytes


def read_patch_text(raw: bytes) -> PatchText:
    """Read all text parts of a mail, in order, as one text. Raises NotMail.

    The charset that the mail declares is believed for the message, as far as it is true; of
    the patch no byte is changed, since the files may have another one (or be CRLF files).
    """
    header, body = split_header(_drop_transport_crs(raw))
    message: list[bytes] = []
    patch: list[bytes] = []
    for part in choose_text_parts(list(read_parts(header, body))):
        data, charset = _read_part(part, body)
        start = 0 if patch else _find_patch(data)
        message.append(_decode_message(data[:start], charset))
        if start < len(data):
            patch.append(data[start:])
    return PatchText(message=b"".join(message), patch=b"".join(patch))


def read_diff_bytes(raw: bytes) -> bytes:
    """The mail's diff alone, in the bytes of the files; empty without one. Raises NotMail."""
    text = read_patch_text(raw)
    # In latin-1 each byte is a character: what finds a diff in text finds it in bytes.
    return split_body((text.message + text.patch).decode("latin-1")).diff.encode("latin-1")


def _drop_transport_crs(raw: bytes) -> bytes:
    """LF line ends for a mail whose header has CR LF, as `git mailsplit` makes them."""
    first_end = raw.lstrip(b"\r\n").partition(b"\n")[0]
    return raw.replace(b"\r\n", b"\n") if first_end.endswith(b"\r") else raw


def _find_patch(data: bytes) -> int:
    found = _PATCH_START.search(data)
    return found.start() if found else len(data)


def _decode_message(data: bytes, charset: str) -> bytes:
    return decode_bytes(data, charset)[0].replace("\r\n", "\n").encode()


def _read_part(part: Part, body: bytes) -> tuple[bytes, str]:
    """A part's bytes, which end with a line end, and the charset of what is message in them."""
    data, charset = part.data, part.charset
    if part.content_type == "text/html":
        data, charset = html_to_text(decode_part(part)[0]).encode(), "utf-8"
    elif decode_bytes(b"diff", charset)[0] != "diff":
        # In UTF-16 and its like no patch can be found before it is decoded.
        data, charset = decode_part(part)[0].encode(), "utf-8"
    elif part.flowed:
        data = _unflow(data, part.delsp)
    if b"\r\n" in data and data in body:
        data = _drop_bare_crs(data)
    return (data if data.endswith(b"\n") else data + b"\n"), charset


def _unflow(data: bytes, delsp: bool) -> bytes:
    """Undo format=flowed as `git mailinfo` does, unless a diff shows that it is a lie."""
    text = data.decode("latin-1")
    if is_unstuffed(split_halves(text).diff):
        return data
    return unflow(text, delsp).encode("latin-1")


def _drop_bare_crs(data: bytes) -> bytes:
    """LF line ends for text that is not transfer encoded, as `git mailsplit` makes them.

    But where only some lines of a diff end with CR LF, these are lines of CRLF files, which
    `git am` would take as they stand if the sender had had them encoded.
    """
    diff = split_halves(data.decode("latin-1")).diff
    if diff.count("\r\n") == diff.count("\n"):
        return data.replace(b"\r\n", b"\n")
    return data
