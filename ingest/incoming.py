"""A mail on its way in: its bytes, how it came, and what was read from it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ingest.mail import ParsedMail
from ingest.mail.charset import clean_text
from ingest.mail.values import Subject
from ingest.threads import ThreadMessage, derive_nature, derive_tokens
from patchtrack.models import Mail
from patchtrack.models.mail import compress_raw

# What other than configured tags is kept of a message's trailers.
KEPT_TRAILERS = frozenset(
    "Acked-by Reviewed-by Tested-by Fixes Link Depends-on change-id base-commit".split()
)
# Mails without a date take part in their thread at this one, since the time of their arrival
# says nothing of when they were sent and must not decide anything.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One mail as it was handed to us. `received_at` is aware; `recipient` is the envelope's."""

    raw: bytes
    received_at: datetime
    recipient: str = ""
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.raw).hexdigest())

    def as_mail(self, **columns: Any) -> Mail:
        """An unsaved row that keeps this delivery."""
        return Mail(
            raw=compress_raw(self.raw),
            sha256=self.sha256,
            size=len(self.raw),
            received_at=self.received_at,
            recipient=clean_text(self.recipient)[:320],
            **columns,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A delivery that could be read."""

    delivery: Delivery
    parsed: ParsedMail
    tokens: frozenset[int]

    def as_mail(self, **columns: Any) -> Mail:
        """An unsaved row that keeps this mail."""
        return self.delivery.as_mail(
            content_hash=self.parsed.content_hash, hop_date=self.parsed.hop_date, **columns
        )


def read_incoming(delivery: Delivery, parsed: ParsedMail) -> Incoming:
    return Incoming(delivery=delivery, parsed=parsed, tokens=derive_tokens(parsed))


def read_trailers_kept(parsed: ParsedMail, tags: frozenset[str]) -> dict[str, list[str]]:
    """The trailers that are kept, each key's values in order and once."""
    kept: dict[str, list[str]] = {}
    for trailer in parsed.trailers:
        if trailer.key in KEPT_TRAILERS or trailer.key in tags:
            values = kept.setdefault(trailer.key, [])
            if trailer.value not in values:
                values.append(trailer.value)
    return kept


def message_columns(
    parsed: ParsedMail, received_at: datetime, tags: frozenset[str]
) -> dict[str, Any]:
    """The columns of Message that follow from the mail itself, but for its author."""
    trailers = read_trailers_kept(parsed, tags)
    subject = parsed.subject
    return {
        "date": parsed.date or received_at,
        "dated": parsed.date is not None,
        "subject": subject.text,
        "ancestors": " ".join(parsed.ancestors),
        "nature": derive_nature(parsed),
        "version": subject.version,
        "label": subject.label,
        "number": subject.number,
        "total": subject.total,
        "name": subject.name,
        "change_id": trailers.get("change-id", [""])[0][:500],
        "trailers": trailers,
        "action_required": parsed.hints.action_required,
        "flags": " ".join(parsed.flags),
    }


def format_name(subject: Subject, linkname: str) -> str:
    """A patch's name as Patchwork shows it: `[v2,1/4] name`, without the link name of its project,
    which many lists put before each subject."""
    prefixes = [prefix for prefix in subject.prefixes if prefix.lower() != linkname.lower()]
    return f"[{','.join(prefixes)}] {subject.name}" if prefixes else subject.name


def submission_columns(parsed: ParsedMail, linkname: str) -> dict[str, Any]:
    """The columns that a Patch and a Cover share and that follow from the mail itself, in the
    project of that link name."""
    return {"name": format_name(parsed.subject, linkname), "pull_url": parsed.pull_url}


def patch_columns(parsed: ParsedMail, linkname: str) -> dict[str, Any]:
    """The columns of Patch that follow from the mail itself, but for people and dates."""
    facts = parsed.facts
    return submission_columns(parsed, linkname) | {
        "hash": facts.hash if facts else "",
        "paths": list(facts.paths) if facts else [],
    }


def thread_message(
    message_id: str, author: str, columns: Mapping[str, Any], tags: frozenset[str]
) -> ThreadMessage:
    """A message for deriving, from its columns; only configured tags are counted."""
    return ThreadMessage(
        message_id=message_id,
        ancestors=tuple(columns["ancestors"].split()),
        sender=author,
        date=columns["date"] if columns["dated"] else UNDATED,
        nature=columns["nature"],
        version=columns["version"],
        label=columns["label"],
        number=columns["number"],
        total=columns["total"],
        name=columns["name"],
        change_id=columns["change_id"],
        trailers={key: tuple(said) for key, said in columns["trailers"].items() if key in tags},
    )
