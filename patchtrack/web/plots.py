"""Draws how many mails came on each day, as bars without any style or script of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from patchtrack.models import Outcome
from patchtrack.services.mail_health import Day

# The drawing's own units; the page stretches it.
HEIGHT = 32
STEP = 10
_GAP = 2
# One mail among thousands is seen too.
_LOWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A day's mails; the bar stands on the bottom of the drawing, and `title` tells its number."""

    x: int
    y: int
    width: int
    height: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The days of one outcome, on a scale of its own, so that rare outcomes are seen beside
    frequent ones. `peak` is the day with most mails, None if there are none at all."""

    outcome: Outcome
    total: int
    most: int
    peak: date | None
    width: int
    bars: Sequence[Bar]


def derive_strips(days: Sequence[Day]) -> list[Strip]:
    """A strip for each outcome."""
    return [_derive_strip(outcome, days) for outcome in Outcome]


def _derive_strip(outcome: Outcome, days: Sequence[Day]) -> Strip:
    numbers = [day.counts.get(outcome, 0) for day in days]
    most = max(numbers, default=0)
    return Strip(
        outcome=outcome,
        total=sum(numbers),
        most=most,
        peak=days[numbers.index(most)].date if most else None,
        width=len(days) * STEP,
        bars=[
            _derive_bar(place, number, most, day.date)
            for place, (number, day) in enumerate(zip(numbers, days, strict=True))
            if number
        ],
    )


def _derive_bar(place: int, number: int, most: int, day: date) -> Bar:
    height = max(_LOWEST, round(HEIGHT * number / most))
    return Bar(
        x=place * STEP + _GAP // 2,
        y=HEIGHT - height,
        width=STEP - _GAP,
        height=height,
        title=f"{day:%a %d %b}: {number}",
    )
