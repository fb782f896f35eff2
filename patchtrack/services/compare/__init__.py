"""Compares two versions of a series as `git range-diff` does: pure functions over values."""

from patchtrack.services.compare.derive import compare_letters, compare_series
from patchtrack.services.compare.values import (
    Aspect,
    Comparison,
    Line,
    Row,
    SentPatch,
    Sign,
)

__all__ = [
    "Aspect",
    "Comparison",
    "Line",
    "Row",
    "SentPatch",
    "Sign",
    "compare_letters",
    "compare_series",
]
