"""git-pw: forms in, tables out."""

import csv

import pytest

from patchtrack.models import Bundle, Patch
from patchtrack.services.bundles import BundleWish, find_bundle_patches, make_bundle
from tests.clients.conftest import USERNAME
from tests.factories import UserFactory


@pytest.fixture
def git_pw(run, site):
    """git_pw("patch list"): what it prints."""
    # It asks git for its configuration as soon as it is imported.
    from git_pw.shell import cli

    def call(command: str, *arguments: object, project: str = "teapot", **options) -> str:
        server = ["--server", f"{site.url}/api/1.2", "--token", site.token, "--project", project]
        return run(cli, *server, *command.split(), *arguments, **options)

    return call


def read_table(text: str) -> list[list[str]]:
    """The rows of a table that was asked for by -f csv."""
    return [row for row in csv.reader(text.splitlines()) if row][1:]


def test_patches_are_listed(git_pw, site):
    said = git_pw("patch list --state new -c ID -c Name -f csv")
    assert read_table(said) == [[str(patch.pk), patch.name] for patch in site.patches[::-1]]


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ("--state accepted", 0),
        ("--submitter alice@example.org", 2),
        ("--submitter Spout", 2),
        ("--delegate greta", 1),
        ("--delegate greta@example.org", 1),
        ("--since 2020-01-01T00:00:00", 2),
        ("--before 2020-01-01", 0),
        ("--limit 1 --page 2", 1),
        ("--archived", 0),
        ("kettle", 1),
    ],
)
def test_patches_are_narrowed_down(git_pw, site, options, number):
    delegate = site.series.project.maintainers.get()
    Patch.objects.filter(number=1).update(delegate=delegate)
    assert len(read_table(git_pw("patch list -f csv", *options.split()))) == number


def test_a_patch_is_shown(git_pw, site):
    rows = dict(read_table(git_pw("patch show -f csv", site.patches[0].pk)))
    assert rows["Submitter"] == "Alice Spout (alice@example.org)"
    assert (rows["State"], rows["Archived"], rows["Project"]) == ("new", "False", "The teapot")


def test_what_is_not_there_is_told(git_pw, caplog):
    git_pw("patch show", 4711, status=1)
    assert "Resource not found" in caplog.text


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ((), "1-2-cup-Put-a-cup-below-the-spout.patch"),
        (("--diff",), "1-2-cup-Put-a-cup-below-the-spout.diff"),
    ],
)
def test_a_patch_is_downloaded(git_pw, site, tmp_path, options, name):
    git_pw("patch download", *options, site.patches[0].pk, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_patch_is_applied_with_those_before_it(git_pw, site, work_tree):
    git_pw("patch apply", site.patches[1].pk)
    assert work_tree.read_tree() == work_tree.run("rev-parse", "done^{tree}").decode()


def test_a_patch_is_updated(git_pw, site):
    cup = site.patches[0]
    decided = "--state under-review --archived True --delegate greta --commit-ref abc1"
    rows = dict(read_table(git_pw(f"patch update -f csv {decided}", cup.pk)))
    assert (rows["State"], rows["Archived"], rows["Delegate"]) == ("under-review", "True", USERNAME)
    cup.refresh_from_db()
    assert (cup.state.slug, cup.archived, cup.commit_ref) == ("under-review", True, "abc1")
    assert cup.delegate.username == USERNAME


def test_series_are_listed_shown_and_applied(git_pw, site, work_tree):
    series = site.series
    [[row]] = read_table(git_pw("series list -c ID -f csv --submitter alice@example.org"))
    assert row == str(series.pk)
    rows = read_table(git_pw("series show -f csv", series.pk))
    assert ["Received", "2 of 2"] in rows
    assert ["Complete", "True"] in rows
    git_pw("series apply", series.pk)
    assert work_tree.read_tree() == work_tree.run("rev-parse", "done^{tree}").decode()


def test_a_series_is_downloaded(git_pw, site, tmp_path):
    git_pw("series download", site.series.pk, tmp_path)
    [path] = tmp_path.iterdir()
    assert path.suffix == ".patch"
    assert path.read_bytes().count(b"\nX-Patchwork-Id:") == 2


def test_a_bundle_is_made_changed_and_deleted(git_pw, site):
    cup, kettle = (patch.pk for patch in site.patches)
    git_pw("bundle create --public tea", kettle)
    bundle = Bundle.objects.get(name="tea", public=True)
    git_pw("bundle add", bundle.pk, cup)
    assert [patch.pk for patch in find_bundle_patches(bundle)] == [cup, kettle]
    git_pw("bundle remove", bundle.pk, kettle)
    assert [patch.pk for patch in find_bundle_patches(bundle)] == [cup]
    git_pw("bundle update --name later --private", bundle.pk)
    assert read_table(git_pw("bundle list -f csv")) == [[str(bundle.pk), "later", USERNAME, "no"]]
    git_pw("bundle delete", bundle.pk)
    assert not Bundle.objects.exists()


def test_a_private_bundle_is_found_by_name_and_applied(git_pw, site, work_tree):
    """Its mbox needs the token, too."""
    owner = site.series.project.maintainers.get()
    ids = [patch.pk for patch in site.patches]
    make_bundle(owner, BundleWish(name="tea", patches=ids))
    make_bundle(UserFactory(), BundleWish(name="tea for somebody else", patches=ids))
    git_pw("bundle apply", "tea")
    assert work_tree.read_tree() == work_tree.run("rev-parse", "done^{tree}").decode()


def test_what_is_wrong_is_told(git_pw, site, caplog):
    git_pw("bundle create", "x" * 51, site.patches[0].pk, status=1)
    assert "Ensure this field has no more than 50 characters." in caplog.text
