"""Short ways to write down a thread and what `derive` makes of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ingest.mail.subject import split_subject
from ingest.threads import SeriesPlan, ThreadMessage, derive

NOON = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
ANN, BOB = "ann@example.org", "bob@example.org"
DAY = 24 * 60 * 60


def message(
    message_id: str,
    subject: str,
    *,
    to: str = "",
    at: float = 0,
    sender: str = ANN,
    diff: bool = True,
    change_id: str = "",
    trailers: Mapping[str, tuple[str, ...]] | None = None,
) -> ThreadMessage:
    """A mail sent `at` seconds after noon; `to` names the mails it answers, nearest first."""
    read = split_subject(subject)
    if read.is_reply:
        nature = "other"
    elif read.number == 0:
        nature = "cover"
    elif diff:
        nature = "patch"
    else:
        nature = "other" if to or read.number is not None else "letter"
    return ThreadMessage(
        message_id=message_id,
        ancestors=tuple(dict.fromkeys(to.split())),
        sender=sender,
        date=NOON + timedelta(seconds=at),
        nature=nature,
        version=read.version,
        label=read.label,
        number=read.number,
        total=read.total,
        name=read.name,
        change_id=change_id,
        trailers=trailers or {},
    )


def sending(
    prefix: str,
    total: int,
    *,
    tags: str = "PATCH",
    at: float = 0,
    to: str = "",
    sender: str = ANN,
    cover: bool = True,
) -> list[ThreadMessage]:
    """A series as git send-email sends it, a second apart: `a0` (the cover, or `a1`) answers
    `to`, the others answer that first mail."""
    first = 0 if cover else 1
    head = f"{prefix}{first}"
    return [
        message(
            f"{prefix}{number}",
            f"[{tags} {number}/{total}] {prefix} part {number}",
            to=to if number == first else f"{head} {to}".strip(),
            at=at + number,
            sender=sender,
        )
        for number in range(first, total + 1)
    ]


def series_of(messages: list[ThreadMessage]) -> dict[str, str]:
    """The series of a thread: for each head its members' ids, sorted."""
    plans = derive(messages).series
    return {head: " ".join(sorted(plan.members)) for head, plan in plans.items()}


def only_series(messages: list[ThreadMessage]) -> SeriesPlan:
    """The plan of a thread's one series."""
    (plan,) = derive(messages).series.values()
    return plan


def parents_of(messages: list[ThreadMessage]) -> dict[str, str]:
    """The parent of each comment of a thread."""
    plans = derive(messages).messages
    return {name: plan.parent for name, plan in plans.items() if plan.kind == "comment"}
