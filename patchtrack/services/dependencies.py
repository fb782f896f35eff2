"""Which series a series needs, and which need it, as their mails say.

What a mail says is kept as it is; only here it is found out what that names by now. So it does
not matter which of two series has come first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from patchtrack.models import Dependency, Message, Patch, Series
from patchtrack.services.targets import Place, Related, derive_related, find_named

# Nobody needs more, and no page waits for what a hostile mail may say.
MOST_SHOWN = 50
_MOST_SAID = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a series needs and we have not: its target, and the address that was said for it."""

    target: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """What a series needs, in the order in which its mails say so, and what needs it, the newest
    first; at most MOST_SHOWN of each."""

    needs: Sequence[Related] = ()
    missing: Sequence[Missing] = ()
    needed_by: Sequence[Related] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """That a message needs a target; `series` is the id of the one that it is in, if any."""

    row: int
    target: str
    url: str
    message: int
    message_id: str
    project: int
    series: int | None


def find_dependencies(series: Series, patches: Iterable[Patch], host: str) -> Dependencies:
    """What the series needs and what needs it; two queries at most.

    `patches` are those of the series, with their messages, and `host` is where our own pages
    are. A message is looked for in all projects, first in that of the series.
    """
    if not series.project.show_dependencies:
        return Dependencies()
    place = Place(project=series.project_id, host=host)
    cover = getattr(series, "cover", None)
    messages = [*([cover.message] if cover else ()), *(patch.message for patch in patches)]
    order = {message.pk: number for number, message in enumerate(messages)}
    said = _find_said(list(order), _name_all(place, series, messages))
    needed = choose_needed(order, said)
    needing = choose_needing(place, (one for one in said if one.message not in order))
    # Most series need none; to write this query takes longer than to ask all others of a page.
    found = find_named(host, needed.keys(), needing) if needed or needing else []
    related = derive_related(place, found)
    return derive_dependencies(series, needed, needing, related.values())


def derive_dependencies(
    series: Series,
    needed: Mapping[str, str],
    needing: Collection[int],
    related: Collection[Related],
) -> Dependencies:
    """What a series needs, by the targets that it names and the addresses it says for them, and
    what needs it, by id, of all that is `related`."""
    needs, missing = _match(series, needed, related)
    needed_by = [one for one in related if one.id in needing and one.id != series.pk]
    return Dependencies(needs=needs, missing=missing, needed_by=_choose_newest(needed_by))


def _name_all(place: Place, series: Series, messages: Iterable[Message]) -> set[str]:
    """All targets that name the series."""
    project = series.project_id
    names = place.name_series(series.pk, series.head.change_id, series.version, project)
    for message in messages:
        names |= place.name_message(message.pk, message.message_id, project)
    return names


def _find_said(messages: Collection[int], names: Collection[str]) -> list[Said]:
    """What some messages need, and what needs one of the names; one query."""
    own = Q(message__among_all=messages)
    said = Dependency.objects.filter(own | Q(target__among_all=names))
    first = Case(When(own, then=Value(0)), default=Value(1))
    return read_said(said.order_by(first, "-pk"), _MOST_SAID)


def read_said(rows: QuerySet[Dependency], most: int) -> list[Said]:
    """The first of the rows."""
    in_series = Coalesce("message__patch__series", "message__cover__series")
    columns = ("pk", "target", "url", "message_id", "message__message_id", "message__project_id")
    return [Said(*row) for row in rows.values_list(*columns, in_series)[:most]]


def choose_needed(order: Mapping[int, int], said: Iterable[Said]) -> dict[str, str]:
    """The targets that messages name which have a place in an order, in that order, each once,
    and the address that was said for it."""
    own = (one for one in said if one.message in order)
    needed: dict[str, str] = {}
    for one in sorted(own, key=lambda one: (order[one.message], one.row)):
        if len(needed) < MOST_SHOWN:
            needed.setdefault(one.target, one.url)
    return needed


def choose_needing(place: Place, said: Iterable[Said]) -> list[int]:
    """The series whose mails say so; of a mail that is in several projects, first that of the
    project from where one looks."""
    chosen: dict[str, int] = {}
    for one in sorted(said, key=lambda one: (one.project != place.project, -one.row)):
        if one.series and place.means(one.target, one.project):
            chosen.setdefault(one.message_id, one.series)
    return list(dict.fromkeys(chosen.values()))[:MOST_SHOWN]


def _match(
    series: Series, needed: Mapping[str, str], related: Collection[Related]
) -> tuple[list[Related], list[Missing]]:
    """The series that targets name, each once, and the targets that name none. Of several, the
    one in the same project is taken, and the last version."""
    needs: dict[int, Related] = {}
    missing = []
    for target, url in needed.items():
        named = [one for one in related if target in one.names]
        if not named:
            missing.append(Missing(target=target, url=url))
            continue
        best = min(named, key=lambda one: (one.project != series.project_id, -one.version, one.id))
        if best.id != series.pk:
            needs.setdefault(best.id, best)
    return list(needs.values()), missing


def _choose_newest(found: Iterable[Related]) -> list[Related]:
    """Of each work only the last version among them; the newest first."""
    last: dict[tuple[int, str], Related] = {}
    for one in sorted(found, key=lambda one: (one.version, one.date, one.id)):
        last[one.project, one.lineage] = one
    return sorted(last.values(), key=lambda one: (one.date, one.id), reverse=True)
