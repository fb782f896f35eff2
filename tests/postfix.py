"""Whether the tests that need a real Postfix can run here."""

import os

import pytest

from tools.mayhem.postfix import find_obstacle


def require_postfix() -> None:
    """Skips where no Postfix can be started, but fails where TEST_REQUIRE names it, as in CI."""
    if obstacle := find_obstacle():
        if "postfix" in os.environ.get("TEST_REQUIRE", "").split():
            pytest.fail(f"{obstacle}, but TEST_REQUIRE says that it must be tried")
        pytest.skip(obstacle)
