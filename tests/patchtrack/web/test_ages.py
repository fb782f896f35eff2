"""Ages are told in their greatest unit."""

from datetime import timedelta

import pytest

from patchtrack.web.ages import format_age


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=6), "6 d"),
        (timedelta(days=29), "4 w"),
        (timedelta(days=364), "12 mo"),
        (timedelta(days=800), "2 y"),
    ],
)
def test_an_age_is_told_in_its_greatest_unit(age, said):
    assert format_age(age) == said
