"""What headers and rules make of a new patch, and whose headers are obeyed."""

import pytest

from patchtrack.models import Comment, DelegationRule, HeaderPolicy, Mail, Patch, Person, Project
from tests.factories import ALICE, ProjectFactory, UserFactory, deliver, make_diff, make_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    """A user whose mail comes from ALICE."""
    return UserFactory(username="alice", email="alice@example.org")


def make_project(obeyed: HeaderPolicy = HeaderPolicy.MAINTAINERS, **options) -> Project:
    return ProjectFactory(obey_headers_of=obeyed, **options)


def deliver_patch(project: Project, path: str = "kettle.c", **headers: str) -> Patch:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    deliver(project, make_mail(sender=ALICE, diff=make_diff(path), headers=headers))
    return Patch.objects.get(project=project)


def state_for(project: Project, wanted: str) -> str:
    return deliver_patch(project, X_Patchwork_State=wanted).state.slug


def delegate_for(project: Project, wanted: str):
    return deliver_patch(project, X_Patchwork_Delegate=wanted).delegate


def test_a_patch_is_new_and_nobodys():
    patch = deliver_patch(make_project())
    assert (patch.state.slug, patch.delegate) == ("new", None)


@pytest.mark.parametrize("wanted", ["under-review", "Under Review", "UNDER REVIEW"])
def test_a_state_is_named_by_slug_or_name(wanted):
    assert state_for(make_project(HeaderPolicy.ANYBODY), wanted) == "under-review"


def test_an_unknown_state_is_ignored():
    assert state_for(make_project(HeaderPolicy.ANYBODY), "brewing") == "new"


def test_nobodys_headers_are_obeyed(alice):
    project = make_project(HeaderPolicy.NOBODY, maintainers=[alice])
    assert state_for(project, "accepted") == "new"


def test_anybodys_headers_are_obeyed():
    assert state_for(make_project(HeaderPolicy.ANYBODY), "accepted") == "accepted"


def test_a_projects_default_is_its_maintainers():
    assert ProjectFactory().obey_headers_of == HeaderPolicy.MAINTAINERS


def test_strangers_are_not_obeyed(alice):
    assert state_for(make_project(), "accepted") == "new"


def test_a_maintainer_is_known_by_the_email_of_the_login(alice):
    assert state_for(make_project(maintainers=[alice]), "accepted") == "accepted"


def test_a_maintainers_email_is_known_in_any_case():
    alice = UserFactory(email="Alice@Example.ORG")
    assert state_for(make_project(maintainers=[alice]), "accepted") == "accepted"


def test_a_maintainer_is_known_by_an_address_that_is_linked():
    jane = UserFactory(email="jane@example.org")
    Person.objects.create(address="alice@example.org", user=jane)
    assert state_for(make_project(maintainers=[jane]), "accepted") == "accepted"


def test_a_maintainer_of_another_project_is_not_obeyed(alice):
    make_project(maintainers=[alice])
    assert state_for(make_project(), "accepted") == "new"


def test_a_maintainer_without_an_address_makes_nobody_one():
    project = make_project(maintainers=[UserFactory(email="")])
    assert state_for(project, "accepted") == "new"


@pytest.mark.parametrize("wanted", ["bob", "Bob", "bob@example.org", "BOB@example.org"])
def test_a_delegate_is_named_by_login_or_email(wanted):
    bob = UserFactory(username="bob")
    assert delegate_for(make_project(HeaderPolicy.ANYBODY), wanted) == bob


def test_a_delegate_of_strangers_is_ignored():
    UserFactory(username="bob")
    assert delegate_for(make_project(), "bob") is None


def test_an_unknown_delegate_is_ignored():
    assert delegate_for(make_project(HeaderPolicy.ANYBODY), "bob") is None


def test_who_has_left_is_no_delegate():
    UserFactory(username="bob", is_active=False)
    assert delegate_for(make_project(HeaderPolicy.ANYBODY), "bob") is None


def add_rule(project: Project, path: str, priority: int = 0):
    user = UserFactory()
    DelegationRule.objects.create(project=project, user=user, path=path, priority=priority)
    return user


def test_a_path_has_a_delegate():
    project = make_project()
    user = add_rule(project, "drivers/tea/*")
    assert deliver_patch(project, "drivers/tea/pot.c").delegate == user


def test_a_path_that_fits_no_rule_has_none():
    project = make_project()
    add_rule(project, "drivers/tea/*")
    assert deliver_patch(project, "drivers/milk/jug.c").delegate is None


def test_the_rule_of_highest_priority_wins():
    project = make_project()
    add_rule(project, "drivers/*")
    user = add_rule(project, "drivers/tea/*", priority=1)
    add_rule(project, "*")
    assert deliver_patch(project, "drivers/tea/pot.c").delegate == user


def test_rules_of_another_project_do_not_count():
    add_rule(make_project(), "*")
    assert deliver_patch(make_project()).delegate is None


def test_a_header_wins_over_a_rule():
    project = make_project(HeaderPolicy.ANYBODY)
    bob = UserFactory(username="bob")
    add_rule(project, "*")
    assert delegate_for(project, "bob") == bob


def test_an_unknown_delegate_leaves_it_to_the_rules():
    project = make_project(HeaderPolicy.ANYBODY)
    user = add_rule(project, "*")
    assert delegate_for(project, "nobody") == user


def deliver_reply(project: Project, **headers: str) -> Comment:
    deliver(project, make_mail(message_id="patch@example.org", diff=make_diff()))
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = make_mail(subject="Re: Pour slowly", in_reply_to="patch@example.org", headers=headers)
    deliver(project, reply)
    return Comment.objects.get()


def test_a_comment_that_asks_for_action_is_open():
    comment = deliver_reply(make_project(), X_Patchwork_Action_Required="yes")
    assert comment.addressed is False


def test_another_comment_asks_for_nothing():
    assert deliver_reply(make_project()).addressed is None


@pytest.mark.parametrize("obeyed", HeaderPolicy)
def test_a_mail_that_wants_to_be_ignored_is_kept_and_makes_no_message(obeyed):
    project = make_project(obeyed)
    mail = make_mail(diff=make_diff(), headers={"X-Patchwork-Hint": "Ignore"})
    (receipt,) = deliver(project, mail)
    assert receipt.outcome == "ignored"
    assert Mail.objects.get().read_raw() == mail
    assert not Patch.objects.exists()
