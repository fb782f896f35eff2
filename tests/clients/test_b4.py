"""b4: it knows patches by their message-ids, and takes their states and checks from us."""

import logging

import pytest

from patchtrack.models import Patch
from patchtrack.services.checks import NewCheck, add_check
from patchtrack.services.mbox import format_mbox
from patchtrack.services.stored import find_cover_item, find_patch_items

# It leaves its connections to the garbage collection.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture
def b4(run, site, work_tree, monkeypatch):
    """b4("am", ...): what it prints."""
    from b4.command import cmd

    # It is not to ask other hosts: for keys by DNS, or the archive of a list.
    options = {
        "midmask": f"{site.url}/archive/%s",
        "pw-url": site.url, "pw-key": site.token, "pw-project": "teapot",
        "attestation-policy": "off", "pw-review-state": "under-review",
        "pw-accept-state": "accepted", "pw-discard-state": "rejected",
    }  # fmt: skip
    for name, value in options.items():
        work_tree.run("config", f"b4.{name}", value)
    # What it keeps from one call to the next.
    monkeypatch.setattr("b4.can_network", True)
    monkeypatch.setattr("b4.LORENODE", None)
    logger = logging.getLogger("b4")
    handlers = list(logger.handlers)
    yield lambda *arguments, **ends: run(cmd, *arguments, **ends)
    logger.handlers[:] = handlers


@pytest.fixture
def thread(site, tmp_path):
    """The series as a mbox file."""
    path = tmp_path / "thread.mbox"
    items = [find_cover_item(site.series.cover), *find_patch_items(site.patches)]
    path.write_bytes(format_mbox(items))
    return path


def first(site) -> str:
    return site.patches[0].message.message_id


def states() -> set[str]:
    return set(Patch.objects.values_list("state__slug", flat=True))


def test_what_is_taken_is_under_review_then_accepted(b4, site, thread, tmp_path):
    b4("--offline-mode", "am", "-m", thread, "-o", tmp_path, first(site))
    assert states() == {"under-review"}
    b4("ty", "-t", "1", "-o", tmp_path)
    assert states() == {"accepted"}


def test_what_is_taken_is_applied(b4, site, thread, work_tree):
    b4("--offline-mode", "shazam", "-m", thread, first(site))
    assert work_tree.read_tree() == work_tree.run("rev-parse", "done^{tree}").decode()


def test_a_failed_check_is_told(b4, site, thread, tmp_path):
    owner = site.series.project.maintainers.get()
    add_check(owner, site.patches[0].pk, NewCheck(state=3, context="ci"))
    said = b4("am", "-k", "-m", thread, "-o", tmp_path, first(site))
    page = f"{site.url}/project/teapot/patch/{first(site)}"
    assert f"patchwork: FAIL: {page}" in said
