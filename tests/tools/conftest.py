"""What the tests of our tools share."""

import signal
from collections.abc import Iterator

import pytest

from tools.parallel_parse import STOPPING


@pytest.fixture
def signals() -> Iterator[None]:
    """A test may have a tool handle signals in this process; then all is as it was."""
    before = {number: signal.getsignal(number) for number in STOPPING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
