"""What is told of rows beyond Patchwork, by the versions that have it."""

from collections.abc import Mapping, Sequence
from typing import Any

from patchtrack.api.formats import format_date
from patchtrack.api.records import Record, Records
from patchtrack.api.versions import has_field
from patchtrack.models import Check, Series
from patchtrack.services.arrivals import Rows, with_arrival
from patchtrack.services.revisions import find_all_revisions
from patchtrack.services.series_summary import Summary, derive_summary

# By resource, what its records are called in the table of versions, and which messages its rows
# came by.
_KINDS = {
    "patches": "patch",
    "covers": "cover",
    "comments": "comment",
    "series": "series",
}
MESSAGES = {"patches": "pk", "covers": "pk", "comments": "pk", "series": "head"}


def _tells_more(resource: str, version: int) -> bool:
    return resource in _KINDS and has_field(_KINDS[resource], "received", version)


def read_more(resource: str, rows: Rows, version: int) -> Rows:
    """Rows with what `tell_more` tells of them."""
    if _tells_more(resource, version):
        return with_arrival(rows, MESSAGES[resource])
    return rows


def tell_more(
    resource: str, rows: Sequence[Any], told: Sequence[Record], records: Records
) -> Sequence[Record]:
    """The records that are `told` of rows, with what there is to tell of all of them beyond
    Patchwork."""
    if not _tells_more(resource, records.version):
        return told
    for row, record in zip(rows, told, strict=True):
        record["received"] = format_date(row.received) if row.received else None
    return told


def tell_more_of_series(
    rows: Sequence[Series],
    parts: Mapping[int, Sequence[Any]],
    told: Sequence[Record],
    records: Records,
) -> Sequence[Record]:
    """The records that are `told` of series, with what their patches say together, and with their
    revisions; one query."""
    told = tell_more("series", rows, told, records)
    if not _tells_more("series", records.version):
        return told
    revisions = find_all_revisions(rows)
    for series, record in zip(rows, told, strict=True):
        record.update(_tell_summary(derive_summary(series, parts[series.pk])))
        record["revisions"] = [
            records.embedded_series(revision, series.project) for revision in revisions[series.pk]
        ]
    return told


def _tell_summary(summary: Summary) -> Record:
    """One state only where all patches have the same."""
    states = list(summary.states)
    return {
        "state": states[0] if len(states) == 1 else None,
        "states": summary.states,
        "check": None if summary.check is None else Check.Result(summary.check).label,
        "missing": summary.missing,
    }
