"""No text stalls its reader; tools/bench_hostile.py measures that time grows with the length."""

import pytest

from tests.ingest.mail.hostile_texts import TEXTS, fill


@pytest.mark.timeout(30)
@pytest.mark.parametrize(("read", "start", "unit"), TEXTS)
def test_a_mebibyte_is_read_to_its_end(read, start, unit):
    """Reading takes well below a second; at a square of the length it would take hours."""
    text = fill(start, unit, 2**20)
    assert read(text) == read(text)
