"""Derives from what was decided about patches who is to be told of what, and when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Who never stops deciding about somebody's patches does not keep the mail back for longer.
LONGEST_REST = timedelta(hours=1)
_FIRST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=6)
# The last one comes some twelve hours after the first.
MOST_ATTEMPTS = 8

# A user, ("user", 3), or a person without an account, ("person", 5).
Recipient = tuple[str, int]


class Kind(StrEnum):
    """What a notice is about; the values of DELEGATE are whether the patch is the recipient's."""

    STATE = "state"
    DELEGATE = "delegate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What somebody does not know yet of a patch: `before` is what they know, `after` what is."""

    kind: str
    patch: int
    project: int
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision about a patch, by the ids of all that it concerns; 0 is nobody.

    `delegated` says whether it was about the delegate, else it was about the state.
    """

    patch: int
    project: int
    actor: int
    submitter: int
    submitter_user: int
    delegated: bool
    before: int
    after: int
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A decision as one recipient sees it; `own` if they made it, and so know it."""

    notice: Notice
    own: bool
    date: datetime


def derive_steps(decided: Decided) -> Iterator[tuple[Recipient, Step]]:
    """Whom a decision concerns: a new state the submitter, a new delegate both delegates."""
    if not decided.delegated:
        user = decided.submitter_user
        recipient = ("user", user) if user else ("person", decided.submitter)
        yield recipient, _make_step(decided, user, Kind.STATE, decided.before, decided.after)
        return
    if decided.before:
        yield ("user", decided.before), _make_step(decided, decided.before, Kind.DELEGATE, 1, 0)
    if decided.after:
        yield ("user", decided.after), _make_step(decided, decided.after, Kind.DELEGATE, 0, 1)


def _make_step(decided: Decided, user: int, kind: Kind, before: int, after: int) -> Step:
    notice = Notice(
        kind=kind, patch=decided.patch, project=decided.project, before=before, after=after
    )
    return Step(notice=notice, own=bool(user) and user == decided.actor, date=decided.date)


def derive_notices(waiting: Iterable[Notice], steps: Iterable[Step]) -> list[Notice]:
    """What a recipient does not know after some steps, in their order; what was taken back is
    left out."""
    unknown = {(notice.kind, notice.patch): notice for notice in waiting}
    for step in steps:
        notice = step.notice
        earlier = unknown.pop((notice.kind, notice.patch), notice)
        if not step.own and earlier.before != notice.after:
            unknown[notice.kind, notice.patch] = Notice(
                kind=notice.kind,
                patch=notice.patch,
                project=notice.project,
                before=earlier.before,
                after=notice.after,
            )
    return list(unknown.values())


def choose_due(created: datetime, decided: datetime, rest: timedelta) -> datetime:
    """When a mail is to be sent that waits since `created`, and whose newest decision has to
    rest."""
    return min(decided + rest, created + max(LONGEST_REST, rest))


def choose_pause(attempts: int) -> timedelta:
    """How long a mail waits after so many attempts that failed."""
    return min(_FIRST_PAUSE * 2 ** (attempts - 1), _LONGEST_PAUSE)


def format_line(text: str, most: int = 200) -> str:
    """A text that came by mail as a part of one line: nothing in it breaks a line or a header, or
    hides what stands beside it."""
    visible = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * most])
    line = " ".join(visible.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
