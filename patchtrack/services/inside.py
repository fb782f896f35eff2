"""All that is in series: their patches in full, the comments, and what their mails say."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from patchtrack.models import Comment, Patch, Series
from patchtrack.services import related
from patchtrack.services.arrivals import with_arrival
from patchtrack.services.series import IN_ORDER
from patchtrack.services.series_summary import with_states
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

    relations: Mapping[int, Sequence[Patch]]
    comments: Mapping[int, Sequence[Comment]]
    mails: Mapping[int, StoredBody]


def find_whole_parts(rows: Sequence[Series]) -> dict[int, list[Patch]]:
    """The patches of each series (by its id) as they are told of by themselves, in its order; they
    come with what a summary is derived from. One query."""
    projects = {row.pk: row.project for row in rows}
    patches = related.patches().prefetch_related(None).order_by(*IN_ORDER)
    patches = patches.annotate(relation=F("in_relation__relation")).filter(series__in=projects)
    found: dict[int, list[Patch]] = {row: [] for row in projects}
    for patch in with_states(with_arrival(patches)):
        patch.project = projects[patch.series_id]
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
    by_parent: dict[int, list[Comment]] = defaultdict(list)
    for comment in comments:
        by_parent[comment.patch_id or comment.cover_id].append(comment)
    in_relations = [patch for patch in patches if wish.patches and patch.relation]
    return Inside(
        relations=related.find_relations(in_relations) if in_relations else {},
        comments=by_parent,
        mails=find_smallest(read, MOST_BYTES) if read else {},
    )


def _find_comments(patches: Sequence[int], covers: Sequence[int]) -> list[Comment]:
    rows = with_arrival(related.comments()).filter(Q(patch__in=patches) | Q(cover__in=covers))
    return list(rows.order_by("message__date", "pk"))
