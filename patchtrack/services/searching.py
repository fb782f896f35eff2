"""Finds messages by a query, the newest first, by the index of the database at hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from patchtrack.models import Message, Person, Project, Unsearched
from patchtrack.services.listing import MOST_COUNTED
from patchtrack.services.search_query import Mark, Query, Words
from patchtrack.services.search_spans import EARLIEST, LATEST, Span, derive_spans
from patchtrack.services.search_words import (
    MARK_FUTURE,
    PREFIXES,
    mark_kind,
    mark_message_id,
    mark_project,
)

# The server gives up a search after so long.
MOST_SECONDS = 1.0
_TOOK_TOO_LONG = "57014"  # SQLSTATE: query canceled
# Whatever is asked for, a span of this length is looked through before anybody gets impatient.
_NEAR = timedelta(days=14)
# With this begin marks of all messages: an index finds nothing by what is refused alone.
_EVERY = "=k"
_MOMENT = timedelta(microseconds=1)
_GREATEST_ID = 10**18 - 1
# The columns of FTS5 in which words are looked for, by what they are asked of.
_COLUMNS = {
    "": "{subject author paths body}",
    "subject": "subject",
    "author": "{author address}",
    "paths": "paths",
}


_PARENTS = ("patch", "cover")
# What of messages no list of them shows.
_UNUSED = (
    *("ancestors", "change_id", "flags", "label", "name", "trailers"),
    *("patch__hash", "patch__name", "patch__paths", "patch__tags"),
    *("patch__pull_url", "patch__chosen_pull_url"),
    *(
        f"comment__{of}__{name}"
        for of in _PARENTS
        for name in ("name", "pull_url", "message__subject", "message__trailers")
    ),
    *(f"comment__patch__{name}" for name in ("paths", "tags", "chosen_pull_url")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A message that was found, by its id, and the date that decides its place."""

    message: int
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Which of all hits are wanted: at most `most`, behind `place` if it is not None; the newest
    first, or the oldest first if `forwards`."""

    most: int
    place: Hit | None = None
    forwards: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The hits in the order that was wanted. If looking through all mail took too long, `end` is
    the place up to which it was done, else None."""

    hits: Sequence[Hit]
    end: Hit | None = None


def find_hits(query: Query, stretch: Stretch, now: datetime) -> Found:
    """The messages that a query asks for; one without parts finds nothing. At most four queries.

    What has common words, but not in this order, or all common words but one, can be found only
    by going through all mail. After MOST_SECONDS only the next weeks are looked through.
    """
    spans = derive_spans(*_find_bounds(query, stretch), now, forwards=stretch.forwards)
    if not query.parts or not spans:
        return Found(hits=[])
    marks = _group_marks(query.marks())
    if connection.vendor != "postgresql":
        return Found(hits=_find_sqlite(query, marks, spans, stretch))
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [round(MOST_SECONDS * 1000)])
            return Found(hits=_find_postgresql(query, marks, spans, stretch))
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _TOOK_TOO_LONG:
            raise
    near = list(takewhile(_is_near, spans))
    return Found(
        hits=_find_postgresql(query, marks, near, stretch),
        end=_find_end(near[-1], stretch),
    )


def _is_near(span: Span) -> bool:
    return span.marks == [MARK_FUTURE] or span.before - span.since <= _NEAR


def _find_end(span: Span, stretch: Stretch) -> Hit:
    """The place between a span and what lies behind it."""
    if stretch.forwards:
        return Hit(message=_GREATEST_ID, date=span.before - _MOMENT)
    return Hit(message=0, date=span.since)


def _find_bounds(query: Query, stretch: Stretch) -> tuple[datetime, datetime]:
    """From when until when the messages are, by the days asked for and the place."""
    first, last = query.days()
    since = datetime.combine(first, time(), UTC) if first else EARLIEST
    before = datetime.combine(last, time.max, UTC) if last else LATEST
    since, before = max(since, EARLIEST), min(before, LATEST)
    if stretch.place and stretch.forwards:
        return max(since, stretch.place.date), before
    if stretch.place:
        return since, min(before, min(stretch.place.date, LATEST) + _MOMENT)
    return since, before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    """Of each of `groups` a message must have one mark, and of `excluded` none."""

    groups: Sequence[Sequence[str]]
    excluded: Sequence[str]


def _group_marks(marks: Sequence[Mark]) -> _Marks:
    """The marks in the index's words; at most one query."""
    linknames = [mark.value for mark in marks if mark.name == "project"]
    known = Project.objects.filter(linkname__in=linknames) if linknames else ()
    projects = {project.linkname: project.pk for project in known}
    groups: dict[str, list[str]] = {}
    excluded = []
    for mark in marks:
        word = _format_mark(mark, projects)
        if mark.is_excluded:
            excluded.append(word)
        else:
            groups.setdefault(mark.name, []).append(word)
    return _Marks(groups=list(groups.values()), excluded=excluded)


def _format_mark(mark: Mark, projects: dict[str, int]) -> str:
    if mark.name == "project":
        # No project has this id.
        return mark_project(projects.get(mark.value, 0))
    return mark_kind(mark.value) if mark.name == "kind" else mark_message_id(mark.value)


# PostgreSQL.


