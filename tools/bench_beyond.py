"""The requests that only version 1.5 of the API has."""

from collections.abc import Iterator, Mapping

from tools.bench_pages import Keys, Page, Parameters
from tools.bench_requests import SIZES, Narrow, Rows, find_addresses

# A series in full is as long as a list.
_WHOLE_SIZE = SIZES[0]
_EVERYTHING = "patches,cover_letter,comments"


def _to(name: str, *values: str) -> Narrow:
    return lambda _keys, _rows: [{name: value} for value in values]


def _by_text(keys: Keys, _rows: Rows) -> list[Parameters]:
    words = [*keys.frequent_words[:5], *keys.rare_words[:5]]
    return [{"q": word, "q_in": "body"} for word in words]


_OF_ARRIVAL: Mapping[str, Narrow] = {
    "received lately": lambda _keys, rows: [{"received_since": rows.arrivals[-1]}],
    "received since": lambda _keys, rows: [{"received_since": date} for date in rows.arrivals],
    "received before": lambda _keys, rows: [{"received_before": date} for date in rows.arrivals],
    "received between": lambda _keys, rows: [
        {"received_since": since, "received_before": before}
        for since, before in zip(rows.arrivals, rows.arrivals[1:], strict=False)
    ],
}
_OF_PATCHES: Mapping[str, Narrow] = {
    **_OF_ARRIVAL,
    "check": lambda keys, _rows: [{"check": check} for check in keys.checks],
    "path, file": lambda keys, _rows: [{"path": path} for path in keys.paths],
    "path, directory": lambda keys, _rows: [{"path": _find_top(path, 2)} for path in keys.paths],
    "path, top directory": lambda keys, _rows: [
        {"path": path} for path in dict.fromkeys(_find_top(path, 1) for path in keys.paths)
    ],
    "trailer": lambda keys, _rows: [{"trailer": tag} for tag in keys.tags],
    "prefix": lambda keys, _rows: [{"prefix": prefix} for prefix in keys.prefixes],
    "text of mails": _by_text,
}
# By resource, as FILTERS.
BEYOND: Mapping[str, Mapping[str, Narrow]] = {
    "patches": {
        **_OF_PATCHES,
        "ids": lambda _keys, rows: [{"id": row} for row in rows.patches],
    },
    "series": {
        **_OF_PATCHES,
        "state": lambda keys, _rows: [{"state": state} for state in keys.states],
        "delegate": lambda keys, _rows: [{"delegate": name} for _, name in keys.delegates],
        "archived": _to("archived", "true", "false"),
        "what waits": lambda keys, _rows: [
            {"project": keys.linkname, "state": "new", "archived": "false", "check": "success"}
        ],
    },
    "covers": {**_OF_ARRIVAL, "text of mails": _by_text},
    "events": {
        "after": lambda _keys, rows: [{"after": cursor} for cursor in rows.cursors],
        "after, of a project": lambda keys, rows: [
            {"after": cursor, "project": keys.linkname, "category": "series-completed"}
            for cursor in rows.cursors
        ],
        "received since": lambda _keys, rows: [{"received_since": date} for date in rows.arrivals],
    },
}


def _find_top(path: str, depth: int) -> str:
    """The directory of that depth in which a path is."""
    return "/".join(path.split("/")[:-1][:depth])


def list_further_requests(rows: Rows) -> Iterator[Page]:
    for resource, narrow in BEYOND.items():
        for name, ask in narrow.items():
            find = find_addresses(resource, ask, rows, per_page=SIZES[-1])
            yield Page(name=f"{resource}, {name}", find=find)
    for names in ("patches", "cover_letter", "comments", _EVERYTHING):
        ask = _to("expand", names)
        find = find_addresses("series", ask, rows, per_page=_WHOLE_SIZE)
        yield Page(name=f"series, {_WHOLE_SIZE} with {names}", find=find)
    yield Page(
        name=f"series, the longest with {_EVERYTHING}",
        find=lambda _keys: [f"/api/series/{row}/?expand={_EVERYTHING}" for row in rows.longest],
    )
    yield Page(
        name="checks of a series, the longest",
        find=lambda _keys: [f"/api/series/{row}/checks/" for row in rows.longest],
    )
