"""All that is in series: their patches in full, the comments, and what their mails say."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from patchtrack.models import Series
from patchtrack.services import plain_rows
from patchtrack.services.arrivals import with_arrival
from patchtrack.services.series import IN_ORDER
from patchtrack.services.stored import StoredBody, find_smallest
from patchtrack.services.versions import get_cover

# So much mail is read for one answer; it is a hundred times what a series usually has.
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of series beside themselves."""

    patches: bool = False
    covers: bool = False
    comments: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What was found in series: the others of the relations that patches are in, and the comments
    by date, both by the patch or cover that they belong to; and what messages say, as many of
    the small ones first as MOST_BYTES allows."""

    relations: Mapping[int, Sequence[Any]]
    comments: Mapping[int, Sequence[Any]]
    mails: Mapping[int, StoredBody]


def find_whole_parts(rows: Sequence[Series]) -> dict[int, list[Any]]:
    """The patches of each series (by its id) as they are told of by themselves, in its order. One
    query, if they are of the projects that their series are of."""
    found: dict[int, list[Any]] = {row.pk: [] for row in rows}
    patches = with_arrival(plain_rows.patches({row.project_id: row.project for row in rows}))
    for patch in patches.filter(series__among_all=found.keys()).order_by(*IN_ORDER):
        found[patch.series_id].append(patch)
    return found


def find_inside(rows: Sequence[Series], parts: Mapping[int, Sequence[Any]], wish: Wish) -> Inside:
    """What is wished of series, which come with their covers, and of their parts: whole ones, if
    these are wished. At most three queries."""
    patches = [patch for row in rows for patch in parts[row.pk]]
    covers = [cover for cover in map(get_cover, rows) if cover]
    ids, covering = [patch.pk for patch in patches], [cover.pk for cover in covers]
    comments = _find_comments(ids, covering) if wish.comments else []
    read = [comment.pk for comment in comments]
    read += ids if wish.patches else []
    read += covering if wish.covers else []
    by_parent: dict[int, list[Any]] = defaultdict(list)
    for comment in comments:
        by_parent[comment.patch_id or comment.cover_id].append(comment)
    return Inside(
        relations=plain_rows.find_relations(patches) if wish.patches else {},
        comments=by_parent,
        mails=find_smallest(read, MOST_BYTES) if read else {},
    )


def _find_comments(patches: Sequence[int], covers: Sequence[int]) -> list[Any]:
    rows = with_arrival(plain_rows.comments())
    rows = rows.filter(Q(patch__among_all=patches) | Q(cover__among_all=covers))
    return list(rows.order_by("message__date", "pk"))
