"""Makes the rows of series agree with the plans; ids that users have seen stay valid."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest import failpoints
from ingest.bulk import get_or_create_all
from ingest.threads import SeriesPlan
from ingest.threadstate import ThreadState
from ingest.writing.changes import ThreadChange, Writing
from patchtrack.models import Event, Series, SeriesAlias

Category = Event.Category


@dataclass(slots=True, kw_only=True)
class SeriesMatch:
    """Which row carries each planned series: `kept` by head, `made` for those without one,
    `merged` says which rows (by id) are now part of the series with which head, and `gone`
    are rows whose head is no patch or cover any more."""

    kept: dict[str, Series] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    merged: dict[int, str] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)


def match_series(plans: Mapping[str, SeriesPlan], state: ThreadState) -> SeriesMatch:
    """A row belongs to the series that its head is in now, or, if its head is no patch any
    more, to the one that most of its other patches are in; of several rows the oldest stays."""
    series_of = {member: plan.head for plan in plans.values() for member in plan.members}
    match = SeriesMatch()
    for row_id, row in sorted(state.series.items()):
        head = series_of.get(row.head_message_id) or _most_common_head(row_id, state, series_of)
        if head is None:
            match.gone.append(row_id)
        elif head in match.kept:
            match.merged[row_id] = head
        else:
            match.kept[head] = row
    match.made = [head for head in plans if head not in match.kept]
    return match


def _most_common_head(row_id: int, state: ThreadState, series_of: Mapping[str, str]) -> str | None:
    heads = Counter(
        series_of[message_id]
        for message_id, stored in sorted(state.messages.items())
        if stored.series == row_id and message_id in series_of
    )
    return heads.most_common(1)[0][0] if heads else None


def match_all_series(writing: Writing) -> list[SeriesMatch]:
    """The matches of each thread, in the order of the batch's threads."""
    return [match_series(change.plan.series, change.state) for change in writing.changes]


def make_series(writing: Writing, matches: Sequence[SeriesMatch]) -> None:
    """Make the rows of the planned series that have none.

    Under the locks of their threads nobody else makes them; even so the constraint decides,
    and we go on with the row that is in the table.
    """
    columns: dict[str, dict[str, Any]] = {}
    for change, match in zip(writing.changes, matches, strict=True):
        writing.series_ids |= {head: row.id for head, row in match.kept.items()}
        columns |= {head: _planned_columns(writing, change, head) for head in match.made}
    failpoints.reach("series missing")
    project = writing.policy.project
    wanted = {own["head_id"]: Series(project=project, **own) for own in columns.values()}
    rows = get_or_create_all("head_id", wanted)
    for head in columns:
        row = rows[writing.ids[head]]
        writing.series_ids[head] = row.id
        writing.events.turn(Category.SERIES_CREATED, False, True, series_id=row.id)
        writing.events.turn(Category.SERIES_COMPLETED, False, row.complete, series_id=row.id)


def settle_series(writing: Writing, matches: Sequence[SeriesMatch]) -> None:
    """When no patch is in them any more, end the rows that have lost their series; bring the
    others up to date, and link the revisions."""
    for change, match in zip(writing.changes, matches, strict=True):
        for row_id, head in match.merged.items():
            _merge_series(row_id, match.kept[head])
        if match.gone:
            Series.objects.filter(id__in=match.gone).delete()
        for head, row in match.kept.items():
            before = row.complete
            _change_series(row, _planned_columns(writing, change, head))
            writing.events.turn(Category.SERIES_COMPLETED, before, row.complete, series_id=row.id)
        _link_revisions(writing, change)


def _planned_columns(writing: Writing, change: ThreadChange, head: str) -> dict[str, Any]:
    plan = change.plan.series[head]
    reading = change.readings.get(head)
    return {
        "head_id": writing.ids[head],
        "name": plan.name,
        "submitter_id": writing.people[plan.submitter].id,
        "date": reading.columns["date"] if reading else change.state.messages[head].date,
        "version": plan.version,
        "total": plan.total,
        "received_total": plan.received_total,
        "complete": plan.complete,
        "partial": plan.partial,
        "lineage": plan.lineage,
        "comment_count": plan.comments,
        "tags": dict(plan.tags),
    }


def _change_series(row: Series, columns: Mapping[str, Any]) -> None:
    changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        Series.objects.filter(id=row.id).update(**changed)


def _merge_series(row_id: int, survivor: Series) -> None:
    """End a row whose patches are all in `survivor` now; its id leads there from now on."""
    SeriesAlias.objects.filter(series_id=row_id).update(series=survivor)
    SeriesAlias.objects.create(id=row_id, series=survivor)
    Series.objects.filter(id=row_id).delete()


def _link_revisions(writing: Writing, change: ThreadChange) -> None:
    for head, plan in change.plan.series.items():
        row_id = writing.series_ids[head]
        row = change.state.series.get(row_id)
        before = row.previous_id if row else None
        now = writing.series_ids[plan.previous] if plan.previous else None
        if before != now:
            Series.objects.filter(id=row_id).update(previous=now)
