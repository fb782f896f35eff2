"""Text is readable whatever its charset is said to be, and a lie is told."""

import pytest

from ingest.mail.charset import clean_text, decode_bytes

LATIN, UTF8 = "Zoë".encode("latin-1"), "Zoë".encode()


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (UTF8, "utf-8"),
        (UTF8, " UTF8 "),
        (UTF8, '"utf-8"'),
        (UTF8, ""),
        (LATIN, "iso-8859-1"),
        (LATIN, "ISO8859-15"),
        (LATIN, "windows-1252"),
        ("Zoë".encode("utf-16"), "utf-16"),
    ],
)
def test_a_true_charset(data, charset):
    assert decode_bytes(data, charset) == ("Zoë", False)


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (UTF8, "us-ascii"),
        (LATIN, "us-ascii"),
        (LATIN, "utf-8"),
        (LATIN, ""),
        (UTF8, "iso-8859-1"),
        (UTF8, "y"),
        (UTF8, "unicode_escape"),
        (LATIN, "x-unknown"),
        (LATIN, "iso-2022-jp"),
        (UTF8, "cp99999"),
        (UTF8, "\0"),
    ],
)
def test_a_charset_that_lies_is_seen_through(data, charset):
    assert decode_bytes(data, charset) == ("Zoë", True)


def test_one_western_byte_does_not_spoil_the_utf8_around_it():
    assert decode_bytes(UTF8 + b" \xeb " + UTF8, "utf-8") == ("Zoë ë Zoë", True)


def test_text_that_is_western_throughout_is_read_so():
    # Here and there such text looks like UTF-8.
    text = "ÃŸé " * 2000
    assert decode_bytes(text.encode("cp1252"), "utf-8") == (text, True)


@pytest.mark.parametrize(
    ("text", "charset", "codec"),
    [
        ("кот", "koi8-r", "koi8-r"),
        ("кот", "windows-1251", "cp1251"),
        ("猫", "gb2312", "gb18030"),
        ("貓", "big5", "big5"),
        ("猫", "iso-2022-jp", "iso2022_jp"),
        ("猫", "Shift_JIS", "shift_jis"),
        ("고양이", "ks_c_5601-1987", "cp949"),
        ("kočka", "iso-8859-2", "iso8859_2"),
        ("“tea”", "iso-8859-1", "cp1252"),
    ],
)
def test_charsets_of_the_world(text, charset, codec):
    assert decode_bytes(text.encode(codec), charset) == (text, False)


def test_plain_ascii_is_no_lie_in_any_known_charset():
    assert decode_bytes(b"tea", "koi8-r") == ("tea", False)


def test_nul_and_lone_surrogates_are_replaced():
    assert clean_text("a\0b\ud800c") == "a\ufffdb\ufffdc"
    assert clean_text("\U0001f375") == "\U0001f375"
