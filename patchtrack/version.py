"""Which version of Patchtrack this is; pyproject.toml says it, and nothing else does."""

import tomllib
from functools import cache
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


@cache
def find_version() -> str:
    """The version of the program that runs, such as "1.2.0"."""
    return tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"]
