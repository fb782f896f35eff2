"""The list that the reader of a patch came from, and the patches before and behind it there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db.models import BooleanField, Case, F, Q, QuerySet, Subquery, Value, When

from patchtrack.models import Patch, State
from patchtrack.services.filtering import filter_patches, find_named
from patchtrack.services.permissions import User
from patchtrack.web.filters import format_filter, parse_filter
from patchtrack.web.links import list_url
from patchtrack.web.ordering import Order, format_key, parse_order
from patchtrack.web.paging import Cut, beyond, format_cut, sort_rows

_SHOWN = ("name", "message__message_id", "message__kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A list of patches: the parameters of its address, the order among them too. There is
    nothing of an address in it beside, so that it leads to no other place."""

    asked: Mapping[str, str]
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Where the list is, and the patches beside one in it; None at the list's ends."""

    back: str
    previous: Patch | None
    next: Patch | None


def parse_origin(parameters: Mapping[str, str]) -> Origin | None:
    """What `?from=` says, the query of a list's address; None where the reader came from none.

    As in the list itself, what cannot be understood is passed over.
    """
    if "from" not in parameters:
        return None
    asked = dict(parse_qsl(parameters["from"]))
    return Origin(asked=asked, order=parse_order(asked.get("order", ""), "patches"))


def format_origin(query: str) -> str:
    """The query by which a patch's address says that its reader came from this list."""
    return "?" + urlencode({"from": query})


def annotate_place(patches: QuerySet[Patch], origin: Origin) -> QuerySet[Patch]:
    """Patches with their `place` in the list's order, as `find_neighbours` needs it."""
    return patches.annotate(place=origin.order.expression)


def find_neighbours(
    patch: Patch, origin: Origin, states: Sequence[State], viewer: User
) -> Neighbours:
    """The neighbours of a patch that has its `place`; one query, and one more for a filter by a
    part of a name.

    The patch itself need not be in the list any more: a decision may have taken it away.
    """
    project, order = patch.message.project, origin.order
    wanted = parse_filter(origin.asked, list(states), viewer)
    rows = filter_patches(project, find_named(wanted), states).values(own=F("pk"))
    rows = rows.annotate(place=order.expression)
    key = format_key(patch.place, patch.pk)
    before, behind = (Cut(key=key, backwards=way, order=order) for way in (True, False))
    beside = [Subquery(sort_rows(rows, cut, "own").values("own")[:1]) for cut in (before, behind)]
    is_behind = Case(
        When(beyond(behind), then=Value(True)), default=False, output_field=BooleanField()
    )
    found = Patch.objects.filter(Q(pk=beside[0]) | Q(pk=beside[1])).annotate(
        place=order.expression, is_behind=is_behind
    )
    by_way = {row.is_behind: row for row in found.select_related("message").only(*_SHOWN)}
    query = urlencode(format_filter(wanted) | order.parameters | format_cut(origin.asked))
    return Neighbours(
        back=list_url(project.linkname, "patches", query),
        previous=by_way.get(False),
        next=by_way.get(True),
    )
