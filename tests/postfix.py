"""Whether the tests that need a real Postfix can run here."""

from tests.required import require
from tools.mayhem.postfix import find_obstacle


def require_postfix() -> None:
    require("postfix", find_obstacle())
