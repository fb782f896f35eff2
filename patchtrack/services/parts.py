"""The patches of series as they are told of within them: plain values, for a page of series has
thousands, and a row of Django's takes ten times as long to make."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from patchtrack.models import Patch, Series
from patchtrack.services.series import IN_ORDER


class Part(NamedTuple):
    """A patch of `series` (an id), which came as the mail `msgid`. Its date is as the database
    writes it, in UTC: to read thousands takes longer than to tell of them. Its state is told by
    slug, and by its place among the states; `check_state` is None where it was not checked."""

    series: int
    pk: int
    name: str
    date: str
    msgid: str
    number: int | None
    state_slug: str
    state_place: int
    check_state: int | None


_COLUMNS = (
    "series_id", "pk", "name", "said", "msgid", "number", "state__slug",
    "state__ordering", "check_state",
)  # fmt: skip


def find_parts(series: Iterable[Series]) -> dict[int, list[Part]]:
    """The patches of each series (by its id), in its order; one query."""
    found: dict[int, list[Part]] = {row.pk: [] for row in series}
    # The index has them by series: PostgreSQL need not sort them all.
    rows = Patch.objects.filter(series__among_all=found.keys()).order_by("series", *IN_ORDER)
    rows = rows.annotate(said=Cast("date", TextField()))
    for part in map(Part._make, rows.values_list(*_COLUMNS)):
        found[part.series].append(part)
    return found
