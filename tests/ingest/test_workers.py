"""Parser processes do what they are given in order, and nobody waits for one that is gone."""

import os

import pytest

from ingest.errors import TryAgain
from ingest.workers import Workers


def test_each_worker_is_a_process_of_its_own_that_stays():
    with Workers(2) as workers:
        first, second, again = (workers.submit(n, os.getpid).result() for n in (0, 1, 2))
    assert first == again
    assert len({first, second, os.getpid()}) == 3


def test_a_worker_that_is_killed_means_try_again():
    with pytest.raises(TryAgain, match="a parser process was killed"), Workers(1) as workers:
        workers.submit(0, os._exit, 9).result()


def test_what_was_not_begun_is_not_done_when_the_block_is_left_by_an_error(tmp_path):
    workers = Workers(1)
    made = [workers.submit(0, os.mkdir, tmp_path / str(number)) for number in range(100)]
    workers.__exit__(ValueError, ValueError(), None)
    assert made[-1].cancelled()
    assert len(list(tmp_path.iterdir())) < 100
