"""Whoever sees little can read our code: each colour of it on each ground it may stand on."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "patchtrack/static/patchtrack"
GROUNDS = "page add-line add-word del-line del-word target".split()
# WCAG 2.2, criterion 1.4.3.
LEAST = 4.5


def read_colours(sheet: str, *, dark: bool) -> dict[str, str]:
    light, _, rest = (STATIC / sheet).read_text().partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): #([0-9a-f]{6});", light))
    return found | (dict(re.findall(r"--([a-z-]+): #([0-9a-f]{6});", rest)) if dark else {})


def measure_light(colour: str) -> float:
    """The relative luminance that WCAG 2.2 defines."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def measure_contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(measure_light, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ground", GROUNDS)
def test_code_can_be_read_on_every_ground(ground, dark):
    colours = read_colours("style.css", dark=dark) | read_colours("patch.css", dark=dark)
    inks = ["text", *(name for name in colours if name.startswith("code-"))]
    assert len(inks) == 8
    for ink in inks:
        assert measure_contrast(colours[ink], colours[ground]) >= LEAST, ink


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ground", ["page", "add-line", "del-line", "target"])
def test_line_numbers_can_be_read_on_every_line(ground, dark):
    colours = read_colours("style.css", dark=dark) | read_colours("patch.css", dark=dark)
    assert measure_contrast(colours["minor"], colours[ground]) >= LEAST
