"""Reads stored mail again, from its raw bytes, as the parser reads it today."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import zstandard

from ingest.copies import Copy, choose_shown
from ingest.incoming import (
    Delivery,
    Incoming,
    message_columns,
    patch_columns,
    read_incoming,
    submission_columns,
)
from ingest.mail import NotMail, parse_mail
from ingest.writing import Reading
from patchtrack.models import Mail, Message, Outcome, Project, Thread

_CHUNK = 200
# What a copy of a message was called when it came.
OUTCOMES_OF_COPIES = (Outcome.STORED, Outcome.DUPLICATE, Outcome.CONFLICT)

# A column's name, its value as stored, and its value as read now.
Difference = tuple[str, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCopy:
    """A kept copy of a message and what is read from it now."""

    mail: Mail
    incoming: Incoming

    def as_copy(self) -> Copy:
        parsed = self.incoming.parsed
        return Copy(
            hop_date=parsed.hop_date,
            content_hash=parsed.content_hash,
            sha256=self.mail.sha256,
            incoming=self.incoming,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReading:
    """A message as stored, its copies, and what its shown copy says now."""

    project: Project
    message: Message
    copies: tuple[StoredCopy, ...]
    reading: Reading

    @property
    def shown(self) -> Incoming:
        """The copy that should be shown."""
        return self.reading.incoming

    @property
    def tokens(self) -> frozenset[int]:
        """The tokens of all copies."""
        return frozenset().union(*(copy.incoming.tokens for copy in self.copies))

    def differences(self) -> Iterator[Difference]:
        """Every column of the message's rows that is not as it follows from its copies."""
        message, parsed = self.message, self.shown.parsed
        expected = self.reading.columns | {"project_id": self.project.id}
        # Without an id of its own, a mail keeps the one that was made for it first.
        if "no-message-id" not in parsed.flags:
            expected["message_id"] = parsed.message_id
        yield from _compare_row("", message, expected)
        if message.author.address != parsed.author.address:
            yield "author", message.author.address, parsed.author.address
        yield from self._dependency_differences()
        linkname = self.project.linkname
        of_patch = patch_columns(parsed, linkname) | {"msgid": message.message_id}
        yield from self._submission_differences("patch", of_patch)
        yield from self._submission_differences("cover", submission_columns(parsed, linkname))
        for copy in self.copies:
            yield from self._copy_differences(copy)
        stored = sum(copy.mail.outcome == Outcome.STORED for copy in self.copies)
        if stored != 1:
            yield "copies that came first", stored, 1

    def _submission_differences(
        self, table: str, columns: Mapping[str, Any]
    ) -> Iterator[Difference]:
        row = getattr(self.message, table, None)
        # The kind itself is compared with the thread's plan.
        is_one = self.message.kind == table
        if is_one != (row is not None):
            yield table, row and row.pk, self.message.id if is_one else None
        if is_one and row:
            shared = {"project_id": self.project.id, "date": self.reading.columns["date"]}
            yield from _compare_row(f"{table}.", row, columns | shared)
            author = self.shown.parsed.author.address
            if row.submitter.address != author:
                yield f"{table}.submitter", row.submitter.address, author

    def _dependency_differences(self) -> Iterator[Difference]:
        stored = sorted((row.target, row.url) for row in self.message.dependencies.all())
        said = sorted((needed.target, needed.url) for needed in self.shown.parsed.dependencies)
        if stored != said:
            yield "dependencies", stored, said

    def _copy_differences(self, copy: StoredCopy) -> Iterator[Difference]:
        yield from _compare_row(
            "mail.",
            copy.mail,
            {
                "project_id": self.project.id,
                "shown": copy.incoming is self.shown,
                "size": len(copy.incoming.delivery.raw),
                "content_hash": copy.incoming.parsed.content_hash,
                "hop_date": copy.incoming.parsed.hop_date,
            },
        )
        if copy.mail.outcome not in OUTCOMES_OF_COPIES:
            yield "mail.outcome", copy.mail.outcome, "one that a copy has"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rereading:
    """What is read now of some messages; of the others, by message-id, why they are not."""

    readings: Sequence[StoredReading]
    unreadable: Mapping[str, str]


class Unreadable(Exception):
    """A kept mail is not what it was when it came."""


def _compare_row(prefix: str, row: Any, expected: Mapping[str, Any]) -> Iterator[Difference]:
    for name, value in expected.items():
        if getattr(row, name) != value:
            yield prefix + name, getattr(row, name), value


def split_threads(project: Project) -> Iterator[list[int]]:
    """The ids of a project's threads, in order, in pieces of a bounded number."""
    last = 0
    while True:
        rows = Thread.objects.filter(project=project, id__gt=last).order_by("id")
        piece = list(rows.values_list("id", flat=True)[:_CHUNK])
        if not piece:
            return
        last = piece[-1]
        yield piece


def _read_copy(mail: Mail, message_id: str, tags: frozenset[str]) -> StoredCopy:
    try:
        raw = mail.read_raw()
        delivery = Delivery(raw=raw, received_at=mail.received_at, recipient=mail.recipient)
        parsed = parse_mail(raw, tags)
    except (NotMail, zstandard.ZstdError) as error:
        raise Unreadable(f"mail {mail.id} cannot be read: {error}") from error
    if delivery.sha256 != mail.sha256:
        raise Unreadable(f"mail {mail.id} has not the SHA-256 that it came with")
    # The id under which a message is known stays, even if the parser would make up another.
    if "no-message-id" in parsed.flags:
        parsed = replace(parsed, message_id=message_id)
    return StoredCopy(mail=mail, incoming=read_incoming(delivery, parsed))


def read_again(project: Project, threads: Sequence[int], tags: frozenset[str]) -> Rereading:
    """All messages of some threads of a project, read again from their raw copies."""
    messages = Message.objects.filter(thread__in=threads).select_related(
        "author", "patch__submitter", "cover__submitter"
    )
    mails: dict[int, list[Mail]] = defaultdict(list)
    for mail in Mail.objects.filter(message__thread__in=threads).order_by("id"):
        mails[mail.message_id].append(mail)
    readings, unreadable = [], {}
    for message in messages.prefetch_related("dependencies").order_by("id"):
        try:
            readings.append(_read_message(project, message, mails[message.id], tags))
        except Unreadable as error:
            unreadable[message.message_id] = str(error)
    return Rereading(readings=readings, unreadable=unreadable)


def _read_message(
    project: Project, message: Message, mails: Sequence[Mail], tags: frozenset[str]
) -> StoredReading:
    copies = tuple(_read_copy(mail, message.message_id, tags) for mail in mails)
    if not copies:
        raise Unreadable("no mail is kept of it")
    shown = choose_shown(copy.as_copy() for copy in copies).incoming
    columns = message_columns(shown.parsed, shown.delivery.received_at, tags)
    reading = Reading(incoming=shown, columns=columns)
    return StoredReading(project=project, message=message, copies=copies, reading=reading)
