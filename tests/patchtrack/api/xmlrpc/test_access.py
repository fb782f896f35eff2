"""Who may call which method of XML-RPC, and who is told what."""

import pytest

from patchtrack.models import Patch
from patchtrack.services.accounts import add_token
from patchtrack.services.logins import NAME_LIMIT
from tests.patchtrack.api.shared import project, series
from tests.patchtrack.api.test_permissions import EDITORS, WHO, add_people
from tests.patchtrack.api.xmlrpc.calling import Caller, basic, fault

# Fixtures.
__all__ = ["project", "series"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(project, patch) -> dict:
    return add_people(project, patch)


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
