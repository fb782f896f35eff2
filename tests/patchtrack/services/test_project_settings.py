"""Who may set what of a project, and what cannot be set."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError

from patchtrack.models import DelegationRule, Patch, State
from patchtrack.services.project_settings import (
    Rule,
    add_rule,
    change_offered_states,
    change_rule,
    change_settings,
    find_tag_columns,
    remove_rule,
)
from tests.factories import (
    PersonFactory,
    ProjectFactory,
    UserFactory,
    deliver,
    make_diff,
    make_mail,
)


@pytest.fixture
def jane(project):
    user = UserFactory(username="jane")
    project.maintainers.add(user)
    return user


@pytest.fixture
def rule(project, jane) -> DelegationRule:
    return add_rule(jane, project, Rule(path="spout/*", user=jane.pk))


def submitter(project):
    user = UserFactory()
    PersonFactory(address="alice@example.org", user=user)
    deliver(project, make_mail(diff=make_diff()))
    return user


def delegate(project):
    deliver(project, make_mail(diff=make_diff()))
    user = UserFactory()
    Patch.objects.update(delegate=user)
    return user


def other_maintainer(project):
    user = UserFactory()
    ProjectFactory(maintainers=[user])
    return user


def former_maintainer(project):
    user = UserFactory(is_active=False)
    project.maintainers.add(user)
    return user


OTHERS = {
    "anonymous": lambda project: AnonymousUser(),
    "user": lambda project: UserFactory(),
    "staff": lambda project: UserFactory(is_staff=True),
    "submitter": submitter,
    "delegate": delegate,
    "other project's maintainer": other_maintainer,
    "former maintainer": former_maintainer,
}
WRITES = {
    "settings": lambda user, rule: change_settings(user, rule.project, {"use_tags": False}),
    "states": lambda user, rule: change_offered_states(user, rule.project, set()),
    "add": lambda user, rule: add_rule(user, rule.project, Rule(path="x", user=rule.user_id)),
    "change": lambda user, rule: change_rule(
        user, rule.project, rule.pk, Rule(path="x", user=rule.user_id)
    ),
    "remove": lambda user, rule: remove_rule(user, rule.project, rule.pk),
}


@pytest.mark.parametrize("make_user", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_others_set_nothing(project, rule, make_user, write):
    with pytest.raises(PermissionDenied):
        write(make_user(project), rule)


@pytest.mark.parametrize("name", ["jane", "admin"])
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_maintainers_and_administrators_may(admin_user, jane, rule, name, write):
    write({"jane": jane, "admin": admin_user}[name], rule)


def test_a_setting_is_kept(project, jane):
    change_settings(jane, project, {"web_url": "https://tea.example.org/", "use_tags": False})
    project.refresh_from_db()
    assert (project.web_url, project.use_tags) == ("https://tea.example.org/", False)


def test_what_is_for_administrators_is_left_alone(project, jane):
    change_settings(jane, project, {"linkname": "mine", "list_id": "mine"})
    project.refresh_from_db()
    assert (project.linkname, project.list_id) == ("teapot", "teapot.lists.example.org")


@pytest.mark.parametrize("name", ["web_url", "webscm_url", "list_archive_url"])
@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x", "https://", "http://a b", "x"])
def test_a_link_leads_to_the_web(project, jane, name, url):
    with pytest.raises(ValidationError):
        change_settings(jane, project, {name: url})


@pytest.mark.parametrize("url", ["git://x/tea.git", "ssh://git@x/tea", "https://x/tea.git"])
def test_a_tree_to_clone_may_be_git(project, jane, url):
    change_settings(jane, project, {"scm_url": url})


@pytest.mark.parametrize("url", ["ext::sh -c id", "file:///etc", "ssh://-oProxyCommand=x/y", "-x"])
def test_a_tree_to_clone_is_no_command(project, jane, url):
    with pytest.raises(ValidationError):
        change_settings(jane, project, {"scm_url": url})


@pytest.mark.parametrize("name", ["list_archive_url_format", "commit_url_format"])
def test_a_format_has_a_place_for_the_id(project, jane, name):
    change_settings(jane, project, {name: "https://lore.example.org/{}/"})
    with pytest.raises(ValidationError, match="where the id stands"):
        change_settings(jane, project, {name: "https://lore.example.org/"})


def test_states_that_are_not_offered_are_hidden_but_never_the_first(project, jane):
    accepted = State.objects.get(slug="accepted")
    change_offered_states(jane, project, {accepted.pk})
    offered = State.objects.exclude(pk__in=project.hidden_states.all())
    assert [state.slug for state in offered] == ["new", "accepted"]


def test_a_project_may_do_without_columns_of_tags(project):
    assert [tag.abbrev for tag in find_tag_columns(project)] == ["A", "F", "R", "T"]
    project.use_tags = False
    assert find_tag_columns(project) == []


def test_a_rule_delegates_the_next_patch(project, jane, rule):
    deliver(project, make_mail(diff=make_diff("spout/lip.c")))
    assert Patch.objects.get().delegate == jane


def test_a_rule_is_changed(project, jane, rule):
    change_rule(jane, project, rule.pk, Rule(path="lid/*", user=jane.pk, priority=3))
    assert str(DelegationRule.objects.get(path="lid/*", priority=3)) == "lid/*"


def test_a_path_has_one_rule(project, jane, rule):
    with pytest.raises(ValidationError):
        add_rule(jane, project, Rule(path="spout/*", user=jane.pk))


@pytest.mark.parametrize(
    "wanted", [{"path": " "}, {"path": "a\nb"}, {"path": "x" * 256}, {"priority": 10_001}]
)
def test_a_rule_that_cannot_be(project, jane, wanted):
    with pytest.raises(ValidationError):
        add_rule(jane, project, Rule(**{"path": "x", "user": jane.pk} | wanted))


def test_only_maintainers_are_named(project, jane):
    with pytest.raises(ValidationError, match="maintainers of the project"):
        add_rule(jane, project, Rule(path="x", user=UserFactory().pk))


def test_who_is_named_already_may_stay(project, jane, admin_user, rule):
    project.maintainers.remove(jane)
    change_rule(admin_user, project, rule.pk, Rule(path="lid/*", user=jane.pk))
    assert DelegationRule.objects.get().user == jane


def test_a_rule_of_another_project_is_not_reached(jane, rule):
    other = ProjectFactory(maintainers=[jane])
    with pytest.raises(DelegationRule.DoesNotExist):
        change_rule(jane, other, rule.pk, Rule(path="x", user=jane.pk))
    remove_rule(jane, other, rule.pk)
    assert DelegationRule.objects.get() == rule


def test_a_rule_is_removed(project, jane, rule):
    remove_rule(jane, project, rule.pk)
    assert not DelegationRule.objects.exists()
