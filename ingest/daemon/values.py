"""What passes between the event loop and the parser processes: frozen and picklable."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a recipient's mail goes: to the project of that database id, or to the projects of
    the list `list_id`; with neither, where the mail's own List-Id leads."""

    project: int | None = None
    list_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail for one target. `id` is what the log knows it by; `received_at` is aware."""

    id: str
    raw: bytes
    recipient: str
    received_at: datetime
    target: Target

    def digest(self) -> str:
        """Equal for the same bytes, however often they are delivered."""
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a letter. `outcome` is empty when nothing is stored and it should be
    delivered again; `detail` says why, for the log."""

    outcome: str = ""
    detail: str = ""
    message_id: str = ""
    projects: tuple[str, ...] = ()
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answers to a batch of letters, in their order, and what storing them took: seconds
    of each parse and each transaction, and transactions begun again, by cause."""

    answers: list[Answer]
    parse_seconds: list[float] = field(default_factory=list)
    transaction_seconds: list[float] = field(default_factory=list)
    retries: Mapping[str, int] = field(default_factory=dict)
