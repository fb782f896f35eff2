"""Invents the mail of a busy list: series with covers, answers and new versions; seeded, pure."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

DATE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LIST_ID = "scratch.lists.example.org"
NAMES = "Ann Bo Cleo Dora Emil Fay Gus Hana Ivo Jule Kim Lea".split()
PEOPLE = [f"{name} Spout <{name.lower()}@example.org>" for name in NAMES]
THINGS = "kettle teapot cup saucer spoon strainer tray sugar lemon biscuit".split()
VERBS = "fill empty warm cool polish mend move drop count label".split()
# More than the buffer of a pipe, which goes to a parser process in pieces.
LARGE_LINES = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A mail to be written; `date` is aware."""

    id: str
    subject: str
    sender: str
    date: datetime
    ancestors: Sequence[str] = ()
    body: str = ""
    headers: Sequence[str] = field(default=())

    def format(self) -> bytes:
        lines = [
            f"Message-ID: <{self.id}>",
            f"From: {self.sender}",
            "To: scratch@lists.example.org",
            f"Subject: {self.subject}",
            f"Date: {format_datetime(self.date)}",
            f"List-Id: <{LIST_ID}>",
            *self.headers,
        ]
        if self.ancestors:
            lines.append(f"In-Reply-To: <{self.ancestors[-1]}>")
            lines.append("References: " + " ".join(f"<{id_}>" for id_ in self.ancestors))
        return ("\n".join(lines) + "\n\n" + self.body).encode()


def make_mails(count: int, seed: int, *, copies: bool = True) -> list[bytes]:
    """So many mails in the order in which they were sent, each with a Message-ID and a List-Id.

    If `copies`, a few message-ids stand for two different mails (a repost). Then the `Received`
    header decides which of them is shown, so nobody may add one on the way.
    """
    choice = random.Random(f"mails/{seed}")
    letters: list[_Letter] = []
    while len(letters) < count:
        letters += _make_topic(choice, len(letters), copies=copies)
    # Sorting keeps the order of what was sent in the same second.
    return [letter.format() for letter in sorted(letters[:count], key=lambda item: item.date)]


def _make_topic(choice: random.Random, serial: int, *, copies: bool) -> Iterator[_Letter]:
    """The mails of one piece of work: its versions, and what is said to each."""
    sender = choice.choice(PEOPLE)
    name = f"{choice.choice(THINGS)}: {choice.choice(VERBS)} it ({serial})"
    date = DATE + timedelta(minutes=choice.randrange(0, 40 * 24 * 60))
    total = choice.choice((1, 1, 2, 3, 3, 4, 5, 8))
    above: Sequence[str] = ()
    for version in range(1, choice.choice((1, 1, 1, 2, 3)) + 1):
        series = list(
            _make_series(choice, f"t{serial}.v{version}", sender, name, date, total, above)
        )
        for letter in series:
            yield letter
            yield from _make_answers(choice, letter)
        if copies and choice.random() < 0.05:
            yield _make_copy(choice, series[-1])
        above = [series[0].id] if choice.random() < 0.5 else ()
        date += timedelta(hours=choice.randrange(3, 90))
        total = max(1, total + choice.choice((-1, 0, 0, 1)))


def _make_series(
    choice: random.Random,
    stem: str,
    sender: str,
    name: str,
    date: datetime,
    total: int,
    above: Sequence[str],
) -> Iterator[_Letter]:
    """A series with or without cover, threaded or not, in answer to `above` or to nothing."""
    version = stem.rpartition("v")[2]
    prefix = "PATCH" if version == "1" else f"PATCH v{version}"
    has_cover = total > 1 and choice.random() < 0.6
    is_threaded = choice.random() < 0.8
    head: Sequence[str] = above
    for number in range(0 if has_cover else 1, total + 1):
        tag = f"[{prefix} {number}/{total}]" if total > 1 else f"[{prefix}]"
        own = f"{stem}.{number}@example.org"
        yield _Letter(
            id=own,
            subject=f"{tag} {name}" if number == 0 else f"{tag} {name}, step {number}",
            sender=sender,
            date=date + timedelta(seconds=number),
            ancestors=head,
            body=_make_patch(choice, f"{stem}.{number}") if number else "This makes tea better.\n",
            headers=[f"Received: from a by b; {format_datetime(date)}"],
        )
        if is_threaded and head is above:
            head = [*above, own]


def _make_patch(choice: random.Random, name: str) -> str:
    lines = LARGE_LINES if choice.random() < 0.01 else choice.randrange(1, 60)
    added = "".join(f"+pour {name} {line} {choice.getrandbits(40):x}\n" for line in range(lines))
    return (
        f"It was cold.\n\nSigned-off-by: {choice.choice(PEOPLE)}\n---\n"
        f"diff --git a/{name}.c b/{name}.c\nindex 1111111..2222222 100644\n"
        f"--- a/{name}.c\n+++ b/{name}.c\n@@ -1,2 +1,{lines + 2} @@\n water\n{added} leaves\n"
        "-- \n2.47.0\n"
    )


def _make_answers(choice: random.Random, letter: _Letter) -> Iterator[_Letter]:
    """Answers to a mail, answers to these, and so on; some name only their nearest ancestor."""
    above = letter
    for number in range(choice.choice((0, 0, 1, 1, 2, 4))):
        sender = choice.choice(PEOPLE)
        trailer = choice.choice(("Acked-by", "Reviewed-by", "Tested-by", ""))
        ancestors = [*above.ancestors, above.id]
        above = _Letter(
            id=f"re{number}.{letter.id}",
            subject=f"Re: {letter.subject}",
            sender=sender,
            date=above.date + timedelta(minutes=choice.randrange(1, 600)),
            ancestors=ancestors if choice.random() < 0.7 else ancestors[-1:],
            body=f"> leaves\nHow many?\n.\n{f'{trailer}: {sender}' if trailer else ''}\n",
        )
        yield above


def _make_copy(choice: random.Random, letter: _Letter) -> _Letter:
    """Another mail under the same message-id, received earlier or later."""
    received = letter.date + timedelta(minutes=choice.choice((-7, 7)))
    return _Letter(
        id=letter.id,
        subject=letter.subject,
        sender=letter.sender,
        date=letter.date,
        ancestors=letter.ancestors,
        body=letter.body + "_______\nThe list's footer, and a word more.\n",
        headers=[f"Received: from c by d; {format_datetime(received)}"],
    )
