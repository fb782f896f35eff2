"""Which series each of many series needs, and which need it, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from patchtrack.models import Series
from patchtrack.services.dependencies import (
    Dependencies,
    Said,
    choose_needed,
    choose_needing,
    derive_dependencies,
)
from patchtrack.services.targets import Place, Related, Row, derive_related, find_named
from patchtrack.services.versions import get_cover

# No list waits for more than hundreds of series need, whatever hostile mails may say.
_MOST_SAID = 5000
# There may be thousands of targets that name the series of a page, as `ingest.mail.dependencies`
# writes them: so the database makes them, by numbers only if anybody names anything by its number.
# It is told in its own language, for to make this out of query sets took longer than to run it.
_SAID = """
WITH shown AS (
  SELECT id, version, head_id FROM patchtrack_series WHERE id {shown}
), member AS (
  SELECT message_id AS id, msgid FROM patchtrack_patch JOIN shown ON series_id = shown.id
  UNION ALL
  SELECT message.id, message.message_id
  FROM shown
  JOIN patchtrack_cover AS cover ON cover.series_id = shown.id
  JOIN patchtrack_message AS message ON message.id = cover.message_id
), by_number AS (
  SELECT 1 FROM patchtrack_dependency
  WHERE target LIKE 'patch:%%' OR target LIKE 'series:%%' LIMIT 1
), numbered AS (
  SELECT 'patch:' || id AS target FROM member CROSS JOIN by_number
  UNION ALL SELECT 'series:' || id FROM shown CROSS JOIN by_number
), changed AS (
  SELECT 'change:' || change_id AS target, shown.version
  FROM patchtrack_message JOIN shown ON patchtrack_message.id = head_id WHERE change_id > ''
), named AS (
  SELECT target FROM numbered
  UNION ALL SELECT target || %s FROM numbered
  UNION ALL SELECT target FROM changed
  UNION ALL SELECT target || ':v' || version FROM changed
  UNION ALL SELECT 'mid:' || msgid FROM member
), said AS (
  SELECT * FROM (
    SELECT 1 AS is_own, * FROM patchtrack_dependency WHERE message_id IN (SELECT id FROM member)
    ORDER BY id DESC LIMIT %s
  ) AS own
  UNION ALL
  SELECT * FROM (
    SELECT 0 AS is_own, * FROM patchtrack_dependency WHERE target IN (SELECT target FROM named)
    ORDER BY id DESC LIMIT %s
  ) AS naming
)
SELECT is_own, said.id, target, url, message.id, message.message_id, message.project_id,
  COALESCE(patch.series_id, cover.series_id)
FROM said
JOIN patchtrack_message AS message ON message.id = said.message_id
LEFT JOIN patchtrack_patch AS patch ON patch.message_id = message.id
LEFT JOIN patchtrack_cover AS cover ON cover.message_id = message.id
ORDER BY said.id DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Series as they are named at a place: by their ids, and by the targets that name them."""

    place: Place
    related: Mapping[int, Related]
    named: Mapping[str, Sequence[int]]

    def find(self, targets: Iterable[str], others: Iterable[int]) -> list[Related]:
        """Those that targets name, and others by their ids."""
        ids = {row for target in targets for row in self.named.get(target, ())}
        return [self.related[row] for row in sorted(ids.union(others)) if row in self.related]


def find_many_dependencies(
    rows: Sequence[Series], parts: Mapping[int, Sequence[Any]], host: str
) -> dict[int, Dependencies]:
    """What `find_dependencies` finds for each of the series whose project shows it, by the id of
    the series; two queries, one if there is nothing, or none where no mail says what it needs.

    The series come as `plain_rows.series` has them, and `parts` are the patches of each.
    """
    shown = {series.pk: series for series in rows if series.project.show_dependencies}
    is_said = any(series.any_dependency for series in shown.values())
    needed, needing = _find_said(shown, host) if is_said else ([], [])
    if not (needed or needing):
        return dict.fromkeys(shown, Dependencies())
    targets = {one.target for one in (*needed, *needing)}
    named = find_named(host, targets, {one.series for one in needing if one.series})
    seen = {
        project: _see(Place(project=project, host=host), named)
        for project in {series.project_id for series in shown.values()}
    }
    own_of, naming = _group(needed), _group_named(shown, seen, needing)
    return {
        row: _derive(
            _order(series, parts[row]),
            series,
            seen[series.project_id],
            own_of.get(row, ()),
            naming.get(row, ()),
        )
        for row, series in shown.items()
    }


def _find_said(series: Collection[int], host: str) -> tuple[list[Said], list[Said]]:
    """What the messages of series say that they need, and who says to need something that is
    called by a name of these series; one query."""
    parameters = [f"@{host}", _MOST_SAID, _MOST_SAID]
    own, naming = [], []
    with connection.cursor() as cursor:
        cursor.execute(_SAID.format(shown=_write_condition(series)), parameters)
        for is_own, *row in cursor:
            (own if is_own else naming).append(Said(*row))
    return own, naming


def _write_condition(ids: Collection[int]) -> str:
    """What these ids meet, and of others not many more: a page's ids are often one next to the
    other, and two numbers are sent and read faster than hundreds. As parameters, hundreds would
    take as long to send as the query takes to run."""
    if ids and max(ids) - min(ids) < 2 * len(ids):
        return f"BETWEEN {min(ids)} AND {max(ids)}"
    return f"IN ({', '.join(map(str, ids)) or 'NULL'})"


def _see(place: Place, rows: Iterable[Row]) -> _Seen:
    related = derive_related(place, rows)
    named = defaultdict(list)
    for row, one in related.items():
        for name in one.names:
            named[name].append(row)
    return _Seen(place=place, related=related, named=named)


def _group(said: Iterable[Said]) -> dict[int | None, list[Said]]:
    """What mails say, by the series that they are in."""
    grouped = defaultdict(list)
    for one in said:
        grouped[one.series].append(one)
    return grouped


def _group_named(
    shown: Mapping[int, Series], seen: Mapping[int, _Seen], said: Iterable[Said]
) -> dict[int, list[Said]]:
    """What mails say, by each of the series that they name, where that one is."""
    grouped = defaultdict(list)
    for one in said:
        for project, there in seen.items():
            for row in there.named.get(one.target, ()):
                if row in shown and shown[row].project_id == project:
                    grouped[row].append(one)
    return grouped


def _order(series: Series, parts: Iterable[Any]) -> dict[int, int]:
    """The place of each message of a series."""
    cover = get_cover(series)
    messages = [*([cover.pk] if cover else ()), *(part.pk for part in parts)]
    return {message: number for number, message in enumerate(messages)}


def _derive(
    order: Mapping[int, int],
    series: Series,
    seen: _Seen,
    own: Sequence[Said],
    naming: Sequence[Said],
) -> Dependencies:
    needed = choose_needed(order, own)
    needing = choose_needing(seen.place, (one for one in naming if one.message not in order))
    return derive_dependencies(series, needed, needing, seen.find(needed, needing))
