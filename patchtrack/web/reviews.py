"""Tells who reviewed what of a series."""

from collections.abc import Iterable, Sequence

from patchtrack.models import Patch
from patchtrack.services.reviews import Review


def show_reviews(reviews: Iterable[Review], patches: Sequence[Patch]) -> list[dict[str, str]]:
    """Who said what, and of which of the patches if not of all, for a template."""
    return [
        {"who": review.who, "tag": review.tag, "of": _name_patches(review, len(patches))}
        for review in reviews
    ]


def _name_patches(review: Review, total: int) -> str:
    numbers = [number for number in review.patches if number]
    return "" if len(review.patches) == total else format_numbers(numbers)


def format_numbers(numbers: Sequence[int]) -> str:
    """Increasing numbers for people to read: "1–3, 5"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)
