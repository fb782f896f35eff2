"""Several mails under one message-id: all are kept, one is shown."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.incoming import Incoming
from patchtrack.models import Mail, Outcome

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One copy of a message: stored already, or just come (then `incoming` is set)."""

    hop_date: datetime | None
    content_hash: str
    sha256: str
    incoming: Incoming | None = None


def incoming_copy(incoming: Incoming) -> Copy:
    return Copy(
        hop_date=incoming.parsed.hop_date,
        content_hash=incoming.parsed.content_hash,
        sha256=incoming.delivery.sha256,
        incoming=incoming,
    )


def find_copies(messages: Iterable[int]) -> dict[int, list[Copy]]:
    """The stored copies of messages (by database id), the shown one first."""
    copies: dict[int, list[Copy]] = {message: [] for message in messages}
    if not copies:
        return copies
    for mail in (
        Mail.objects.filter(message__in=copies)
        .only("message_id", "hop_date", "content_hash", "sha256")
        .order_by("-shown", "id")
    ):
        copies[mail.message_id].append(
            Copy(
                hop_date=mail.hop_date,
                content_hash=mail.content_hash,
                sha256=mail.sha256,
            )
        )
    return copies


def choose_shown(copies: Iterable[Copy]) -> Copy:
    """The copy that our own MTA received first, by the topmost Received line, which no sender
    can forge; so nobody can replace a mail by sending another under its message-id.

    A copy without that line came by no MTA, but from an archive: it is older than what comes in.
    """
    return min(copies, key=lambda c: (c.hop_date or _LONG_AGO, c.content_hash, c.sha256))


@dataclass(slots=True, kw_only=True)
class Arrival:
    """The copies of one message that a batch brings (`arrived`), and those stored before.

    `row` is the message's database id if it is stored already.
    """

    thread: int
    message_id: str
    row: int | None
    stored: list[Copy] = field(default_factory=list)
    arrived: list[Copy] = field(default_factory=list)

    def new_copies(self) -> list[Copy]:
        """The arrived copies that are not stored to the byte already."""
        known = {copy.sha256 for copy in self.stored}
        return [copy for copy in self.arrived if copy.sha256 not in known]

    def shown(self) -> Copy:
        """The copy to show from now on."""
        return choose_shown([*self.stored, *self.new_copies()])

    def outcomes(self) -> dict[str, Outcome]:
        """What to answer for each arrived copy, by its SHA-256."""
        said = {copy.content_hash for copy in self.stored}
        outcomes = dict.fromkeys((copy.sha256 for copy in self.arrived), Outcome.DUPLICATE)
        for copy in self.new_copies():
            if copy.content_hash not in said:
                outcomes[copy.sha256] = Outcome.CONFLICT if said else Outcome.STORED
            said.add(copy.content_hash)
        return outcomes
