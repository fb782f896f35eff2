"""Which patch or cover each comment belongs to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ingest.threads.values import ThreadMessage


def derive_parents(messages: Sequence[ThreadMessage]) -> dict[str, str]:
    """For each message that is no submission itself: its nearest ancestor that is one.

    In-Reply-To is followed first, then References from the last to the first; through a
    message that is no submission the search goes on with that one's own ancestors. Messages
    without a submission above them are left out. The order of `messages` decides nothing
    but where a circle of replies is cut open, so callers pass them sorted.
    """
    known = {message.message_id: message for message in messages}
    found: dict[str, str | None] = {
        message.message_id: message.message_id for message in messages if message.nature != "other"
    }
    for message in messages:
        if message.message_id not in found:
            _resolve(message, known, found)
    _resolve_circles(messages, found)
    return {
        message.message_id: parent
        for message in messages
        if message.nature == "other" and (parent := found[message.message_id]) is not None
    }


def _resolve(
    start: ThreadMessage,
    known: Mapping[str, ThreadMessage],
    found: dict[str, str | None],
) -> None:
    """Fill `found` for `start` and the messages above it, without recursion: threads run deep."""
    path = [(start, 0)]
    found[start.message_id] = None
    while path:
        message, index = path.pop()
        if index == len(message.ancestors):
            continue
        ancestor = message.ancestors[index]
        if ancestor in known and ancestor not in found:
            found[ancestor] = None
            path.append((message, index))
            path.append((known[ancestor], 0))
        elif found.get(ancestor) is not None:
            found[message.message_id] = found[ancestor]
        else:
            path.append((message, index + 1))


def _resolve_circles(messages: Sequence[ThreadMessage], found: dict[str, str | None]) -> None:
    """Hand parents on to mails that answer each other in a circle, of which a part was looked
    at while the answer for the rest was still open."""
    answered_by: dict[str, list[ThreadMessage]] = defaultdict(list)
    for message in messages:
        if found[message.message_id] is None:
            for ancestor in message.ancestors:
                answered_by[ancestor].append(message)
    waiting = [name for name in answered_by if found.get(name) is not None]
    for name in waiting:
        for message in answered_by[name]:
            if found[message.message_id] is None:
                found[message.message_id] = found[name]
                waiting.append(message.message_id)
