"""A thread's messages to the state that follows from them, whatever order they came in."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ingest.threads.clusters import Cluster, sending_order
from ingest.threads.evidence import derive_clusters
from ingest.threads.letters import settle_letters
from ingest.threads.parents import derive_parents
from ingest.threads.series import plan_series
from ingest.threads.values import Kind, MessagePlan, ThreadMessage, ThreadPlan


def _sort_unique(messages: Iterable[ThreadMessage]) -> list[ThreadMessage]:
    """One message for each message-id, in the order of sending."""
    unique: dict[str, ThreadMessage] = {}
    for message in messages:
        other = unique.setdefault(message.message_id, message)
        if other is not message:
            unique[message.message_id] = min(other, message, key=repr)
    return sorted(unique.values(), key=sending_order)


def _count_tags(
    messages: list[ThreadMessage], parents: Mapping[str, str]
) -> dict[str, dict[str, int]]:
    """Per patch or cover, how many different values each trailer has there and in its comments."""
    values: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for message in messages:
        subject = parents.get(message.message_id, message.message_id)
        for key, said in message.trailers.items():
            values[subject][key].update(said)
    return {
        subject: {key: len(said) for key, said in sorted(keys.items())}
        for subject, keys in values.items()
    }


def _unbroken_run(cluster: Cluster) -> int:
    """The greatest n such that the patches 1 to n have all arrived."""
    numbers, run = cluster.numbers(), 0
    while run + 1 in numbers:
        run += 1
    return run


def derive(messages: Iterable[ThreadMessage]) -> ThreadPlan:
    """What every message of a thread is, and the series that they make.

    Pure and total: any order and any repetition of the same messages gives the same plan.
    Takes time roughly linear in the number of messages and the mails they name.
    """
    thread = settle_letters(_sort_unique(messages))
    known = {message.message_id: message for message in thread}
    submissions = [message for message in thread if message.nature != "other"]
    clusters = derive_clusters(submissions, known)
    parents = derive_parents(thread)
    tags, comments = _count_tags(thread, parents), Counter(parents.values())
    plans: dict[str, MessagePlan] = {}
    for message in thread:
        parent = parents.get(message.message_id)
        if message.nature == "other":
            kind: Kind = "comment" if parent else "other"
            plans[message.message_id] = MessagePlan(kind=kind, parent=parent, tags={})
    for cluster in clusters:
        head, run = cluster.head(), _unbroken_run(cluster)
        for member in cluster.members:
            plans[member.message_id] = MessagePlan(
                kind="cover" if member.nature == "cover" else "patch",
                series=head.message_id,
                number=member.number,
                follows_all=(member.number or 0) <= run,
                version=head.version,
                comments=comments[member.message_id],
                tags=tags.get(member.message_id, {}),
            )
    return ThreadPlan(messages=plans, series=plan_series(clusters, known, plans))
