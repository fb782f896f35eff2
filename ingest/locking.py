"""Finds the threads that a batch of mails belongs to and locks them.

Every transaction takes its locks in one order, so that no two can wait for each other in a
circle: rows of threads by id, then new tokens by value, then everything else.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest import failpoints
from ingest.bulk import insert_rows
from ingest.errors import LostRace
from ingest.lookups import Lookup
from patchtrack.models import Message, Project, Thread, ThreadToken


@lru_cache(maxsize=1024)
def _tokens_of(project: int) -> Lookup:
    mine = ThreadToken.objects.filter(project=project)
    return Lookup(lambda keys: mine.filter(token__in=keys).values_list("token", "thread_id"))


_UNLOCKED = Lookup(lambda keys: Thread.objects.filter(id__in=keys).order_by("id").values_list("id"))
_LOCKED = Lookup(
    lambda keys: (
        Thread.objects.select_for_update().filter(id__in=keys).order_by("id").values_list("id")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Which mails of a batch share a thread: `groups` holds, for each thread-to-be, the indices
    of its mails, all their tokens, and the threads that exist already, sorted."""

    groups: tuple[tuple[tuple[int, ...], frozenset[int], tuple[int, ...]], ...]


class _Union:
    """Disjoint sets over tokens (union-find with path halving)."""

    def __init__(self) -> None:
        self._above: dict[object, object] = {}

    def find(self, item: object) -> object:
        above = self._above
        above.setdefault(item, item)
        while above[item] != item:
            above[item] = above[above[item]]
            item = above[item]
        return item

    def join(self, one: object, other: object) -> None:
        self._above[self.find(one)] = self.find(other)


def group_mails(tokens: Sequence[frozenset[int]], thread_of: dict[int, int]) -> Grouping:
    """Put together the mails that share a token, or whose tokens lead to one thread."""
    union = _Union()
    for own in tokens:
        first = next(iter(own))
        for token in own:
            union.join(first, token)
            if token in thread_of:
                union.join(token, ("thread", thread_of[token]))
    indices: dict[object, list[int]] = defaultdict(list)
    for index, own in enumerate(tokens):
        indices[union.find(next(iter(own)))].append(index)
    groups = []
    for members in indices.values():
        together = frozenset().union(*(tokens[index] for index in members))
        threads = {thread_of[token] for token in together if token in thread_of}
        groups.append((tuple(members), together, tuple(sorted(threads))))
    return Grouping(groups=tuple(groups))


def find_threads(project: Project, tokens: Collection[int]) -> dict[int, int]:
    """The thread of each token that is known, by token."""
    return dict(_tokens_of(project.id).rows(tokens))


def lock_threads(threads: Collection[int]) -> set[int]:
    """Lock the threads in the order of their ids; those that still exist."""
    lookup = _LOCKED if failpoints.is_on("thread lock") else _UNLOCKED
    return {thread for (thread,) in lookup.rows(threads)}


def lock_threads_of(project: Project, tokens: Sequence[frozenset[int]]) -> list[int]:
    """Lock, merge and make threads so that each mail of a batch (given by its tokens) has one.

    The ids of the mails' threads, in the order of the mails. Raises LostRace when another
    writer moved a token meanwhile, and IntegrityError when one made a token that we wanted.
    """
    everything = sorted(frozenset().union(*tokens))
    seen = find_threads(project, everything)
    failpoints.reach("threads found")
    locked = lock_threads(set(seen.values())) if seen else set()
    failpoints.reach("threads locked")
    # What was read before the locks were held may have changed while we waited for them.
    thread_of = find_threads(project, everything) if locked else {}
    if locked and failpoints.is_on("reload") and not set(thread_of.values()) <= locked:
        raise LostRace("thread merged")
    grouping = group_mails(tokens, thread_of)
    return _settle_threads(project, grouping, thread_of, len(tokens))


def _settle_threads(
    project: Project, grouping: Grouping, thread_of: dict[int, int], count: int
) -> list[int]:
    fresh = [group for group in grouping.groups if not group[2]]
    made = iter(insert_rows(Thread(project=project) for _ in fresh))
    threads = [0] * count
    new_tokens: list[tuple[int, int]] = []
    for members, tokens, existing in grouping.groups:
        thread = existing[0] if existing else next(made).id
        _merge_threads(thread, existing[1:])
        new_tokens += ((token, thread) for token in tokens if token not in thread_of)
        for index in members:
            threads[index] = thread
    insert_rows(
        ThreadToken(project=project, token=token, thread_id=thread)
        for token, thread in sorted(new_tokens)
    )
    failpoints.reach("tokens written")
    return threads


def _merge_threads(thread: int, others: Sequence[int]) -> None:
    """Move all that belongs to the other (younger) threads to `thread`; their rows go."""
    if others:
        ThreadToken.objects.filter(thread__in=others).update(thread=thread)
        Message.objects.filter(thread__in=others).update(thread=thread)
        Thread.objects.filter(id__in=others).delete()
