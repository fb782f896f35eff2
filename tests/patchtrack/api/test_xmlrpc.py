"""Patchwork's older interface, as pwclient calls it."""

from xmlrpc.client import Fault

import pytest

from patchtrack.api.xmlrpc import arguments
from patchtrack.models import Check, Patch, Person, State
from patchtrack.services.accounts import add_token
from patchtrack.services.checks import NewCheck, add_check
from patchtrack.services.logins import NAME_LIMIT
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.patchtrack.api.calling import Caller, basic
from tests.patchtrack.api.test_permissions import EDITORS, WHO, people

# A fixture.
__all__ = ["people"]


@pytest.fixture(autouse=True)
def enabled(settings):
    settings.PATCHTRACK_XMLRPC = True


@pytest.fixture
def ask(client) -> Caller:
    return Caller(client)


@pytest.fixture
def greta(client, maintainer) -> Caller:
    """The maintainer, by name and password."""
    maintainer.set_password("long and secret")
    maintainer.save()
    return Caller(client, basic("maintainer", "long and secret"))


def fault(call, *given) -> str:
    with pytest.raises(Fault) as caught:
        call(*given)
    assert caught.value.faultCode == 1
    return caught.value.faultString


def names(rows) -> list[str]:
    return [row["name"] for row in rows]


PARTS = ["[v2,1/3] Part 1", "[v2,3/3] Part 3"]


@pytest.mark.parametrize("path", ["/xmlrpc/", "/xmlrpc"])
def test_it_is_off_unless_enabled(client, settings, db, path):
    settings.PATCHTRACK_XMLRPC = False
    assert client.post(path, b"", content_type="text/xml").status_code == 404


def test_it_is_there_without_the_final_slash(client, db):
    """As pwclient's own documentation has it."""
    assert client.post("/xmlrpc", b"", content_type="text/xml").status_code == 200


def test_it_is_called_by_post_alone(client, db):
    answer = client.get("/xmlrpc/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_request_for_a_whole_address_is_one_for_its_path(client, patch):
    """pwclient sends `POST http://host/xmlrpc/`."""
    answer = client.post(
        "/xmlrpc/", b"", content_type="text/xml", PATH_INFO="http://testserver/xmlrpc/"
    )
    assert answer.status_code == 200
    assert client.get("/", PATH_INFO=f"HTTP://testserver/api/patches/{patch.pk}/").json()["id"]
    assert client.get("/", PATH_INFO="http://testserver").status_code == 200


def test_the_host_of_a_whole_address_counts(client, db, settings):
    settings.ALLOWED_HOSTS = ["a.example.org"]
    ask = {"PATH_INFO": "http://me@a.example.org/api/", "HTTP_HOST": "elsewhere"}
    assert client.get("/", **ask).json()["patches"] == "http://a.example.org/api/patches/"
    ask = {"PATH_INFO": "http://elsewhere/api/", "HTTP_HOST": "a.example.org"}
    assert client.get("/", **ask).status_code == 400


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


def test_nobody_else_sees_addresses_or_finds_people_by_a_part_of_one(ask, greta, patch):
    told = {"id": patch.submitter_id, "email": "", "name": "Alice Spout", "user": b""}
    assert ask.person_list("spout", 0) == ask.person_list("Alice@example.org", 0) == [told]
    assert ask.person_get(patch.submitter_id) == told
    assert ask.person_list("alice@", 0) == []
    assert greta.person_list("alice@", 0)[0]["email"] == "alice@example.org"
    assert greta.person_get(patch.submitter_id)["email"] == "alice@example.org"


def test_a_session_opens_nothing(ask, client, patch, maintainer):
    """Else a page elsewhere could call in the name of who looks at it."""
    client.force_login(maintainer)
    assert fault(ask.patch_set, patch.pk, {"archived": True}) == (
        "Authentication credentials were not provided."
    )


def test_a_patch_is_changed(greta, patch):
    accepted = State.objects.get(slug="accepted")
    wanted = {"state": accepted.pk, "archived": True, "commit_ref": "ab1", "name": "x"}
    assert greta.patch_set(patch.pk, wanted) is True
    patch.refresh_from_db()
    assert (patch.state, patch.archived, patch.commit_ref) == (accepted, True, "ab1")
    assert patch.name == PARTS[0]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"state": 4711}, "No State matches the given query."),
        ({"state": "new"}, "an id is a number"),
        ({"archived": "perhaps"}, "archived: Must be a valid boolean."),
        ({"commit_ref": "x" * 256}, "commit_ref: Ensure this field has no more than 255"),
        ([], "what is to be changed is a struct"),
    ],
)
def test_what_cannot_be_is_refused(greta, patch, wanted, reason):
    assert fault(greta.patch_set, patch.pk, wanted).startswith(reason)


