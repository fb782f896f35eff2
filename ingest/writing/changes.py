"""What is to be written, and what the tables' writers tell each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.incoming import Incoming
from ingest.policy import Policy
from ingest.threads import MessagePlan, ThreadPlan
from ingest.threadstate import StoredMessage, ThreadState
from ingest.writing.events import EventChanges
from patchtrack.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a message's shown copy says: the mail, and the columns of Message that follow.

    `is_other_copy` says that another copy was shown so far, if the message is stored already.
    """

    incoming: Incoming
    columns: dict[str, Any]
    is_other_copy: bool = False


@dataclass(slots=True, kw_only=True)
class ThreadChange:
    """A thread before and after: its stored state, the plan, and the messages whose shown copy
    is new, by message-id (they may be stored already: then another copy was shown before)."""

    thread: int
    state: ThreadState
    plan: ThreadPlan
    readings: dict[str, Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One message of a thread: what is planned, what is stored of it (None if it is new), and
    its reading if its shown copy is new."""

    change: ThreadChange
    message_id: str
    plan: MessagePlan
    stored: StoredMessage | None
    reading: Reading | None

    @property
    def kind_before(self) -> str:
        """The kind under which the message is stored; a new one was nothing in particular."""
        return self.stored.kind if self.stored else "other"


@dataclass(slots=True, kw_only=True)
class Writing:
    """One batch on its way into the tables; the rows that exist by now, by message-id."""

    policy: Policy
    changes: Sequence[ThreadChange]
    people: Mapping[str, Person]
    ids: dict[str, int] = field(default_factory=dict)
    series_ids: dict[str, int] = field(default_factory=dict)
    events: EventChanges = field(init=False)

    def __post_init__(self) -> None:
        self.events = EventChanges(self.policy.project.id)

    def places(self) -> Iterator[Place]:
        """Every message of every thread of the batch."""
        for change in self.changes:
            for message_id, plan in change.plan.messages.items():
                yield Place(
                    change=change,
                    message_id=message_id,
                    plan=plan,
                    stored=change.state.messages.get(message_id),
                    reading=change.readings.get(message_id),
                )
