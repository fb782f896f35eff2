"""What is missing is told by a skip, and CI fails for it."""

from pathlib import Path

import pytest

from tests.required import require

CI = Path(__file__).resolve().parent.parent / ".ci/run"


def test_what_is_there_is_tried(monkeypatch):
    monkeypatch.setenv("TEST_REQUIRE", "kettle")
    require("kettle", "")


@pytest.mark.parametrize("required", ["", "postfix", "kettles"])
def test_what_is_missing_is_skipped_with_a_word(monkeypatch, required):
    monkeypatch.setenv("TEST_REQUIRE", required)
    with pytest.raises(pytest.skip.Exception, match="no kettle here"):
        require("kettle", "no kettle here")


@pytest.mark.parametrize("required", ["kettle", "postfix kettle"])
def test_what_is_missing_but_required_fails(monkeypatch, required):
    monkeypatch.setenv("TEST_REQUIRE", required)
    with pytest.raises(pytest.fail.Exception, match="no kettle here, but TEST_REQUIRE"):
        require("kettle", "no kettle here")


def test_ci_requires_and_installs_all_of_them():
    script = CI.read_text()
    assert 'export TEST_REQUIRE="postfix chromium"\n' in script
    assert "missing+=(postfix)" in script
    assert "missing+=(chromium-headless-shell " in script
