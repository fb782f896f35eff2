"""pwclient, by REST and by XML-RPC."""

import pytest
from pwclient import shell

from patchtrack.models import Check
from tests.clients.conftest import PASSWORD, USERNAME

# It leaves its connections to the garbage collection.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

BACKENDS = {"rest": "api/1.2", "xmlrpc": "xmlrpc/"}


@pytest.fixture(params=BACKENDS)
def backend(request) -> str:
    return request.param


@pytest.fixture
def pwclient(run, site, backend, tmp_path, monkeypatch):
    """pwclient("list"): what it prints."""
    path = tmp_path / "pwclientrc"
    path.write_text(
        f"[teapot]\nbackend = {backend}\nurl = {site.url}/{BACKENDS[backend]}\n"
        f"username = {USERNAME}\npassword = {PASSWORD}\n"
    )
    monkeypatch.setattr(shell, "CONFIG_FILE", str(path))
    return lambda *arguments, **options: run(
        lambda: shell.main(list(map(str, arguments))), **options
    )


def test_patches_are_listed(pwclient, site):
    said = pwclient("list", "-s", "new", "-a", "no", "-f", "%{id} %{name}")
    assert said.splitlines() == [f"{patch.pk} {patch.name}" for patch in site.patches]
    assert "cup" not in pwclient("list", "-s", "Accepted")


def test_patches_are_found(pwclient, site):
    cup, kettle = site.patches
    for option in (["-m", f"<{kettle.message.message_id}>"], ["-H", kettle.hash]):
        assert pwclient("list", *option, "-f", "%{id}") == f"{kettle.pk}\n"
    said = pwclient("list", "-S", cup.series_id, "-f", "%{id}")
    assert said == f"{cup.pk}\n{kettle.pk}\n"


def test_patches_of_a_submitter_are_listed(pwclient, site):
    said = pwclient("list", "-w", "alice@example.org")
    assert "Patches submitted by Alice Spout <alice@example.org>" in said
    assert "Heat the water" in said


def test_a_list_has_all_pages(pwclient, backend, monkeypatch):
    monkeypatch.setattr("patchtrack.api.paging.DEFAULT_SIZE", 1)
    assert len(pwclient("list", "-f", "%{id}").split()) == 2


def test_a_patch_is_shown(pwclient, site):
    said = pwclient("info", site.patches[0].pk)
    assert "- name          : [1/2] cup: Put a cup below the spout" in said
    assert "- submitter     : Alice Spout <alice@example.org>" in said


def test_a_patch_is_downloaded(pwclient, site, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "1-2-cup-Put-a-cup-below-the-spout.patch"
    assert pwclient("get", site.patches[0].pk) == f"Saved patch to {name}\n"
    assert (tmp_path / name).read_text().startswith("From patchwork ")


def test_patches_are_applied(pwclient, site, work_tree):
    """The second holds a form feed, which XML cannot carry."""
    for patch in site.patches:
        pwclient("git-am", patch.pk)
    assert work_tree.read_tree() == work_tree.run("rev-parse", "done^{tree}").decode()
    assert work_tree.read_message() == "kettle: Heat the water\n\nCold water makes no tea.\n\n"


def test_a_patch_is_updated(pwclient, site):
    patch = site.patches[0]
    pwclient("update", "-s", "Under Review", "-a", "yes", "-c", "abc1", patch.pk)
    patch.refresh_from_db()
    assert (patch.state.slug, patch.archived) == ("under-review", True)
    assert patch.commit_ref == "abc1"
    pwclient("update", "-a", "no", patch.pk)
    patch.refresh_from_db()
    assert (patch.state.slug, patch.archived) == ("under-review", False)


def test_checks_are_made_and_listed(pwclient, site):
    patch = site.patches[0].pk
    made = ("-c", "ci", "-s", "success", "-u", "https://ci.example.org/1", "-d", "fine")
    pwclient("check-create", *made, patch)
    check = Check.objects.get(patch=patch)
    assert (check.context, check.get_state_display(), check.user.username) == (
        "ci", "success", USERNAME,
    )  # fmt: skip
    assert "success" in pwclient("check-list", "-u", USERNAME, patch)
    assert "fine" in pwclient("check-get", patch)
    assert "https://ci.example.org/1" in pwclient("check-info", patch, check.pk)


def test_projects_are_listed(pwclient):
    assert "teapot" in pwclient("projects")
