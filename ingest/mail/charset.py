"""Bytes to text when the declared charset may be missing, unknown or a lie."""

import codecs
from encodings import normalize_encoding
from encodings.aliases import aliases
from functools import lru_cache

# Codecs that mail really uses. Python knows more (punycode, unicode_escape, ...), some
# of which take quadratic time or give lone surrogates; a sender must not choose those.
_MAIL_CODECS = frozenset(
    "ascii utf_8 utf_8_sig utf_16 utf_16_be utf_16_le big5 big5hkscs euc_jp euc_kr gb18030 hz"
    " iso2022_jp iso2022_kr koi8_r koi8_u shift_jis johab mac_roman tis_620 cp437 cp850 cp866"
    " cp874 cp932 cp949 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258"
    " iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9 iso8859_10"
    " iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16".split()
)
# Senders name one charset and mean its superset, or give a name that Python does not know.
_MEANT = {
    "latin_1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601_1987": "cp949",
    "iso_8859_8_i": "iso8859_8",
    "windows_874": "cp874",
}
# In these, bytes below 128 are not what they are in ASCII.
_SEVEN_BIT_CODES = frozenset("utf_16 utf_16_be utf_16_le iso2022_jp iso2022_kr hz johab".split())
_ONE_BYTE_CODECS = ("cp125", "iso8859", "koi8", "mac")
# More bytes that are not UTF-8 than this, and the text never was meant to be UTF-8.
_MOST_STRAY_BYTES = 1000


def _decode_as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are not UTF-8 as what they almost always are: Western 8 bit text."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    run = error.object[error.start : error.end]
    return run.decode("cp1252", "replace"), error.end


codecs.register_error("patchtrack.western", _decode_as_windows_1252)


@lru_cache(maxsize=256)
def _find_codec(charset: str) -> str:
    """Python's name for a charset, or an empty string for one that is not for mail.

    Asking `codecs.lookup` instead would search the disk for every name a sender invents.
    """
    name = normalize_encoding(charset.strip("\"' \t")).lower()
    codec = _MEANT.get(name) or aliases.get(name, name)
    codec = _MEANT.get(codec, codec)
    return codec if codec in _MAIL_CODECS else ""


def clean_text(text: str) -> str:
    """Replace what no database stores: NUL and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode_as_declared(data: bytes, codec: str) -> str | None:
    """The text, or None if there is no such codec or it is not the right one."""
    # Chance does not make UTF-8 of text in a charset of single bytes.
    if not codec or (codec.startswith(_ONE_BYTE_CODECS) and _is_utf8(data)):
        return None
    try:
        return data.decode(codec)
    except UnicodeError:
        return None


def _decode_western(data: bytes) -> str:
    """UTF-8 with stray Western bytes in it, or nothing but Western bytes."""
    if data.decode("utf-8", "replace").count("\ufffd") > _MOST_STRAY_BYTES:
        return data.decode("cp1252", "replace")
    return data.decode("utf-8", "patchtrack.western")


def decode_bytes(data: bytes, charset: str = "") -> tuple[str, bool]:
    """The text of `data`, and whether its declared charset was wrong or unknown.

    Never raises: what is not valid in the charset is read as UTF-8, and what is not UTF-8
    byte by byte as windows-1252, so that every text stays readable. The text holds neither
    NUL nor lone surrogates.
    """
    codec = _find_codec(charset) if charset else "utf_8"
    if data.isascii() and codec not in _SEVEN_BIT_CODES:
        return clean_text(data.decode("ascii")), not codec
    text = _decode_as_declared(data, codec)
    if text is None:
        return clean_text(_decode_western(data)), True
    return clean_text(text), False
