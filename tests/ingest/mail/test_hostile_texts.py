"""No text stalls its reader; tools/bench_hostile.py measures that time grows with the length."""

import pytest

from tests.ingest.mail.hostile_texts import TEXTS, fill


@pytest.mark.timeout(30)
@pytest.mark.parametrize(("read", "start", "unit"), TEXTS)
def test_a_long_text_is_read_to_its_end(read, start, unit):
    """Reading takes a part of a second; at a square of the length it would take minutes."""
    text = fill(start, unit, 2**18)
    assert read(text) == read(text)
