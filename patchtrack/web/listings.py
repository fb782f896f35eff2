"""The lists of series and patches, found so that a page of a million rows takes no longer."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from patchtrack.models import Patch, Project, Series, State
from patchtrack.services.filtering import (
    PatchFilter,
    filter_patches,
    filter_patches_of_series,
    filter_series,
)
from patchtrack.services.listing import (
    MOST_COUNTED,
    MOST_FOUND,
    MOST_READ,
    CountUpTo,
    format_count,
)
from patchtrack.services.planning import joining_at_once
from patchtrack.web.ordering import Key, Order
from patchtrack.web.paging import Page, make_page, read_cut, sort_rows

# What the rows of patches show, beside what is counted; to read all of five tables takes longer.
_RELATED = ("message", "submitter", "state", "delegate", "series")
_SHOWN = (
    *"name date archived pull_url version comment_count tags check_state".split(),
    *"message__message_id message__kind submitter__name submitter__address".split(),
    *"state__name delegate__username".split(),
    *(f"series__{name}" for name in "name received_total total complete".split()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that may be long. `places` have of each row its `own` key and its `place` in the
    order, and nothing else, since tens of thousands may have to be sorted; `shown` reads what a
    page shows of its rows. How long the list is, up to `most_told`, the first `most_counted` of
    `keys` tell, which have `own` too, each once or more often; or the first places, where one
    more costs little. `joins_many` says that the places are of more rows than PostgreSQL knows,
    with other tables joined to them.
    """

    places: QuerySet
    shown: QuerySet
    keys: QuerySet
    most_told: int = MOST_COUNTED
    most_counted: int = MOST_COUNTED
    place_is_cheap: bool = True
    joins_many: bool = False

    def without_rows(self) -> "Listing":
        return replace(self, places=self.places.none(), keys=self.keys.none())


class _Place(NamedTuple):
    """A row's key, and its place in the order."""

    own: int
    place: Key

    @property
    def pk(self) -> int:
        return self.own


def find_series(
    project: Project, wanted: PatchFilter, states: list[State], order: Order
) -> Listing:
    """The project's series that a filter lets through."""
    shown = Series.objects.select_related("submitter")
    sorts_all = not order.is_indexed
    rows = filter_series(project, wanted, states, sorts_all=sorts_all).values(own=F("pk"))
    places = rows.annotate(place=order.expression)
    # What is asked of patches finds them without their series, to be sorted by or counted.
    patches = filter_patches_of_series(project, wanted, states).values(own=F("series"))
    if order.of_patches and wanted.asks_of_patches:
        places = patches.annotate(place=order.of_patches)
    if not wanted.asks_of_patches:
        return Listing(places=places, shown=shown, keys=rows.order_by("-date"))
    joins_many = sorts_all and not order.of_patches
    if not wanted.asks_for_decisions_alone:
        return Listing(
            places=places,
            shown=shown,
            keys=rows.order_by("-date"),
            most_told=MOST_FOUND,
            most_counted=MOST_FOUND,
            joins_many=joins_many,
        )
    return Listing(
        places=places,
        shown=shown,
        keys=patches,
        most_counted=MOST_READ,
        place_is_cheap=sorts_all,
        joins_many=joins_many,
    )


def find_patches(
    project: Project, wanted: PatchFilter, states: list[State], order: Order
) -> Listing:
    """The project's patches that a filter lets through."""
    rows = filter_patches(project, wanted, states).values(own=F("pk"))
    # Newest first, where most of what is asked for is: else the database begins with the oldest.
    keys = rows.order_by("-date")
    return Listing(
        places=rows.annotate(place=order.expression),
        shown=Patch.objects.select_related(*_RELATED).only(*_SHOWN),
        keys=keys,
        place_is_cheap=order.name == "date" or not order.is_indexed,
    )


def find_counted_page(
    listing: Listing, parameters: Mapping[str, str], size: int, order: Order
) -> Page:
    """The page of a list that `find_page` would find, with the list's count. Two queries,
    one more for a page that has no rows, and one more for places that join many."""
    cut = read_cut(parameters, order)
    counts_places = listing.place_is_cheap and not cut.key
    most = max(size, listing.most_told) if counts_places else size
    with joining_at_once() if listing.joins_many else nullcontext():
        places = [_Place(**row) for row in sort_rows(listing.places, cut, "own")[: most + 1]]
    page = make_page(places[: size + 1], size, cut)
    shown = listing.shown
    if not counts_places:
        shown = shown.annotate(list_length=CountUpTo(listing.keys, listing.most_counted))
    read = shown.in_bulk([place.pk for place in page.rows])
    rows = [read[place.pk] for place in page.rows if place.pk in read]
    is_all = len(places) <= size and not cut.key
    length = len(places) if counts_places or is_all else _read_length(rows, listing)
    return replace(page, rows=rows, count=format_count(length, listing.most_told))


def _read_length(rows: Sequence[Any], listing: Listing) -> int:
    """What the rows say of the list; a page behind its end has none that could."""
    if rows:
        return rows[0].list_length
    return len({row["own"] for row in listing.keys[: listing.most_counted]})
