"""What deriving a thread takes and what it yields: frozen values, no database ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Nature = Literal["patch", "cover", "letter", "other"]
Kind = Literal["patch", "cover", "comment", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMessage:
    """A message as far as its thread is concerned.

    `nature` is what the mail is by itself (a letter may be a cover that nobody numbered);
    `ancestors` names the mails it answers, nearest first; `sender` is equal for the mails of one
    person; `date` is aware UTC. `number` and `total` are both set or both None; covers have
    number 0. `trailers` maps keys to values.
    """

    message_id: str
    ancestors: tuple[str, ...]
    sender: str
    date: datetime
    nature: Nature
    version: int
    label: str
    number: int | None
    total: int | None
    name: str
    change_id: str
    trailers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePlan:
    """What a message is among the others.

    `parent` is the patch or cover that a comment belongs to; `series` is the head of the
    series of a patch or cover; `number` a patch's place in it (None: unnumbered).
    `follows_all` says of a patch that all patches before it in its series have arrived.
    `tags` counts a patch's trailers, its comments' included, each value once; `version` is that
    of its series, and `comments` says how many there are on a patch or cover.
    """

    kind: Kind
    parent: str | None = None
    series: str | None = None
    number: int | None = None
    follows_all: bool = False
    version: int = 1
    comments: int = 0
    tags: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPlan:
    """Patches that belong together, and their cover. `head` and `members` are message-ids.

    `lineage` is equal for the revisions of one piece of work; `previous` is the head of the
    series that this one was sent in answer to as its next revision or partial reroll.
    `comments` counts those on all members, `tags` the patches that have each trailer.
    """

    head: str
    members: tuple[str, ...]
    name: str
    submitter: str
    date: datetime
    version: int
    total: int
    received_total: int
    complete: bool
    partial: bool
    lineage: str
    previous: str | None
    comments: int
    tags: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPlan:
    """The state that follows from a thread's messages: by message-id, and series by head."""

    messages: Mapping[str, MessagePlan]
    series: Mapping[str, SeriesPlan]
