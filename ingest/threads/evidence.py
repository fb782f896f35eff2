"""Which patches and covers were sent as one series: the rules, strongest evidence first.

No rule looks at the order of arrival: each goes through the mails in the order of sending and
joins what it finds, so that the same mails always make the same series.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ingest.threads.clusters import BURST, Cluster, Clustering, Geometry, geometry
from ingest.threads.values import ThreadMessage


def derive_clusters(
    submissions: Sequence[ThreadMessage], known: Mapping[str, ThreadMessage]
) -> list[Cluster]:
    """The series among a thread's patches and covers, in the order in which they were begun.

    `known` holds all messages of the thread. An unnumbered patch is a series of one (rule 8).
    """
    clustering = Clustering(submissions)
    join_siblings(clustering)
    join_differing(clustering, lambda message: message.ancestors[:1])
    join_linked(clustering)
    join_differing(clustering, lambda message: message.ancestors)
    join_unthreaded(clustering, known)
    return clustering.clusters(submissions)


def _is_one_burst(one: Cluster, other: Cluster) -> bool:
    return one.distance(other) <= BURST


def _families(
    clustering: Clustering, names: Callable[[ThreadMessage], Iterable[str]]
) -> Iterator[list[ThreadMessage]]:
    """Mails of one geometry that a common name ties together: the mail of that name itself and
    those that `names` says it of. Only families of two and more."""
    families: dict[tuple[str, Geometry], list[ThreadMessage]] = defaultdict(list)
    for message in clustering.numbered:
        for name in (message.message_id, *names(message)):
            families[name, geometry(message)].append(message)
    return (family for family in families.values() if len(family) > 1)


def _join_families(
    clustering: Clustering,
    families: Iterable[list[ThreadMessage]],
    may_join: Callable[[Cluster, Cluster], bool],
) -> None:
    for family in families:
        clusters = clustering.clusters(family)
        if len(clusters) > 1:
            clustering.join_nearest(clusters, may_join)


def _is_free(earlier: Cluster, later: Cluster) -> bool:
    return not earlier.collides_with(later)


def _is_free_in_burst(earlier: Cluster, later: Cluster) -> bool:
    return _is_free(earlier, later) and _is_one_burst(earlier, later)


def join_siblings(clustering: Clustering) -> None:
    """Rule 1 within a burst: mails of one sender, version and total that answer each other, or
    all the same mail, as `git send-email` threads them. Then rule 5 on what is left."""

    # A cover answers the version before it, so what it answers says nothing of its patches.
    def parent(message: ThreadMessage) -> tuple[str, ...]:
        return message.ancestors[:1] if message.number else ()

    families = list(_families(clustering, parent))
    for may_join in (_is_free_in_burst, _was_sent_along):
        _join_families(clustering, families, may_join)


def _was_sent_along(one: Cluster, other: Cluster) -> bool:
    """Rule 5: inside a burst a number may stand twice, when stale files lay beside the new ones.

    They are few; a whole series sent again within minutes is another series.
    """
    few, many = sorted((one, other), key=lambda cluster: len(cluster.members))
    return (
        _is_one_burst(few, many)
        and 0 not in few.numbers()
        and not few.is_complete()
        and len(few.members) * 2 <= few.total()
    )


def join_linked(clustering: Clustering) -> None:
    """Rule 1 for wider links: one names the other or both name the same mail, however long ago.
    What was sent together comes together first."""
    families = list(_families(clustering, lambda message: message.ancestors))
    for may_join in (_is_free_in_burst, _is_free):
        _join_families(clustering, families, may_join)


def join_differing(clustering: Clustering, names: Callable[[ThreadMessage], Iterable[str]]) -> None:
    """Rules 2 and 3: a direct link within one burst joins mails of one sender although version
    or total differ, and mails of one version and total although the senders differ."""
    for message in clustering.numbered:
        for name in names(message):
            other = clustering.by_id.get(name)
            if other and other.total is not None and _is_one_sending(clustering, message, other):
                clustering.merge(
                    clustering.cluster_of[message.message_id], clustering.cluster_of[name]
                )
                break


def _is_one_sending(clustering: Clustering, message: ThreadMessage, other: ThreadMessage) -> bool:
    same_sender = message.sender == other.sender
    same_geometry = geometry(message)[1:] == geometry(other)[1:]
    if same_sender == same_geometry or abs(message.date - other.date) > BURST:
        return False
    source = clustering.cluster_of[message.message_id]
    target = clustering.cluster_of[other.message_id]
    return source is not target and not target.is_complete() and not source.collides_with(target)


def join_unthreaded(clustering: Clustering, known: Mapping[str, ThreadMessage]) -> None:
    """Rule 4: mails without any link belong to the nearest sending of their burst in which their
    numbers are free; first where numbers rise with time, as they do when a series is sent, then
    in any order. Nothing is drawn to or from a thread of others by this."""
    by_geometry: dict[Geometry, list[ThreadMessage]] = defaultdict(list)
    for message in clustering.numbered:
        by_geometry[geometry(message)].append(message)
    for cluster in clustering.clusters(clustering.numbered):
        _note_links(cluster, known)
    for sending, messages in by_geometry.items():
        for may_join in (_goes_on(sending), _fits_in(sending)):
            clusters = clustering.clusters(messages)
            near = [cluster for cluster in clusters if not cluster.is_linked_elsewhere]
            clustering.join_nearest(near, may_join)


def _note_links(cluster: Cluster, known: Mapping[str, ThreadMessage]) -> None:
    members = {member.message_id for member in cluster.members}
    outside = {name for member in cluster.members for name in member.ancestors} - members
    cluster.is_linked = bool(outside)
    cluster.is_linked_elsewhere = any(
        known[name].nature == "other" or known[name].sender != cluster.first.sender
        for name in outside
        if name in known
    )


def _fits_in(sending: Geometry) -> Callable[[Cluster, Cluster], bool]:
    # The sender's numbers of another geometry do not count: a stale file must not displace the
    # right one.
    def may_join(earlier: Cluster, later: Cluster) -> bool:
        return (
            not (earlier.is_linked and later.is_linked)
            and earlier.taken[sending].isdisjoint(later.taken[sending])
            and 0 not in earlier.numbers() & later.numbers()
            and not earlier.contradicts(later)
            and _is_one_burst(earlier, later)
        )

    return may_join


def _goes_on(sending: Geometry) -> Callable[[Cluster, Cluster], bool]:
    fits_in = _fits_in(sending)

    def may_join(earlier: Cluster, later: Cluster) -> bool:
        return (earlier.last.number or 0) < (later.first.number or 0) and fits_in(earlier, later)

    return may_join