def test_a_check_is_reported_and_told(ask, greta, patch, maintainer):
    assert greta.check_create(patch.pk, "ci", "success", "https://example.org/1", "fine")
    [told] = ask.check_list({"patch_id": patch.pk, "user": "maintainer"})
    assert (told["context"], told["state"], told["description"]) == ("ci", "success", "fine")
    assert (told["patch"], told["user"]) == (PARTS[0].encode(), b"maintainer")
    assert ask.check_get(told["id"]) == told
    assert ask.patch_check_get(patch.pk) == {"state": "success", "total": 1, "checks": [told]}


def test_a_check_without_a_state_is_refused(greta, patch):
    said = fault(greta.check_create, patch.pk, "ci", "splendid")
    assert said == 'state: "splendid" is not a valid choice.'
    assert not Check.objects.exists()


def test_checks_are_told_oldest_first(ask, maintainer, patch):
    for context in "bac":
        add_check(maintainer, patch.pk, NewCheck(state=1, context=context))
    assert [row["context"] for row in ask.check_list({"patch_id": patch.pk})] == ["b", "a", "c"]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(
    ("method", "given"), [("patch_set", [{"archived": True}]), ("check_create", ["ci", "fail"])]
)
def test_only_who_may_change_a_patch_does(client, patch, people, who, method, given):
    token = f"Token {add_token(people[who])}" if who in people else ""
    call = getattr(Caller(client, token), method)
    if who in EDITORS:
        assert call(patch.pk, *given) is True
        return
    refusals = {
        "anonymous": "Authentication credentials were not provided.",
        "inactive": "Invalid token.",
    }
    said = fault(call, patch.pk, *given)
    assert said == refusals.get(who, "You do not have permission to perform this action.")


@pytest.mark.parametrize(
    ("scope", "check", "change"),
    [("all", True, True), ("checks", True, False), ("read", False, False)],
)
def test_a_token_may_do_what_its_scope_says(client, patch, maintainer, scope, check, change):
    ask = Caller(client, f"Token {add_token(maintainer, scope=scope)}")
    for may, method, given in (
        (check, "check_create", ["ci", "fail"]), (change, "patch_set", [{"archived": True}]),
    ):  # fmt: skip
        if may:
            assert getattr(ask, method)(patch.pk, *given) is True
        else:
            assert fault(getattr(ask, method), patch.pk, *given).startswith("This token may ")


def test_guessing_is_slowed_down_as_on_the_login_page(client, greta, patch):
    wrong = Caller(client, basic("maintainer", "wrong"))
    for _ in range(NAME_LIMIT.burst):
        said = fault(wrong.patch_set, patch.pk, {"archived": True})
        assert said == "Invalid username/password."
    assert "throttled" in fault(greta.patch_set, patch.pk, {"archived": True})
    assert not Patch.objects.filter(archived=True).exists()


def test_who_only_reads_has_no_password_checked(client, greta, patch, monkeypatch):
    """It is slow to check, and pwclient sends it with every call."""
    monkeypatch.setattr("django.contrib.auth.authenticate", None)
    monkeypatch.setattr("rest_framework.authentication.authenticate", None)
    assert greta.patch_get(patch.pk)["id"] == patch.pk


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
