"""What every kind of user gets for every method at every address, in one table."""

import json

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from patchtrack.models import Comment, Cover, Patch, Person, Series
from patchtrack.services.bundles import BundleWish, make_bundle
from patchtrack.services.checks import NewCheck, add_check
from tests.factories import ProjectFactory, UserFactory
from tests.patchtrack.api.conftest import make_api
from tests.patchtrack.api.shared import patch, project, series

# Fixtures.
__all__ = ["patch", "project", "series"]

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WHO = (
    "anonymous stranger submitter delegate maintainer elsewhere superuser inactive "
    "commenter owner"
).split()  # fmt: skip
# Who may change a patch.
EDITORS = {"submitter", "delegate", "maintainer", "superuser"}
# And all patches of its series, which the delegate has only one of.
EDITORS_OF_ALL = EDITORS - {"delegate"}
EVERYBODY = frozenset(WHO)
USERS = EVERYBODY - {"anonymous", "inactive"}

# By address, and method with what it sends: who is let in, and the status they get.
TABLE = {
    ("GET", "", ""): (EVERYBODY, 200),
    ("POST", "", '{}'): (EVERYBODY, 405),
    ("GET", "schema/", ""): (EVERYBODY, 200),
    ("GET", "projects/", ""): (EVERYBODY, 200),
    ("POST", "projects/", '{}'): (EVERYBODY, 405),
    ("GET", "projects/teapot/", ""): (EVERYBODY, 200),
    ("PATCH", "projects/teapot/", '{"web_url": "https://example.org/"}'): (
        {"maintainer", "superuser"}, 200,
    ),
    ("PUT", "projects/teapot/", '{}'): ({"maintainer", "superuser"}, 200),
    ("DELETE", "projects/teapot/", ""): (EVERYBODY, 405),
    ("GET", "users/", ""): (USERS, 200),
    ("POST", "users/", '{}'): (USERS, 405),
    ("GET", "users/{owner}/", ""): (USERS, 200),
    ("PATCH", "users/{owner}/", '{"first_name": "O"}'): ({"owner"}, 200),
    ("PUT", "users/{owner}/", '{"first_name": "O"}'): ({"owner"}, 200),
    ("DELETE", "users/{owner}/", ""): (USERS, 405),
    ("GET", "people/", ""): (USERS, 200),
    ("POST", "people/", '{}'): (USERS, 405),
    ("GET", "people/{person}/", ""): (USERS, 200),
    ("PATCH", "people/{person}/", '{"name": "x"}'): (USERS, 405),
    ("GET", "patches/", ""): (EVERYBODY, 200),
    ("POST", "patches/", '{}'): (EVERYBODY, 405),
    ("PATCH", "1.4/patches/?id={patch}", '{"state": "rfc"}'): (EVERYBODY, 405),
    ("PATCH", "patches/?id={patch}", '{"state": "rfc"}'): (EDITORS, 200),
    ("PATCH", "patches/?id={patch}&id={other}", '{"archived": true}'): (EDITORS_OF_ALL, 200),
    ("GET", "patches/{patch}/", ""): (EVERYBODY, 200),
    ("PATCH", "patches/{patch}/", '{"state": "rfc"}'): (EDITORS, 200),
    ("PUT", "patches/{patch}/", '{"state": "rfc", "delegate": null}'): (EDITORS, 200),
    ("DELETE", "patches/{patch}/", ""): (EVERYBODY, 405),
    ("GET", "patches/{patch}/checks/", ""): (EVERYBODY, 200),
    ("POST", "patches/{patch}/checks/", '{"state": "fail"}'): (EDITORS, 201),
    ("GET", "patches/{patch}/checks/{check}/", ""): (EVERYBODY, 200),
    ("PATCH", "patches/{patch}/checks/{check}/", '{"state": "success"}'): (EVERYBODY, 405),
    ("DELETE", "patches/{patch}/checks/{check}/", ""): (EVERYBODY, 405),
    ("GET", "patches/{patch}/comments/", ""): (EVERYBODY, 200),
    ("POST", "patches/{patch}/comments/", '{}'): (EVERYBODY, 405),
    ("GET", "patches/{patch}/comments/{comment}/", ""): (EVERYBODY, 200),
    ("PATCH", "patches/{patch}/comments/{comment}/", '{"addressed": true}'): (
        EDITORS | {"commenter"}, 200,
    ),
    ("PUT", "patches/{patch}/comments/{comment}/", '{"addressed": true}'): (
        EDITORS | {"commenter"}, 200,
    ),
    ("GET", "covers/", ""): (EVERYBODY, 200),
    ("GET", "covers/{cover}/", ""): (EVERYBODY, 200),
    ("PATCH", "covers/{cover}/", '{"name": "x"}'): (EVERYBODY, 405),
    ("GET", "covers/{cover}/comments/", ""): (EVERYBODY, 200),
    ("GET", "covers/{cover}/comments/{answer}/", ""): (EVERYBODY, 200),
    ("PATCH", "covers/{cover}/comments/{answer}/", '{"addressed": true}'): (
        EDITORS - {"delegate"}, 200,
    ),
    ("PUT", "covers/{cover}/comments/{answer}/", '{"addressed": true}'): (
        EDITORS - {"delegate"}, 200,
    ),
    ("GET", "series/", ""): (EVERYBODY, 200),
    ("POST", "series/", '{}'): (EVERYBODY, 405),
    ("GET", "series/{series}/", ""): (EVERYBODY, 200),
    ("PATCH", "1.4/series/{series}/", '{"state": "rfc"}'): (EVERYBODY, 405),
    ("PATCH", "series/{series}/", '{"state": "rfc"}'): (EDITORS_OF_ALL, 200),
    ("PUT", "series/{series}/", '{"state": "rfc"}'): (EVERYBODY, 405),
    ("GET", "series/{series}/checks/", ""): (EVERYBODY, 200),
    ("POST", "series/{series}/checks/", '{"state": "fail"}'): (EDITORS_OF_ALL, 201),
    ("POST", "1.4/series/{series}/checks/", '{"state": "fail"}'): (EVERYBODY, 404),
    ("GET", "events/", ""): (EVERYBODY, 200),
    ("POST", "events/", '{}'): (EVERYBODY, 405),
    ("GET", "events/stream?after=x", ""): (EVERYBODY, 400),
    ("GET", "bundles/", ""): (EVERYBODY, 200),
    ("POST", "bundles/", '{"name": "new", "patches": [4711]}'): (USERS, 201),
    ("POST", "1.1/bundles/", '{"name": "new", "patches": [4711]}'): (EVERYBODY, 405),
    ("GET", "bundles/{shared}/", ""): (EVERYBODY, 200),
    ("PATCH", "bundles/{shared}/", '{"public": false}'): ({"owner"}, 200),
    ("DELETE", "bundles/{shared}/", ""): ({"owner"}, 204),
    ("GET", "bundles/{private}/", ""): ({"owner"}, 200),
    ("PATCH", "bundles/{private}/", '{"public": true}'): ({"owner"}, 200),
    ("PUT", "bundles/{private}/", '{"name": "n", "patches": [4711]}'): ({"owner"}, 200),
    ("DELETE", "bundles/{private}/", ""): ({"owner"}, 204),
}  # fmt: skip


