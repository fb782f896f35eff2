"""What some tests need and not every machine has."""

import os

import pytest


def require(name: str, obstacle: str) -> None:
    """Skips if there is an obstacle, but fails if TEST_REQUIRE names what is wanted, as in CI."""
    if not obstacle:
        return
    if name in os.environ.get("TEST_REQUIRE", "").split():
        pytest.fail(f"{obstacle}, but TEST_REQUIRE says that it must be tried")
    pytest.skip(obstacle)
