"""The requests of the API that are measured, and what in a database they ask for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from patchtrack.models import Comment, Cover, Event, Mail, Message, Patch, Person, Series
from tools.bench_pages import Keys, Page, Parameters

SIZES = (30, 250)
DEEP_PAGE = 500
_SERIES_SIZE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What requests ask for beside what pages do: ids, and what else names some rows. `lengths`
    are those of the lists, `recent` dates since which some rows have come, and `arrivals` and
    `cursors` places all over mails and events."""

    patches: Sequence[int]
    series: Sequence[int]
    longest: Sequence[int]
    covers: Sequence[int]
    busiest: Sequence[int]
    addresses: Sequence[str]
    hashes: Sequence[str]
    message_ids: Sequence[str]
    recent: Mapping[str, str]
    arrivals: Sequence[str]
    cursors: Sequence[int]
    lengths: Mapping[str, int]


Narrow = Callable[[Keys, Rows], Sequence[Parameters]]


def _by_project(keys: Keys, _rows: Rows) -> Sequence[Parameters]:
    return [{"project": keys.linkname}]


def _by_month(keys: Keys, _rows: Rows) -> Sequence[Parameters]:
    return [{"since": first, "before": last} for first, last in keys.dates]


def _by_submitter(keys: Keys, _rows: Rows) -> Sequence[Parameters]:
    return [{"submitter": row} for row, _ in keys.submitters]


def _by_address(_keys: Keys, rows: Rows) -> Sequence[Parameters]:
    return [{"submitter": address} for address in rows.addresses]


def _since(resource: str) -> Narrow:
    return lambda _keys, rows: [{"since": rows.recent[resource], "order": "date"}]


def _ordered(*columns: str) -> Narrow:
    return lambda _keys, _rows: [{"order": column} for column in columns]


_OF_SUBMISSIONS: Mapping[str, Narrow] = {
    "project": _by_project,
    "submitter": _by_submitter,
    "submitter by address": _by_address,
    "month": _by_month,
    "newest": _ordered("-date"),
    "newest of a project": lambda keys, _rows: [{"project": keys.linkname, "order": "-date"}],
}
# By resource, how a list is narrowed and ordered: what its address says.
FILTERS: Mapping[str, Mapping[str, Narrow]] = {
    "patches": {
        **_OF_SUBMISSIONS,
        "since": _since("patches"),
        "state": lambda keys, _rows: [{"state": state} for state in keys.states],
        "delegate": lambda keys, _rows: [{"delegate": name} for _, name in keys.delegates],
        "archived": lambda _keys, _rows: [{"archived": said} for said in ("true", "false")],
        "series": lambda _keys, rows: [{"series": row} for row in rows.series],
        "hash": lambda _keys, rows: [{"hash": one} for one in rows.hashes],
        "message-id": lambda _keys, rows: [{"msgid": one} for one in rows.message_ids],
        "as b4 asks": lambda keys, rows: [
            {
                "project": keys.linkname,
                "state": "new",
                "archived": "false",
                "order": "-date",
                "since": rows.recent["patches"],
            }
        ],
        "frequent word": lambda keys, _rows: [{"q": word} for word in keys.frequent_words[:5]],
        "rare word": lambda keys, _rows: [{"q": word} for word in keys.rare_words[:5]],
    },
    "series": {
        **_OF_SUBMISSIONS,
        "since": _since("series"),
        "frequent word": lambda keys, _rows: [{"q": word} for word in keys.frequent_words[:5]],
    },
    "covers": {**_OF_SUBMISSIONS},
    "events": {
        "project": _by_project,
        "category": lambda _keys, _rows: [{"category": one} for one in Event.Category.values],
        "since": _since("events"),
        "as NIPA asks": lambda keys, rows: [
            {
                "project": keys.linkname,
                "category": "series-completed",
                "since": rows.recent["events"],
                "order": "date",
            }
        ],
        "month": _by_month,
        "patch": lambda _keys, rows: [{"patch": row} for row in rows.patches],
        "series": lambda _keys, rows: [{"series": row} for row in rows.series],
        "cover": lambda _keys, rows: [{"cover": row} for row in rows.covers],
        "actor": lambda keys, _rows: [{"actor": name} for _, name in keys.delegates],
    },
    "people": {
        "name": _ordered("name", "-name"),
        "email": _ordered("email"),
        "part of a name": lambda keys, _rows: [{"q": name} for _, name in keys.submitters],
    },
}
# What is asked for alone, by the path below /api/.
DETAILS: Mapping[str, Callable[[Rows], Sequence[str]]] = {
    "patch": lambda rows: [f"patches/{row}/" for row in rows.patches],
    "comments of a patch, the busiest": lambda rows: [
        f"patches/{row}/comments/?per_page=250" for row in rows.busiest
    ],
    "checks of a patch": lambda rows: [f"patches/{row}/checks/" for row in rows.patches],
    "cover": lambda rows: [f"covers/{row}/" for row in rows.covers],
    "series, the longest": lambda rows: [f"series/{row}/" for row in rows.longest],
    "projects": lambda _rows: ["projects/"],
}
_TABLES: Mapping[str, Any] = {
    "patches": Patch,
    "series": Series,
    "covers": Cover,
    "events": Event,
    "people": Person,
}
_FOR_USERS = frozenset({"people"})


