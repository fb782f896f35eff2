"""Writes patches and covers as a mbox that `git am` takes as it would take the mails as sent."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header as EncodedHeader
from email.utils import format_datetime

from ingest.mail.addresses import read_mailbox
from ingest.mail.charset import decode_bytes
from ingest.mail.header import Header, split_fields
from ingest.mail.ids import read_list_ids
from ingest.mail.sender import choose_author
from ingest.mail.values import Address
from patchtrack.services.patch_text import PatchText, read_patch_text
from patchtrack.services.quoted_printable import encode_quoted_printable

# Fields that describe the mail's own body, or a mailbox that it lay in, or that we set.
_REPLACED = re.compile(
    r"content-.*|mime-version|lines|(?:x-)?status|x-keywords|x-uid"
    r"|x-patchwork-(?:submitter|id|delegate|original-from)",
    re.IGNORECASE,
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# What begins a mail to one reader of mbox files or another, is changed on its way, or too long
# for a line of mail (RFC 5322, section 2.1.1).
_NEEDS_CODING = re.compile(rb"^>*From |^[^\n]{999}|[\0\r]", re.MULTILINE)
_TRAILER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*+: *+[^\s]|\(cherry picked from |\[[^\]\n]*+\]$")
# The oldest year of which git believes a `From ` line is 1991.
_EARLIEST = datetime(1991, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A patch or cover to be written: its mail's bytes and what we know beside them.

    `date` is aware; `delegate` is an address or empty; `trailers` are lines, from replies.
    """

    raw: bytes
    id: int
    date: datetime
    delegate: str = ""
    trailers: tuple[str, ...] = ()


def _carries_all(_text: str) -> bool:
    """Whether a file or HTTP can carry a text."""
    return True


def format_mbox(items: Iterable[Item]) -> bytes:
    """A mbox of the items, in order. Raises NotMail."""
    return b"\n".join([format_item(item) for item in items])


def format_item(item: Item, can_carry: Callable[[str], bool] = _carries_all) -> bytes:
    """One mail of a mbox: Patchwork's headers, the mail's own, and its text with the trailers.

    Valid UTF-8 as a whole; no line but the first begins with `From `. The text is that of the
    mail to the byte, or coded as quoted-printable where it could not be written so, or where
    what is to carry the mbox cannot carry the text as it is.
    """
    text = read_patch_text(item.raw)
    body = add_trailers(text, item.trailers)
    coding, body = _encode_body(body, can_carry)
    fields = [
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("MIME-Version", "1.0"),
        ("Content-Transfer-Encoding", coding),
        *_format_fields(item),
    ]
    date = max(item.date.astimezone(UTC), _EARLIEST)
    lines = [f"From patchwork {date.ctime()}", *(f"{name}: {value}" for name, value in fields)]
    return "\n".join(lines).encode() + b"\n\n" + body


def add_trailers(text: PatchText, trailers: Sequence[str]) -> bytes:
    """The text with the trailers that it lacks at the end of its message, above the `---`.

    Without a patch there is no place for trailers, and the text stays as it is.
    """
    said = {_comparable(line) for line in text.message.splitlines()}
    lines = dict.fromkeys(_on_one_line(trailer).encode() for trailer in trailers)
    new = [line for line in lines if _comparable(line) not in said]
    if not (new and text.patch):
        return text.message + text.patch
    message = text.message.rstrip()
    last = message.rpartition(b"\n")[2]
    gap = b"\n" if _TRAILER.match(last) else b"\n\n"
    return message + (gap if message else b"") + b"\n".join([*new, text.patch])


def _comparable(line: bytes) -> bytes:
    return b" ".join(line.lower().split())


def _encode_body(body: bytes, can_carry: Callable[[str], bool]) -> tuple[str, bytes]:
    try:
        is_plain = can_carry(body.decode()) and not _NEEDS_CODING.search(body)
    except UnicodeDecodeError:
        is_plain = False
    if is_plain:
        return "8bit", body
    return "quoted-printable", encode_quoted_printable(body)


def _format_fields(item: Item) -> list[tuple[str, str]]:
    """The header fields that follow those of the body."""
    fields, _ = split_fields(item.raw)
    header = Header(fields)
    author = choose_author(header, read_list_ids(header))
    ours = [("X-Patchwork-Submitter", _format_address(author)), ("X-Patchwork-Id", str(item.id))]
    if item.delegate:
        ours.append(("X-Patchwork-Delegate", _on_one_line(item.delegate)))
    theirs = [
        (name, _clean_value(value)) for name, value in fields if not _REPLACED.fullmatch(name)
    ]
    if _is_rewritten(header, author):
        ours += [
            ("X-Patchwork-Original-From", value) for name, value in theirs if name.lower() == "from"
        ]
        theirs = [field for field in theirs if field[0].lower() != "from"]
        theirs.append(("From", _format_address(author)))
    if "date" not in header:
        theirs.append(("Date", format_datetime(item.date)))
    return ours + theirs


def _is_rewritten(header: Header, author: Address) -> bool:
    """Whether list software has put itself in the place of an author whom we know."""
    shown = read_mailbox(header.first("from"))
    return author.address != shown.address and not author.address.endswith(".invalid")


def _format_address(author: Address) -> str:
    name, address = _on_one_line(author.name), _on_one_line(author.address)
    if not name:
        return address
    if not name.isascii():
        name = EncodedHeader(name, "utf-8").encode(linesep="")
    elif not name.replace(" ", "").isalnum():
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{address}>"


def _clean_value(value: bytes) -> str:
    """A stored field's value, its folds kept; nothing in it can begin a line of its own."""
    lines = [_on_one_line(line) for line in decode_bytes(value)[0].split("\n")]
    return "\n ".join([line for line in lines if line])


def _on_one_line(text: str) -> str:
    """The text without anything that some reader might take for the end of a line."""
    return _CONTROLS.sub(" ", text).strip()