@pytest.fixture(scope="module")
def people(project, patch) -> dict:
    return add_people(project, patch)


def add_people(project, patch) -> dict:
    """A user of each kind, by its name; without one for who has not logged in."""
    users = {who: UserFactory(username=who, is_superuser=who == "superuser") for who in WHO[1:]}
    Person.objects.filter(address="alice@example.org").update(user=users["submitter"])
    Person.objects.filter(address="a@example.org").update(user=users["commenter"])
    Patch.objects.filter(pk=patch.pk).update(delegate=users["delegate"])
    project.maintainers.add(users["maintainer"], users["inactive"])
    ProjectFactory().maintainers.add(users["elsewhere"])
    users["inactive"].is_active = False
    users["inactive"].save()
    return users


@pytest.fixture(scope="module")
def ids(patch, people) -> dict[str, int]:
    """What stands in the addresses of the table."""
    owner = people["owner"]
    bundles = {
        name: make_bundle(owner, BundleWish(name=name, public=public, patches=[patch.pk]))
        for name, public in (("shared", True), ("private", False))
    }
    return {
        "owner": owner.pk,
        "person": patch.submitter_id,
        "patch": patch.pk,
        "other": Patch.objects.get(number=3).pk,
        "check": add_check(people["maintainer"], patch.pk, NewCheck(state=1)).pk,
        "comment": Comment.objects.get(message__message_id="a@example.org").pk,
        "answer": Comment.objects.get(message__message_id="c@example.org").pk,
        "cover": Cover.objects.get().pk,
        "series": Series.objects.get().pk,
        **{name: bundle.pk for name, bundle in bundles.items()},
    }


@pytest.fixture(scope="module")
def clients(people) -> dict[str, APIClient]:
    """A client in which each of them has logged in."""
    clients = {who: make_api() for who in WHO}
    for who, user in people.items():
        clients[who].force_login(user)
    return clients


@pytest.mark.parametrize(("method", "path", "sent"), TABLE)
def test_who_may_do_what(clients, ids, method, path, sent):
    let_in, status = TABLE[method, path, sent]
    sent = json.loads(sent.replace("4711", str(ids["patch"]))) if sent else None
    expected = 404 if "{private}" in path else 403
    path = f"/api/{path.format(**ids)}"

    def ask(who: str) -> int:
        """The status of the answer."""
        return getattr(clients[who], method.lower())(path, sent).status_code

    for who in EVERYBODY - let_in:
        assert (who, ask(who)) == (who, expected)
    for who in sorted(let_in):
        with transaction.atomic():
            assert (who, ask(who)) == (who, status)
            transaction.set_rollback(True)