def _find_postgresql(
    query: Query, marks: _Marks, spans: Sequence[Span], stretch: Stretch
) -> list[Hit]:
    """One statement. The spans are joined in their order, each one only if those before it were
    not enough: the server ends a nested loop as soon as it has what LIMIT asks for. As their
    queries come from a table, it plans by the index whatever it knows of a word."""
    behind, order = _compare(stretch)
    placed = f"AND (date, message_id) {behind} (%s, %s)" if stretch.place else ""
    sql = f"""
        SELECT hit.message_id, hit.date
        FROM (VALUES {", ".join(["(%s::tsquery, %s::timestamptz, %s::timestamptz)"] * len(spans))})
          AS span (asked, since, before)
        CROSS JOIN LATERAL (
          SELECT message_id, date FROM patchtrack_searchtext
          WHERE words @@ asked AND date >= since AND date < before {placed}
          ORDER BY date {order}, message_id {order} LIMIT %s
        ) AS hit LIMIT %s
    """  # noqa: S608 (what is formatted is ours)
    parameters: list[Any] = []
    for span in spans:
        parameters += [format_tsquery(query, marks, span), span.since, span.before]
    if stretch.place:
        parameters += [stretch.place.date, stretch.place.message]
    return _read_hits(sql, [*parameters, stretch.most, stretch.most])


def format_tsquery(query: Query, marks: _Marks, span: Span) -> str:
    """What is asked for in a span, as PostgreSQL's tsquery in its text form."""
    asked = [
        f"({' | '.join(map(_quote, group))})" for group in (*marks.groups, span.marks) if group
    ]
    refused = list(map(_quote, marks.excluded))
    for part in query.words():
        prefix = f"{PREFIXES[part.field]}:" if part.field else ""
        phrase = " <-> ".join(_quote(f"{prefix}{word}") for word in part.words)
        (refused if part.is_excluded else asked).append(
            f"({phrase}{':*' if part.is_beginning else ''})"
        )
    return " & ".join([*(asked or [f"'{_EVERY}':*"]), *(f"!{one}" for one in refused)])


def _quote(word: str) -> str:
    return f"'{word}'"


# SQLite.


def _find_sqlite(query: Query, marks: _Marks, spans: Sequence[Span], stretch: Stretch) -> list[Hit]:
    """One statement, which looks into the spans in their order until it has enough."""
    behind, order = _compare(stretch)
    placed = f"AND (date, message_id) {behind} (%s, %s)" if stretch.place else ""
    one = f"""
        SELECT * FROM (
          SELECT message_id, date FROM patchtrack_searchwords
          JOIN patchtrack_searchtext ON message_id = patchtrack_searchwords.rowid
          WHERE patchtrack_searchwords MATCH %s AND date >= %s AND date < %s {placed}
          ORDER BY date {order}, message_id {order} LIMIT %s
        )
    """  # noqa: S608 (as above)
    place = stretch.place
    placing = [_adapt(place.date), place.message] if place else []
    parameters: list[Any] = []
    for span in spans:
        match = format_match(query, marks, span)
        parameters += [match, _adapt(span.since), _adapt(span.before), *placing, stretch.most]
    sql = " UNION ALL ".join([one] * len(spans)) + " LIMIT %s"
    return _read_hits(sql, [*parameters, stretch.most])


def format_match(query: Query, marks: _Marks, span: Span) -> str:
    """What is asked for in a span, in the language of FTS5."""
    asked = [_format_group(group) for group in (*marks.groups, span.marks) if group]
    refused = [_format_group([mark]) for mark in marks.excluded]
    for part in query.words():
        phrase = _format_phrase(part)
        (refused if part.is_excluded else asked).append(phrase)
    match = " AND ".join(asked) or f'marks : "{_EVERY}" *'
    return f"({match}) NOT ({' OR '.join(refused)})" if refused else match


def _format_phrase(part: Words) -> str:
    star = " *" if part.is_beginning else ""
    return f'({_COLUMNS[part.field]} : "{" ".join(part.words)}"{star})'


def _format_group(marks: Iterable[str]) -> str:
    return f"({' OR '.join(f'marks : {chr(34)}{mark}{chr(34)}' for mark in marks)})"


def _adapt(date: datetime) -> str:
    return connection.ops.adapt_datetimefield_value(date)


# Both.


def _compare(stretch: Stretch) -> tuple[str, str]:
    return (">", "ASC") if stretch.forwards else ("<", "DESC")


def _read_hits(sql: str, parameters: Sequence[Any]) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    # SQLite's dates say no time zone: they are all of the same.
    return [
        Hit(message=row, date=date if date.tzinfo else date.replace(tzinfo=UTC))
        for row, date in rows
    ]


def find_messages(hits: Sequence[Hit]) -> list[Message]:
    """The messages of hits, in their order, with what a list tells of them; one query."""
    related = ("project", "author", "patch__state", *(f"comment__{of}__message" for of in _PARENTS))
    messages = Message.objects.select_related(*related).defer(*_UNUSED)
    found = messages.in_bulk([hit.message for hit in hits])
    return [found[hit.message] for hit in hits if hit.message in found]


def find_people(query: Query, most: int) -> list[Person]:
    """Those whose names have all the words that are looked for, whoever wrote last first; one
    query."""
    words = [
        word
        for part in query.words()
        if not part.is_excluded and part.field in ("", "author")
        for word in part.words
    ]
    if not words:
        return []
    named = Q()
    for word in words:
        named &= Q(name__icontains=word)
    return list(Person.objects.filter(named).order_by("-named_at", "-pk")[:most])


def count_waiting() -> int:
    """How many messages are not in the index yet; MOST_COUNTED + 1 stands for more."""
    return Unsearched.objects.all()[: MOST_COUNTED + 1].count()
