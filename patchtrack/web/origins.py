"""The list that the reader of a patch or a series came from, and the patches beside one there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db.models import BooleanField, Case, F, Q, QuerySet, Subquery, Value, When

from patchtrack.models import Patch, Project, State
from patchtrack.services.filtering import PatchFilter, filter_patches, find_named
from patchtrack.services.permissions import User
from patchtrack.web.filters import format_filter, parse_filter
from patchtrack.web.links import list_url
from patchtrack.web.ordering import Order, format_key, parse_order
from patchtrack.web.paging import Cut, beyond, format_cut, sort_rows

_SHOWN = ("name", "message__message_id", "message__kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A list of "patches" or "series", its kind: the parameters of its address, the order among
    them too. There is nothing of an address in it beside, so that it leads to no other place."""

    kind: str
    asked: Mapping[str, str]
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Where the list is, and the patches beside one in it; None at the list's ends."""

    back: str
    previous: Patch | None
    next: Patch | None


def parse_origin(parameters: Mapping[str, str], kind: str = "patches") -> Origin | None:
    """What `?from=` says, the query of a list's address; None where the reader came from none.

    What cannot be understood is passed over.
    """
    if "from" not in parameters:
        return None
    asked = dict(parse_qsl(parameters["from"]))
    return Origin(kind=kind, asked=asked, order=parse_order(asked.get("order", ""), kind))


def format_origin(query: str) -> str:
    """The query by which an address says that its reader came from this list."""
    return "?" + urlencode({"from": query})


def keep_origin(parameters: Mapping[str, str]) -> str:
    """What another address of the same page takes along, behind its own parameters."""
    return f"&{urlencode({'from': parameters['from']})}" if "from" in parameters else ""


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
    return Neighbours(
        back=_way_back(project, origin, wanted),
        previous=by_way.get(False),
        next=by_way.get(True),
    )


def find_way_back(project: Project, origin: Origin, viewer: User) -> str:
    """The address of the page of the list that one came from; one query."""
    return _way_back(project, origin, parse_filter(origin.asked, list(State.objects.all()), viewer))


def _way_back(project: Project, origin: Origin, wanted: PatchFilter) -> str:
    parameters = format_filter(wanted) | origin.order.parameters | format_cut(origin.asked)
    return list_url(project.linkname, origin.kind, urlencode(parameters))
