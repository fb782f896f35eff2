"""What stays as long as the process is not looked through for what is out of use."""

import gc
from collections.abc import Iterator

import pytest

from patchtrack.web.lasting import freeze_what_lasts


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def test_what_is_there_already_is_not_looked_through_again():
    before = len(gc.get_objects())
    freeze_what_lasts()
    assert len(gc.get_objects()) < before / 10


def test_a_long_list_is_not_looked_through_while_it_is_made():
    freeze_what_lasts()
    gc.collect()
    before = gc.get_stats()[0]["collections"]
    rows = [[] for _ in range(5000)]
    assert gc.get_stats()[0]["collections"] == before
    assert len(rows) == 5000
