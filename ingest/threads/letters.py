"""Cover letters that nobody numbered: some people write `lazytime fixes`, not `[PATCH 0/4]`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.threads.clusters import BURST
from ingest.threads.values import ThreadMessage


def settle_letters(thread: Sequence[ThreadMessage]) -> list[ThreadMessage]:
    """The thread with each letter as the cover of the numbered patches that its sender sent in
    direct answer to it, in one burst; without any, or beside a cover, as nothing in particular.

    `thread` is in the order of sending: where one letter has answers of several geometries, the
    first counts.
    """
    letters = {message.message_id: message for message in thread if message.nature == "letter"}
    sent: dict[str, list[ThreadMessage]] = defaultdict(list)
    for message in thread:
        letter = _find_letter(message, letters)
        if letter:
            sent[letter.message_id].append(message)
    return [
        _settle(message, sent[message.message_id]) if message.nature == "letter" else message
        for message in thread
    ]


def _find_letter(
    message: ThreadMessage, letters: Mapping[str, ThreadMessage]
) -> ThreadMessage | None:
    """The letter with which a numbered submission was sent, if it was."""
    if message.nature == "other" or message.number is None or not message.ancestors:
        return None
    letter = letters.get(message.ancestors[0])
    if letter is None or letter.sender != message.sender:
        return None
    return letter if abs(message.date - letter.date) <= BURST else None


def _settle(letter: ThreadMessage, sent: Sequence[ThreadMessage]) -> ThreadMessage:
    if not sent or any(message.nature == "cover" for message in sent):
        return replace(letter, nature="other")
    first = sent[0]
    return replace(
        letter,
        nature="cover",
        version=first.version,
        label=first.label,
        number=0,
        total=first.total,
    )
