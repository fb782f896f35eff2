"""Finds messages by SQLite's index of words, which is a table of FTS5."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from patchtrack.services.search_hits import Hit, Stretch, find_by_sql
from patchtrack.services.search_marks import EVERY, Marks
from patchtrack.services.search_query import Query, Words
from patchtrack.services.search_spans import Span

# The columns in which words are looked for, by what they are asked of.
_COLUMNS = {
    "": "{subject author paths body}",
    "subject": "subject",
    "author": "{author address}",
    "paths": "paths",
}


def find_in_sqlite(
    query: Query, marks: Marks, spans: Sequence[Span], stretch: Stretch
) -> list[Hit]:
    """One statement, which looks into the spans in their order until it has enough."""
    behind, order = stretch.order
    placed = f"AND (date, message_id) {behind} (%s, %s)" if stretch.place else ""
    one = f"""
        SELECT * FROM (
          SELECT message_id, date FROM patchtrack_searchwords
          JOIN patchtrack_searchtext ON message_id = patchtrack_searchwords.rowid
          WHERE patchtrack_searchwords MATCH %s AND date >= %s AND date < %s {placed}
          ORDER BY date {order}, message_id {order} LIMIT %s
        )
    """  # noqa: S608 (what is formatted is ours)
    place = stretch.place
    placing = [_adapt(place.date), place.message] if place else []
    parameters: list[Any] = []
    for span in spans:
        match = format_match(query, marks, span)
        parameters += [match, _adapt(span.since), _adapt(span.before), *placing, stretch.most]
    sql = " UNION ALL ".join([one] * len(spans)) + " LIMIT %s"
    return find_by_sql(sql, [*parameters, stretch.most])


def format_match(query: Query, marks: Marks, span: Span) -> str:
    """What is asked for in a span, in the language of FTS5."""
    asked = [_format_group(group) for group in (*marks.groups, span.marks) if group]
    refused = [_format_group([mark]) for mark in marks.excluded]
    for part in query.words():
        phrase = _format_phrase(part)
        (refused if part.is_excluded else asked).append(phrase)
    match = " AND ".join(asked) or f'marks : "{EVERY}" *'
    return f"({match}) NOT ({' OR '.join(refused)})" if refused else match


def _format_phrase(part: Words) -> str:
    star = " *" if part.is_beginning else ""
    return f'({_COLUMNS[part.field]} : "{" ".join(part.words)}"{star})'


def _format_group(marks: Iterable[str]) -> str:
    return f"({' OR '.join(f'marks : {chr(34)}{mark}{chr(34)}' for mark in marks)})"


def _adapt(date: datetime) -> str:
    return connection.ops.adapt_datetimefield_value(date)
