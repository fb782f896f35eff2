"""The values that reading a mail yields: frozen, comparable, free of behaviour."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mailbox of RFC 5322, section 3.4; `address` is lower-cased, `name` may be empty."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A subject line taken apart, as `git format-patch` and its users write them.

    `number` and `total` are both set or both None; 0 <= number. A `total` of 0 is a cover's
    that does not say how many patches it has (`[PATCH 0/N]`).
    `version` is the integer the reader sees (1 when unlabelled); `label` tells sendings
    of one version apart that are not the whole series again: "5.1", "resend", or "".
    """

    text: str
    name: str
    prefixes: tuple[str, ...]
    is_reply: bool
    version: int
    label: str
    number: int | None
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A mail's text split in two; each holds whole lines, LF ended.

    `message` and `diff` together hold every line of the body but the signature.
    `diff` is empty when the mail carries none.
    """

    message: str
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What one diff does to one file: its path after the change, and lines added and removed."""

    path: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffFacts:
    """What a diff says: the files in the order of the diff, every path it touches
    (old and new names, sorted, without `a/` and `b/`), and Patchwork's patch hash."""

    files: tuple[FileChange, ...]
    paths: tuple[str, ...]
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailer:
    """One `Key: value` line of a message; `key` in its usual spelling (`Acked-by`)."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """What a mail says that it needs first: `target` names it as `ingest.mail.dependencies`
    tells, `url` is the address on the web by which the mail does, or empty."""

    target: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the X-Patchwork-* headers ask for; whether it is obeyed is not decided here."""

    ignore: bool = False
    state: str = ""
    delegate: str = ""
    action_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """One mail, understood.

    `message_id` and `ancestors` are without angle brackets. `ancestors` holds the
    In-Reply-To first, then References from last to first, each once.
    `date` is aware UTC, or None when neither Date nor any Received can be read.
    `hop_date` is the time of the topmost Received header, written by our own MTA.
    `facts` is None for a mail without a diff.
    `content_hash` (64 hex digits) is equal for two copies of a mail that say the same, however
    they travelled. `flags` names what was wrong with the mail and mended: "charset",
    "no-message-id", "date", "sender".
    """

    message_id: str
    ancestors: tuple[str, ...]
    subject: Subject
    author: Address
    date: datetime | None
    hop_date: datetime | None
    list_ids: tuple[str, ...]
    message: str
    diff: str
    facts: DiffFacts | None
    pull_url: str
    trailers: tuple[Trailer, ...]
    dependencies: tuple[Dependency, ...]
    hints: Hints
    flags: tuple[str, ...]
    content_hash: str
