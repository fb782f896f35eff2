"""A plot shows each outcome on a scale of its own."""

from datetime import date

from patchtrack.services.mail_health import Day
from patchtrack.web.plots import HEIGHT, Strip, derive_strips


def strip_of(outcome: str, *numbers: int) -> Strip:
    days = [
        Day(date=date(2026, 1, day), counts={outcome: number} if number else {})
        for day, number in enumerate(numbers, 1)
    ]
    return next(strip for strip in derive_strips(days) if strip.outcome == outcome)


def test_the_day_with_most_mails_fills_the_height():
    strip = strip_of("stored", 50, 100)
    assert [bar.height for bar in strip.bars] == [HEIGHT / 2, HEIGHT]
    assert (strip.total, strip.most, strip.peak) == (150, 100, date(2026, 1, 2))


def test_one_mail_among_many_is_seen():
    assert strip_of("stored", 1, 1_000_000).bars[0].height > 0


def test_a_day_without_mail_has_no_bar_but_its_place():
    strip = strip_of("unrouted", 1, 0, 1)
    assert [bar.x // 10 for bar in strip.bars] == [0, 2]
    assert strip.width == 30


def test_a_bar_tells_its_number():
    assert strip_of("unrouted", 7).bars[0].title == "Thu 01 Jan: 7"


def test_no_mail_at_all_is_drawn_too():
    strip = strip_of("stored", 0, 0)
    assert (strip.bars, strip.peak) == ([], None)
