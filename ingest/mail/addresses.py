"""Mailboxes in From, Reply-To and Cc, as mailers really write them (RFC 5322, section 3.4)."""

import re

from ingest.mail.header import decode_words
from ingest.mail.values import Address

MAX_LENGTH = 255
_LONGEST_LIST = 20_000
# The bounds on quoted text keep unbalanced quotes from costing quadratic time.
_TOKEN = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.){0,255})"(?!@)'
    r"|\((?P<comment>(?:[^()\\]|\\.){0,255})\)"
    r"|<(?P<angle>[^<>]*)>"
    r"|(?P<separator>[,;])"
    r'|(?P<text>"(?:[^"\\]|\\.){0,255}"(?=@)|[^"(<,;]+|.)',
    re.DOTALL,
)
_QUOTED_PAIR = re.compile(r"\\(.)")
_OBFUSCATED = re.compile(r"\A(\S+) at (\S+)\Z")


def _choose_word(text: str) -> str:
    """The address among loose words: `Jane jane@example.org` without brackets happens."""
    words = [word.strip("<>'\"").removeprefix("mailto:") for word in text.split()]
    return next((word for word in words if "@" in word.strip("@")), "".join(words))


def clean_address(text: str) -> str:
    """An address as it identifies a person: lower case, without blanks; empty if it is none.

    Accepted is whatever has a local part and a domain, also `x@localhost`, `[192.0.2.1]`,
    raw UTF-8 and quoted local parts, and the archives' `jane at example.org`.
    """
    text = text.strip().lower()
    is_quoted = text.startswith('"')
    address = text if is_quoted else _choose_word(_OBFUSCATED.sub(r"\1@\2", text))
    local, at, domain = address.rpartition("@")
    is_address = local and at and domain and (is_quoted or "@" not in local)
    return address if is_address and len(address) <= MAX_LENGTH else ""


def clean_name(text: str) -> str:
    """A display name on one line, without the quotes around it."""
    text = " ".join(decode_words(text).split())
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text.strip('"')[:MAX_LENGTH] if text.count('"') == 1 else text[:MAX_LENGTH]


def _read_mailbox(words: list[str], comments: list[str], angle: str | None) -> Address:
    text = "".join(words)
    if angle is not None:
        return Address(name=clean_name(text), address=clean_address(angle))
    return Address(name=clean_name(" ".join(comments)), address=clean_address(text))


def split_mailboxes(value: str) -> list[Address]:
    """The mailboxes of an unfolded header value, in order, in linear time.

    A mailbox without a usable address has an empty `address`; blank entries are left out.
    """
    found: list[Address] = []
    words: list[str] = []
    comments: list[str] = []
    angle: str | None = None
    for token in _TOKEN.finditer(value[:_LONGEST_LIST] + ","):
        kind, text = token.lastgroup, token[token.lastgroup or 0]
        if kind == "separator":
            if angle is not None or "".join(words).strip():
                found.append(_read_mailbox(words, comments, angle))
            words, comments, angle = [], [], None
        elif kind == "angle":
            angle = text
        elif kind == "comment":
            comments.append(text)
        elif kind == "quoted":
            words.append(_QUOTED_PAIR.sub(r"\1", text))
        else:
            words.append(text)
    return found


def read_mailbox(value: str) -> Address:
    """The first mailbox with an address in a value, also when all of it is an encoded word.

    Without any, the address is empty and the name is the whole text.
    """
    for text in dict.fromkeys((value, decode_words(value))):
        for mailbox in split_mailboxes(text):
            if mailbox.address:
                return mailbox
    return Address(name=clean_name(value), address="")
