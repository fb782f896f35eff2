"""Puts the comments of a patch into the order of a conversation."""

from collections import defaultdict
from collections.abc import Sequence

from patchtrack.web.said import Said


def order_discussion(messages: Sequence[Said]) -> list[tuple[Said, int]]:
    """Each message after the one that it answers, with its depth; siblings by date.

    A mail may claim anything, also to answer its own answers: then the oldest of the circle
    stands as if it answered nobody.
    """
    by_date = sorted(messages, key=lambda message: (message.date, message.message_id))
    known = {message.message_id for message in messages}
    answers: dict[str, list[Said]] = defaultdict(list)
    for message in by_date:
        answers[_find_parent(message, known)].append(message)
    ordered: list[tuple[Said, int]] = []
    seen: set[int] = set()
    for start in [*answers[""], *by_date]:
        stack = [(start, 0)]
        while stack:
            message, depth = stack.pop()
            if message.pk not in seen:
                seen.add(message.pk)
                ordered.append((message, depth))
                stack += [(answer, depth + 1) for answer in reversed(answers[message.message_id])]
    return ordered


def _find_parent(message: Said, known: set[str]) -> str:
    """The nearest of the mails that a message answers among the known ones, or ""."""
    ancestors = message.ancestors.split()
    return next((one for one in ancestors if one in known and one != message.message_id), "")
