"""The header of a mail: fields by name, unfolded and decoded (RFC 5322, RFC 2047)."""

import binascii
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ingest.mail.charset import decode_bytes

_HEADER_END = re.compile(rb"\n\r?\n")
_FIELD_START = re.compile(rb"\n(?![ \t])")
_FIELD_NAME = re.compile(rb"[!-9;-~]+[ \t]*\Z")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_ENVELOPES = (b"From ", b">From ")
# Names of fields are remembered, so they must not be long; no real one has half of this.
_LONGEST_NAME = 100
# More values of one field than any mail has.
_MOST_VALUES = 200


class NotMail(ValueError):
    """The bytes have no header field at all, so there is no mail to read."""


class Header:
    """The fields of one header, by lower-cased name, each with its values in order.

    Values are text (undecodable bytes read as by `decode_bytes`) with their folds removed.
    """

    __slots__ = ("_values",)

    def __init__(self, fields: Iterable[tuple[str, bytes]] = ()) -> None:
        values: dict[str, list[bytes]] = {}
        for written_name, value in fields:
            name = written_name.lower()
            if name in values:
                values[name].append(value)
            else:
                values[name] = [value]
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def all(self, name: str) -> Iterator[str]:
        """The values of the field `name` (lower case), topmost first, not yet RFC 2047 decoded."""
        values = self._values.get(name)
        return map(_read_value, values[:_MOST_VALUES]) if values else iter(())

    def first(self, name: str) -> str:
        """The topmost value of the field `name` (lower case), or an empty string."""
        values = self._values.get(name)
        return _read_value(values[0]) if values else ""

    def text(self, name: str) -> str:
        """The topmost value with its RFC 2047 encoded words decoded."""
        return decode_words(self.first(name))


def _read_value(value: bytes) -> str:
    """A value as text, its folds removed (RFC 5322, section 2.2.3)."""
    return decode_bytes(value)[0].replace("\n", "").strip()


@lru_cache(maxsize=1000)
def _read_name(name: bytes) -> str:
    """The name of a field as written, or an empty string for what cannot be one."""
    return name.rstrip().decode("ascii") if _FIELD_NAME.match(name) else ""


def split_fields(raw: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """The header's fields (name as written, value folded as written) and the body's bytes.

    An mbox `From ` line is passed over. As in every mail reader, a line that cannot be
    a field ends the header and begins the body. Raises NotMail when there is no field.
    """
    raw = raw.lstrip(b"\r\n")
    end = _HEADER_END.search(raw)
    block, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    lines = _FIELD_START.split(block.rstrip(b"\r\n").replace(b"\r\n", b"\n"))
    fields: list[tuple[str, bytes]] = []
    for index, line in enumerate(lines):
        written_name, colon, value = line.partition(b":")
        name = _read_name(written_name) if len(written_name) <= _LONGEST_NAME else ""
        if name and colon:
            fields.append((name, value))
        elif not line.startswith(_ENVELOPES):
            body = b"\n".join(lines[index:]) + b"\n\n" + body
            break
    if not fields:
        raise NotMail("no header field was found")
    return fields, body


def split_header(raw: bytes) -> tuple[Header, bytes]:
    """The header and the body of a mail or of a MIME part. Raises NotMail."""
    fields, body = split_fields(raw)
    return Header(fields), body


def _decode_word(match: re.Match[str]) -> bytes:
    encoding, payload = match[2], match[3]
    data = payload.encode()
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return match[0].encode()


def decode_words(value: str) -> str:
    """Decode the RFC 2047 encoded words in an unfolded header value.

    Blanks between two encoded words vanish, and the bytes of neighbours in one charset are
    joined before they are decoded, because mailers cut multi-byte characters in two.
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    pending, charset = bytearray(), ""
    end = 0
    for word in _ENCODED_WORD.finditer(value):
        gap = value[end : word.start()]
        if end and gap.isspace():
            gap = ""
        # A language may follow the charset (RFC 2231, section 5).
        its_charset = word[1].partition("*")[0]
        if gap or its_charset != charset:
            out.append(decode_bytes(bytes(pending), charset)[0])
            out.append(gap)
            pending, charset = bytearray(), its_charset
        pending += _decode_word(word)
        end = word.end()
    out.append(decode_bytes(bytes(pending), charset)[0])
    out.append(value[end:])
    return "".join(out)
