"""tools/screenshots.py takes all pictures; those in docs/ are of the same pages, and small."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.required import require
from tools import screenshots
from tools.chromium import find_obstacle

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES = ROOT / "docs/screenshots"
LARGEST = 200_000


def test_pictures_are_taken(tmp_path):
    require("chromium", find_obstacle())
    command = [sys.executable, ROOT / "tools/screenshots.py", tmp_path]
    subprocess.run(command, check=True, capture_output=True)
    assert {path.stem for path in tmp_path.iterdir()} == set(screenshots.SHOTS)
    assert max(path.stat().st_size for path in tmp_path.iterdir()) < LARGEST


@pytest.mark.parametrize("name", screenshots.SHOTS)
def test_each_picture_is_kept(name):
    assert 0 < (PICTURES / f"{name}.png").stat().st_size < LARGEST


def test_without_chromium_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr(screenshots, "find_obstacle", lambda: "Chromium is not installed")
    monkeypatch.setattr(sys, "argv", ["screenshots.py"])
    assert screenshots.main() == 69
    assert "Chromium is not installed" in capsys.readouterr().err
