"""What is told by XML-RPC, as pwclient asks for it."""

import pytest

from patchtrack.api.xmlrpc import arguments
from patchtrack.models import Patch, Person
from patchtrack.services.checks import NewCheck, add_check
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.patchtrack.api.xmlrpc.calling import fault

PARTS = ["[v2,1/3] Part 1", "[v2,3/3] Part 3"]


def names(rows) -> list[str]:
    return [row["name"] for row in rows]


def test_a_patch_is_told_as_patchwork_tells_it(ask, patch):
    told = ask.patch_get(patch.pk)
    assert told["date"] == b"2026-01-05 09:00:00"
    assert (told["name"], told["filename"]) == (PARTS[0], "v2-1-3-Part-1")
    assert (told["msgid"], told["hash"]) == ("<1@example.org>", patch.hash)
    assert (told["project"], told["state"]) == (b"Teapot", b"New")
    assert (told["submitter"], told["delegate"]) == (b"Alice Spout <alice@example.org>", b"")
    assert (told["archived"], told["commit_ref"], told["delegate_id"]) == (False, "", 0)


@pytest.mark.parametrize(
    ("method", "given", "nothing"),
    [
        ("patch_get", [4711], {}),
        ("patch_get_by_hash", ["0" * 40], {}),
        ("patch_get_by_hash", [""], {}),
        ("patch_get_by_project_hash", ["coffee", "0" * 40], {}),
        ("patch_get_mbox", [4711], ""),
        ("patch_get_diff", [4711], ""),
        ("patch_check_get", [4711], {}),
        ("project_get", [4711], {}),
        ("person_get", [4711], {}),
        ("state_get", [4711], {}),
        ("check_get", [4711], {}),
        ("check_list", [{"user": "nobody"}], []),
    ],
)
def test_what_there_is_not_is_empty(ask, db, method, given, nothing):
    assert getattr(ask, method)(*given) == nothing


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (None, PARTS),
        ({}, PARTS),
        ({"project_id": "{project}"}, PARTS),
        ({"project_id": 4711}, []),
        ({"submitter_id": "{submitter}"}, PARTS),
        ({"delegate_id": "{delegate}"}, PARTS[1:]),
        ({"delegate_id": "{submitter}"}, []),
        ({"state_id": 1}, PARTS),
        ({"state_id": 2}, []),
        ({"archived": True}, []),
        ({"archived": False}, PARTS),
        ({"msgid": "<3@example.org>"}, PARTS[1:]),
        ({"msgid": "3@example.org", "hash": None}, PARTS[1:]),
        ({"series": "{series}"}, PARTS),
        ({"hash": "{hash}"}, PARTS[:1]),
        ({"name__icontains": "PART 3"}, PARTS[1:]),
        ({"name": PARTS[0]}, PARTS[:1]),
        ({"id": "{id}"}, PARTS[:1]),
        ({"max_count": 1}, PARTS[:1]),
        ({"max_count": -1}, PARTS[1:]),
        ({"max_count": -100_000}, PARTS),
    ],
)
def test_lists_of_patches(ask, project, patch, filters, expected):
    delegate = UserFactory()
    Patch.objects.filter(number=3).update(delegate=delegate)
    ids = {
        "project": project.pk,
        "submitter": patch.submitter_id,
        "delegate": Person.objects.create(address="d@example.org", user=delegate).pk,
        "series": patch.series_id,
        "hash": patch.hash,
        "id": patch.pk,
    }
    wanted = filters and {
        name: value.format(**ids) if isinstance(value, str) else value
        for name, value in filters.items()
    }
    assert names(ask.patch_list(wanted)) == expected


def test_a_list_of_too_many_is_refused(ask, patch, monkeypatch):
    monkeypatch.setattr(arguments, "MOST_ROWS", 1)
    assert fault(ask.patch_list, {}).startswith("more than 1 match")
    assert names(ask.patch_list({"max_count": 1})) == PARTS[:1]


def test_projects_and_states(ask, project):
    [told] = ask.project_list("POT", 0)
    assert (told, ask.project_get(project.pk)) == (ask.project_get(told["id"]), told)
    assert told == {"id": project.pk, "linkname": "teapot", "name": "Teapot"}
    assert names(ask.state_list("new", 0)) == ["New"]
    assert names(ask.state_list(None, 2)) == ["New", "Under Review"]
    assert ask.state_get(1) == {"id": 1, "name": "New"}


def test_a_patch_is_found_by_its_hash(ask, patch):
    assert ask.patch_get_by_hash(patch.hash.upper())["id"] == patch.pk
    assert ask.patch_get_by_project_hash("teapot", patch.hash)["id"] == patch.pk


def test_mbox_and_diff(ask, client, patch):
    mbox = client.get("/project/teapot/patch/1@example.org/mbox/").content.decode()
    assert ask.patch_get_mbox(patch.pk) == mbox
    assert ask.patch_get_diff(patch.pk) == make_diff("part1.c")


def test_what_xml_cannot_hold_comes_out_of_the_mbox_all_the_same(ask, project):
    """A form feed has no place in XML, and stands in many a source file."""
    diff = make_diff(old="cold\f\x01", new="hot\f")
    deliver(project, make_mail(subject="[PATCH] Feed \x01", diff=diff))
    patch = Patch.objects.get().pk
    mbox = ask.patch_get_mbox(patch)
    assert "-cold=0C=01" in mbox
    assert "the mbox has it" in fault(ask.patch_get_diff, patch)
    assert ask.patch_get(patch)["name"].startswith("Feed")


def test_crs_are_not_lost(ask, project):
    diff = make_diff(old="cold\r", new="hot")
    deliver(project, make_mail(diff=diff))
    assert ask.patch_get_diff(Patch.objects.get().pk) == diff


def test_checks_are_told_oldest_first(ask, maintainer, patch):
    for context in "bac":
        add_check(maintainer, patch.pk, NewCheck(state=1, context=context))
    assert [row["context"] for row in ask.check_list({"patch_id": patch.pk})] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("method", "given", "number"),
    [("patch_list", [], 2), ("person_list", [], 1), ("check_list", [], 1), ("project_list", [], 1)],
)
def test_queries_do_not_grow(
    ask, project, patch, maintainer, django_assert_num_queries, method, given, number
):
    for count in range(3):
        diff = make_diff(f"{count}.c")
        mail = make_mail(sender=f"p{count} <p{count}@example.org>", diff=diff)
        deliver(project, mail)
        add_check(maintainer, patch.pk, NewCheck(state=1, context=f"ci{count}"))
        ProjectFactory()
    with django_assert_num_queries(number):
        getattr(ask, method)(*given)
