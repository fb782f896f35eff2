"""What each series is: its name, version and total, and which earlier one it follows."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from itertools import chain

from ingest.threads.clusters import Cluster, sending_order
from ingest.threads.values import MessagePlan, SeriesPlan, ThreadMessage

_LETTERS = re.compile(r"\w+")


def _name_words(head: ThreadMessage) -> list[str]:
    return _LETTERS.findall(head.name.casefold())


def derive_lineage(head: ThreadMessage) -> str:
    """A key that the revisions of one work share: the change-id, or else the sender and the
    name without case and punctuation. 64 hex digits."""
    words = " ".join(_name_words(head))
    text = f"change-id {head.change_id}" if head.change_id else f"{head.sender} {words}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class _Revisions:
    """Finds the series that another one answers as its next revision."""

    def __init__(self, clusters: list[Cluster], known: Mapping[str, ThreadMessage]) -> None:
        self.known = known
        self.cluster_of = {
            member.message_id: cluster for cluster in clusters for member in cluster.members
        }
        self.lineage = {id(cluster): derive_lineage(cluster.head()) for cluster in clusters}

    def find_previous(self, cluster: Cluster) -> Cluster | None:
        members = sorted(cluster.members, key=lambda m: (m.number or 0, m.message_id))
        for member in members:
            for answered in self._answered_by(member):
                if answered is not cluster and self._follows(cluster, answered):
                    return answered
        return None

    def _answered_by(self, message: ThreadMessage) -> list[Cluster]:
        """The series above a message, nearest first, also through comments."""
        found: list[Cluster] = []
        seen = {message.message_id}
        waiting = list(message.ancestors)
        for name in waiting:
            if name in seen:
                continue
            seen.add(name)
            if name in self.cluster_of:
                found.append(self.cluster_of[name])
            elif name in self.known:
                waiting.extend(self.known[name].ancestors)
        return found

    def _follows(self, later: Cluster, earlier: Cluster) -> bool:
        new, old = later.head(), earlier.head()
        if sending_order(new) <= sending_order(old):
            return False
        if self.lineage[id(later)] == self.lineage[id(earlier)]:
            return True
        # Somebody else may carry a work on, under its name.
        if _name_words(new) == _name_words(old):
            return True
        if new.sender != old.sender:
            return False
        return new.version > old.version or bool(new.label) or is_reroll_of(later, earlier)


def is_reroll_of(later: Cluster, earlier: Cluster) -> bool:
    """Whether `later` sends some patches of `earlier` again, and not the whole of it."""
    numbers = later.patch_numbers()
    return (
        0 not in later.numbers()
        and bool(numbers)
        and not later.is_complete()
        and max(numbers) <= earlier.total()
        and later.total() == earlier.total()
    )


def plan_series(
    clusters: list[Cluster],
    known: Mapping[str, ThreadMessage],
    places: Mapping[str, MessagePlan],
) -> dict[str, SeriesPlan]:
    """The plan of every series of a thread, by the message-id of its head; `places` are the plans
    of the clusters' members, by message-id."""
    revisions = _Revisions(clusters, known)
    plans = {}
    for cluster in clusters:
        head = cluster.head()
        previous = revisions.find_previous(cluster)
        own = [places[member.message_id] for member in cluster.members]
        tags = Counter(chain.from_iterable(place.tags for place in own if place.kind == "patch"))
        plans[head.message_id] = SeriesPlan(
            head=head.message_id,
            members=tuple(m.message_id for m in sorted(cluster.members, key=sending_order)),
            name=head.name,
            submitter=head.sender,
            date=head.date,
            version=head.version,
            total=cluster.total(),
            received_total=sum(member.nature == "patch" for member in cluster.members),
            complete=cluster.is_complete(),
            partial=previous is not None and is_reroll_of(cluster, previous),
            lineage=revisions.lineage[id(cluster)],
            previous=previous.head().message_id if previous else None,
            comments=sum(place.comments for place in own),
            tags=dict(sorted(tags.items())),
        )
    return plans
