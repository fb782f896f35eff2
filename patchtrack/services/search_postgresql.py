"""Finds messages by PostgreSQL's index of words, which is a GIN index."""

from collections.abc import Sequence
from typing import Any

from patchtrack.services.search_hits import Hit, Stretch, find_by_sql
from patchtrack.services.search_marks import EVERY, Marks
from patchtrack.services.search_query import Query, Words
from patchtrack.services.search_spans import Span
from patchtrack.services.search_words import PREFIXES


def find_in_postgresql(
    query: Query, marks: Marks, spans: Sequence[Span], stretch: Stretch
) -> list[Hit]:
    """One statement. The spans are joined in their order, each one only if those before it were
    not enough: the server ends a nested loop as soon as it has what LIMIT asks for. As their
    questions come from a table, it plans by the index whatever it knows of a word."""
    behind, order = stretch.order
    placed = f"AND (date, message_id) {behind} (%s, %s)" if stretch.place else ""
    asked = format_tsqueries(query, marks, spans)
    names = [f"asked_{number}" for number in range(len(asked[0]))]
    row = f"({'%s::tsquery, ' * len(names)}%s::timestamptz, %s::timestamptz)"
    sql = f"""
        SELECT hit.message_id, hit.date
        FROM (VALUES {", ".join([row] * len(spans))}) AS span ({", ".join(names)}, since, before)
        CROSS JOIN LATERAL (
          SELECT message_id, date FROM patchtrack_searchtext
          WHERE {" AND ".join(f"words @@ {name}" for name in names)}
            AND date >= since AND date < before {placed}
          ORDER BY date {order}, message_id {order} LIMIT %s
        ) AS hit LIMIT %s
    """  # noqa: S608 (what is formatted is ours)
    parameters: list[Any] = []
    for span, questions in zip(spans, asked, strict=True):
        parameters += [*questions, span.since, span.before]
    if stretch.place:
        parameters += [stretch.place.date, stretch.place.message]
    return find_by_sql(sql, [*parameters, stretch.most, stretch.most])


def format_tsqueries(query: Query, marks: Marks, spans: Sequence[Span]) -> list[list[str]]:
    """What is asked for in each span, as equally many questions that must all hold: PostgreSQL's
    tsqueries in their text form."""
    asked = [_format_span(query, marks, span) for span in spans]
    if all(span.is_long for span in spans):
        # The first question has the second one in it.
        return [[*questions[:1], *questions[2:]] for questions in asked]
    return asked


def _format_span(query: Query, marks: Marks, span: Span) -> list[str]:
    """The questions of one span. The first one has all that is refused.

    Of several questions the index leaps in each from one message that others have found to the
    next, while within one it goes through all that have the rarer words: so each part of the
    query is one of its own, and so are the marks of a short span. A long one has marks that most
    messages have, which are better only looked up for what was found by other words.
    """
    asked = [_format_any(group) for group in marks.groups]
    refused = list(map(_quote, marks.excluded))
    for part in query.words():
        (refused if part.is_excluded else asked).append(_format_words(part))
    first = [_format_any(span.marks)] if span.marks else []
    if span.is_long:
        first += asked[:1]
    first = first or [f"'{EVERY}':*"]
    return [" & ".join([*first, *(f"!{one}" for one in refused)]), *asked]


def _format_any(group: Sequence[str]) -> str:
    return f"({' | '.join(map(_quote, group))})"


def _format_words(part: Words) -> str:
    prefix = f"{PREFIXES[part.field]}:" if part.field else ""
    phrase = " <-> ".join(_quote(f"{prefix}{word}") for word in part.words)
    return f"({phrase}{':*' if part.is_beginning else ''})"


def _quote(word: str) -> str:
    return f"'{word}'"
