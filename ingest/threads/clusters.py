"""Mails taken for one series so far, and how such clusters are put together."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from ingest.threads.values import ThreadMessage

BURST = timedelta(minutes=20)
# How many other sendings a sending is compared with. People send a handful in reply to one
# mail; the bound keeps thousands of them from costing quadratic time.
_MOST_CANDIDATES = 16

Geometry = tuple[str, int, str, int | None]


def sending_order(message: ThreadMessage) -> tuple[datetime, int, str]:
    """Sorts messages as they were sent; within one second by number."""
    return (message.date, message.number or 0, message.message_id)


def geometry(message: ThreadMessage) -> Geometry:
    """What the mails of one sending have in common: sender, version, label and total."""
    return (message.sender, message.version, message.label, message.total)


class Cluster:
    """Mails taken for one series so far, which numbers are taken in each geometry, and by whom."""

    __slots__ = (
        "dates",
        "first",
        "is_linked",
        "is_linked_elsewhere",
        "last",
        "members",
        "senders",
        "taken",
    )

    def __init__(self, message: ThreadMessage) -> None:
        self.members: list[ThreadMessage] = []
        self.taken: dict[Geometry, set[int]] = defaultdict(set)
        self.senders: dict[int, set[str]] = defaultdict(set)
        self.first = self.last = message
        # Whether a member names a mail that is no member, and whether that is a known mail
        # from another context; see `join_unthreaded`.
        self.is_linked = self.is_linked_elsewhere = False
        self.dates: list[datetime] = []
        self.add(message)

    def add(self, message: ThreadMessage) -> None:
        self.members.append(message)
        if message.number is not None:
            self.taken[geometry(message)].add(message.number)
            self.senders[message.number].add(message.sender)
        self.first = min(self.first, message, key=sending_order)
        self.last = max(self.last, message, key=sending_order)
        insort(self.dates, message.date)

    def numbers(self) -> set[int]:
        return set(self.senders)

    def collides_with(self, other: "Cluster") -> bool:
        """Whether the two hold a number in common."""
        return not self.numbers().isdisjoint(other.numbers())

    def contradicts(self, other: "Cluster") -> bool:
        """Whether the two hold a number in common that different people sent."""
        shared = self.senders.keys() & other.senders.keys()
        return any(len(self.senders[number] | other.senders[number]) > 1 for number in shared)

    def distance(self, other: "Cluster") -> timedelta:
        """The time between the nearest mails of two clusters."""
        few, many = sorted((self.dates, other.dates), key=len)
        return min(_distance(date, many) for date in few)

    def head(self) -> ThreadMessage:
        """The cover, or else the lowest numbered patch."""
        return min(self.members, key=lambda m: (m.number or 0, m.date, m.message_id))

    def total(self) -> int:
        """As the head says, unless there are more patches than it knew of, or it did not know."""
        total = self.head().total
        if total is None:
            return 1
        if max(self.numbers(), default=0) > total:
            total = max(member.total or 1 for member in self.members)
        return total

    def patch_numbers(self) -> set[int]:
        return self.numbers() - {0}

    def is_complete(self) -> bool:
        """Whether all patches are here; an unnumbered patch is all there is."""
        return not self.taken or 0 < self.total() == len(self.patch_numbers())


def _distance(date: datetime, dates: Sequence[datetime]) -> timedelta:
    """The time from a date to the nearest of some sorted ones."""
    place = bisect_left(dates, date)
    return min(abs(date - other) for other in dates[max(place - 1, 0) : place + 1])


class Clustering:
    """The clusters of one thread: at first each patch and cover is in one of its own."""

    def __init__(self, submissions: Sequence[ThreadMessage]) -> None:
        self.by_id = {message.message_id: message for message in submissions}
        self.cluster_of = {message.message_id: Cluster(message) for message in submissions}
        self.numbered = sorted(
            (message for message in submissions if message.total is not None), key=sending_order
        )

    def clusters(self, messages: Iterable[ThreadMessage]) -> list[Cluster]:
        """The clusters that some mails are in, in the order in which they were begun."""
        unique = {id(c): c for c in (self.cluster_of[m.message_id] for m in messages)}
        return sorted(unique.values(), key=lambda cluster: sending_order(cluster.first))

    def merge(self, one: Cluster, other: Cluster) -> Cluster:
        """Put two clusters together, the smaller into the larger; the one that is left."""
        small, large = sorted((one, other), key=lambda cluster: len(cluster.members))
        for message in small.members:
            large.add(message)
            self.cluster_of[message.message_id] = large
        large.is_linked |= small.is_linked
        large.is_linked_elsewhere |= small.is_linked_elsewhere
        return large

    def join_nearest(
        self, clusters: Sequence[Cluster], may_join: Callable[[Cluster, Cluster], bool]
    ) -> None:
        """Go through clusters as they were begun, and put each together with the nearest
        earlier one for which `may_join(earlier, later)` holds."""
        earlier: list[Cluster] = []
        for cluster in clusters:
            recent = earlier[-_MOST_CANDIDATES:]
            fitting = [candidate for candidate in recent if may_join(candidate, cluster)]
            if not fitting:
                earlier.append(cluster)
                continue
            nearest = min(fitting, key=cluster.distance)
            earlier.remove(nearest)
            earlier.append(self.merge(nearest, cluster))