def list_requests(rows: Rows) -> Iterator[Page]:
    for resource, narrow in FILTERS.items():
        as_user = resource in _FOR_USERS
        for size in SIZES:
            deep = min(DEEP_PAGE, max(rows.lengths[resource] // size, 1))
            for name, number in (("first", 1), ("deep", deep)):
                said = {"per_page": size, "page": number}
                yield Page(
                    name=f"{resource}, {name} page of {size}",
                    find=find_addresses(resource, lambda _keys, _rows, said=said: [said], rows),
                    as_user=as_user,
                )
        for name, ask in narrow.items():
            find = find_addresses(resource, ask, rows, per_page=SIZES[-1])
            yield Page(name=f"{resource}, {name}", find=find, as_user=as_user)
    for name, ask in DETAILS.items():
        yield Page(name=name, find=lambda _keys, ask=ask: [f"/api/{one}" for one in ask(rows)])
    yield Page(
        name=f"mbox of a series of {_SERIES_SIZE}",
        find=lambda _keys: [f"/series/{row}/mbox/" for row in rows.longest],
    )


def find_addresses(
    resource: str, narrow: Narrow, rows: Rows, **more: int
) -> Callable[[Keys], Sequence[str]]:
    def find(keys: Keys) -> Sequence[str]:
        return [f"/api/{resource}/?{urlencode({**more, **said})}" for said in narrow(keys, rows)]

    return find


def find_rows(keys: Keys, count: int) -> Rows:
    """Rows of each kind, all over their tables, about `count` of each."""
    patches = _spread(Patch, count)
    longest = Series.objects.filter(received_total__lte=_SERIES_SIZE)
    longest = longest.order_by("-received_total", "-pk").values_list("pk", flat=True)
    people = Person.objects.filter(pk__in=[row for row, _ in keys.submitters])
    some = Patch.objects.filter(pk__in=patches)
    comments = Comment.objects.filter(patch__message__message_id__in=keys.busiest)
    return Rows(
        patches=patches,
        series=_spread(Series, count),
        longest=list(longest[:10]),
        covers=_spread(Cover, count),
        busiest=list(comments.values_list("patch", flat=True).distinct()),
        addresses=list(people.values_list("address", flat=True)),
        hashes=list(some.exclude(hash="").values_list("hash", flat=True)),
        message_ids=list(
            Message.objects.filter(pk__in=patches).values_list("message_id", flat=True)
        ),
        recent={name: _find_recent(_TABLES[name]) for name in ("patches", "series", "events")},
        arrivals=_find_arrivals(),
        cursors=_find_cursors(count),
        lengths={name: table.objects.count() for name, table in _TABLES.items()},
    )


def _spread(table: Any, count: int) -> list[int]:
    """Ids all over a table."""
    ids = table.objects.order_by("pk").values_list("pk", flat=True)
    step = max(ids.count() // count, 1)
    return list(ids)[::step][:count]


def _find_recent(table: Any) -> str:
    """A date since which a thousand rows have come: more than anybody polls for."""
    dates = table.objects.order_by("-date").values_list("date", flat=True)[:1000]
    return f"{min(dates):%Y-%m-%dT%H:%M:%S}"


def _find_arrivals() -> list[str]:
    """Dates of arrivals: one after which nearly all mails came, others along, and last one after
    which a thousand came: more than anybody polls for."""
    dates = Mail.objects.order_by("received_at").values_list("received_at", flat=True)
    count = dates.count()
    places = [count // 100, count // 4, count // 2, max(count - 1000, 0)]
    return [f"{date:%Y-%m-%dT%H:%M:%S}" for place in places for date in dates[place : place + 1]]


def _find_cursors(count: int) -> list[int]:
    """Cursors all over the events, the first of them 0."""
    last = Event.objects.exclude(cursor=None).order_by("-cursor").values_list("cursor", flat=True)
    newest = next(iter(last[:1]), 0)
    return [newest * place // count for place in range(count)]
