"""Threads as lists see them, made up by hypothesis."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from ingest.threads import ThreadMessage
from tests.ingest.threads.builders import ANN, BOB, message

_Draw = Callable[[st.SearchStrategy], object]

_MINUTES = st.sampled_from([0, 1, 5, 19, 20, 21, 60, 24 * 60, 48 * 60])
_TAGS = st.sampled_from(["PATCH", "PATCH v2", "PATCH v2 resend", "PATCH v2.1", "RFC PATCH v3"])
_THREADINGS = st.sampled_from(["shallow", "deep", "unthreaded", "each", "same", "one date"])
_SENDERS = st.sampled_from([ANN, ANN, ANN, BOB])
_SUBJECTS = st.sampled_from(["Re: x", "Re: x", "[PATCH] fix", "[PATCH v2] fix", "a word"])


@dataclass(frozen=True, slots=True)
class _Style:
    """How somebody sends a series: its shape, and the mails that it answers."""

    tags: str
    sender: str
    threading: str
    first: int
    has_letter: bool
    total: int
    above: tuple[str, ...]

    def link(self, number: int, mails: list[ThreadMessage]) -> str:
        names = [mail.message_id for mail in mails]
        if self.threading == "unthreaded":
            return ""
        if self.above and self.threading == "each":
            return f"{self.above[number % len(self.above)]} {self.above[0]}"
        if names and self.threading in ("shallow", "one date"):
            return f"{names[0]} {self.above[0] if self.above else ''}"
        if names and self.threading == "deep":
            return " ".join(reversed(names))
        return self.above[0] if self.above else ""

    def send(self, prefix: str, start: int) -> list[ThreadMessage]:
        mails: list[ThreadMessage] = []
        for number in range(self.first, self.total + 1):
            at = start if self.threading == "one date" else start + number
            is_letter = self.has_letter and number == 0
            mail = message(
                f"{prefix}{number}",
                prefix if is_letter else f"[{self.tags} {number}/{self.total}] {prefix}",
                to=self.link(number, mails),
                at=at,
                sender=self.sender,
                diff=not is_letter,
            )
            mails.append(mail)
        return mails


@st.composite
def _styles(draw: _Draw, earlier: list[str]) -> _Style:
    names = st.lists(st.sampled_from([*earlier, "missing"]), max_size=3)
    return _Style(
        tags=draw(_TAGS),
        sender=draw(_SENDERS),
        threading=draw(_THREADINGS),
        first=draw(st.integers(0, 1)),
        has_letter=draw(st.booleans()),
        total=draw(st.integers(1, 4)),
        above=tuple(draw(names)),
    )


@st.composite
def _replies(draw: _Draw, index: int, above: list[str]) -> ThreadMessage:
    """A reply, a single patch or a remark on some of the mails above, the last ones rather."""
    names = st.sampled_from([*above[-3:], *above, "missing", f"r{index + 1}"])
    to = " ".join(draw(st.lists(names, max_size=3, unique=True)))
    subject = draw(_SUBJECTS)
    at = 60 * draw(_MINUTES) + index
    return message(f"r{index}", subject, to=to, at=at, diff=subject != "a word")


@st.composite
def threads(draw: _Draw) -> list[ThreadMessage]:
    """Series and their resends, replies (in circles, too), and some mails lost."""
    mails: list[ThreadMessage] = []
    sent: list[_Style] = []
    for prefix in "abcd"[: draw(st.integers(1, 4))]:
        again = bool(sent) and draw(st.booleans())
        style = sent[-1] if again else draw(_styles([mail.message_id for mail in mails]))
        sent.append(style)
        mails += style.send(prefix, 60 * draw(_MINUTES))
    if draw(st.integers(0, 4)) == 0:
        index = draw(st.integers(0, len(mails) - 1))
        mails[index] = replace(mails[index], sender=BOB)
    for index in range(draw(st.integers(0, 5))):
        mails.append(draw(_replies(index, [mail.message_id for mail in mails])))
    lost = draw(st.sets(st.integers(0, len(mails) - 1), max_size=3))
    return [mail for index, mail in enumerate(mails) if index not in lost]
