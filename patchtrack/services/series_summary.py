"""What the patches of a series say together: their states, their checks, and what is missing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from patchtrack.models import Patch, Series
from patchtrack.services.checks import choose_worst

# Of a series that lacks more, only the first numbers are told.
MOST_MISSING = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many patches are in each state (by slug, in the states' order), the worst of their
    checks (a Check.Result; None where no patch was checked), and the numbers of the first
    MOST_MISSING patches that have not arrived."""

    states: Mapping[str, int]
    check: int | None
    missing: Sequence[int]


def with_states(patches: QuerySet[Patch]) -> QuerySet[Patch]:
    """Patches with what a summary tells of their states, as a Part has it: a row for each would
    take longer."""
    return patches.annotate(state_slug=F("state__slug"), state_place=F("state__ordering"))


def derive_summary(series: Series, patches: Iterable[Any]) -> Summary:
    """The summary of a series and its patches: a Part each, or a patch `with_states`."""
    rows = sorted(patches, key=lambda patch: patch.state_place)
    checks = [patch.check_state for patch in rows if patch.check_state is not None]
    numbers = {patch.number for patch in rows}
    return Summary(
        states=Counter(patch.state_slug for patch in rows),
        check=choose_worst(checks) if checks else None,
        missing=() if series.complete else derive_missing(numbers, series.total),
    )


def derive_missing(numbers: Iterable[int | None], total: int) -> list[int]:
    """Which numbers from 1 to `total` are not among some, at most MOST_MISSING."""
    known = set(numbers)
    # So many numbers hold enough that are missing, however large the total is.
    first = range(1, min(total, MOST_MISSING + len(known)) + 1)
    return [number for number in first if number not in known][:MOST_MISSING]
