"""Everything that two databases which hold the same mails must agree on."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Min
from django.db.models.functions import Coalesce

from ingest.dump import dump_state
from patchtrack.models import Dependency, Mail, Message, Person, Project, Series

# What the canonical dump leaves out of a message, by the name it has here.
_PLACE = {
    "pull_url": Coalesce("patch__pull_url", "cover__pull_url"),
}
_PLACE_COLUMNS = (
    "patch__follows_all",
    "patch__tags",
    "patch__version",
    "patch__comment_count",
    "patch__hash",
    "patch__paths",
    "patch__delegate__username",
    "comment__addressed",
)
_SERIES_COLUMNS = (
    "head__message_id",
    "name",
    "submitter__address",
    "version",
    "total",
    "received_total",
    "complete",
    "partial",
    "lineage",
    "comment_count",
    "tags",
    "previous__head__message_id",
)


def find_facts(project: Project) -> dict[str, str]:
    """The canonical dump's lines, and all else that follows from a project's mails alone.

    As JSON, by a key that tells the subject: `message <id>`, `place <id>`, `series <id of its
    head>`, `dependencies <id>`, `mail <sha256>`, `person <address>`. No database ids and no times
    of arrival.
    """
    facts = {f"message {json.loads(line)['msgid']}": line for line in dump_state(project)}
    for kind, rows in (
        ("place", _find_places(project)),
        ("series", _find_series(project)),
        ("dependencies", _find_dependencies(project)),
        ("mail", _find_mails(project)),
        ("person", _find_people()),
    ):
        for key, row in rows:
            facts[f"{kind} {key}"] = json.dumps(row, ensure_ascii=False, default=str)
    return facts


def _find_places(project: Project) -> Iterator[tuple[str, dict[str, Any]]]:
    """What messages have besides; their thread goes by the name of its first message-id."""
    messages = Message.objects.filter(project=project)
    names = dict(messages.values_list("thread").annotate(Min("message_id")))
    rows = messages.values("message_id", "thread_id", *_PLACE_COLUMNS, **_PLACE)
    for row in rows.iterator():
        yield row.pop("message_id"), row | {"thread_id": names[row["thread_id"]]}


def _find_series(project: Project) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in Series.objects.filter(project=project).values(*_SERIES_COLUMNS).iterator():
        yield row["head__message_id"], row


def _find_dependencies(project: Project) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What each message says that it needs, of those that say anything."""
    rows = Dependency.objects.filter(message__project=project)
    needed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for message_id, *said in rows.values_list("message__message_id", "target", "url").iterator():
        needed[message_id].append(tuple(said))
    for message_id, targets in needed.items():
        yield message_id, sorted(targets)


def _find_mails(project: Project) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every kept mail. Which of several copies was called a conflict depends on their order."""
    columns = ("sha256", "message__message_id", "shown", "size", "content_hash", "hop_date")
    for row in Mail.objects.filter(project=project).values(*columns).iterator():
        yield row.pop("sha256"), row


def _find_people() -> Iterator[tuple[str, dict[str, Any]]]:
    for row in Person.objects.values("address", "name", "named_at").iterator():
        yield row.pop("address"), row
