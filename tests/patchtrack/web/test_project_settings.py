"""The page on which maintainers set up their project."""

import pytest
from django.test import Client

from patchtrack.models import DelegationRule, State
from tests.factories import ProjectFactory, UserFactory

PAGE = "/project/teapot/settings/"
FORM = {"obey_headers_of": "maintainers", "states": ["3"]}


@pytest.fixture
def jane(client, project):
    user = UserFactory(username="jane")
    project.maintainers.add(user)
    client.force_login(user)
    return user


def post(client, page: str = PAGE, **said: str):
    response = client.post(page, said, follow=True)
    return response.content.decode()


def test_settings_are_saved(client, project, jane):
    page = post(client, **FORM, web_url="https://tea.example.org/", send_notifications="on")
    assert "The settings are saved." in page
    assert 'value="https://tea.example.org/"' in page
    project.refresh_from_db()
    assert project.send_notifications
    assert not project.use_tags
    assert not project.show_dependencies


def test_states_that_are_not_ticked_are_hidden(client, project, jane):
    accepted = State.objects.get(slug="accepted")
    post(client, **FORM | {"states": [accepted.pk]})
    assert project.hidden_states.count() == State.objects.count() - 2
    page = client.get(PAGE).content.decode()
    assert page.count('name="states"') == State.objects.count() - 1
    assert page.count("checked") == 1


def test_what_is_wrong_is_said_beside_it(client, project, jane):
    page = post(client, **FORM, web_url="javascript:alert(1)")
    assert "Nothing is saved yet" in page
    assert "not an address that begins with https:// or http://" in page
    assert 'aria-invalid="true"' in page
    assert 'value="javascript:alert(1)"' in page
    project.refresh_from_db()
    assert project.web_url == ""


def test_a_rule_is_added_changed_and_removed(client, project, jane):
    page = post(client, f"{PAGE}rules/", path="spout/*", user=jane.pk, priority="3")
    assert 'value="spout/*"' in page
    rule = f"{PAGE}rules/{DelegationRule.objects.get().pk}/"
    assert 'value="lid/*"' in post(client, rule, path="lid/*", user=jane.pk, action="change")
    assert "There is no rule yet." in post(client, rule, action="remove")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"path": ""}, "Path: This field is required."),
        ({"user": "4711"}, "User: Patches are delegated to maintainers"),
        ({"priority": "high"}, "Priority: Enter a whole number."),
        ({"path": "spout/*"}, "Rule: Delegation rule with this Project and Path already exists."),
    ],
)
def test_a_rule_that_cannot_be_says_why(client, project, jane, said, answer):
    DelegationRule.objects.create(project=project, path="spout/*", user=jane)
    page = post(client, f"{PAGE}rules/", **{"path": "x", "user": str(jane.pk)} | said)
    assert f"The rule is not saved. {answer}" in page
    assert DelegationRule.objects.count() == 1


def test_a_rule_that_is_gone_is_not_found(client, project, jane):
    response = client.post(f"{PAGE}rules/4711/", {"path": "x", "user": jane.pk})
    assert response.status_code == 404


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}rules/", f"{PAGE}rules/1/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_not_logged_in_is_asked_to(client, project, page, method):
    response = getattr(client, method)(page)
    assert response.status_code == 302
    assert response.headers["Location"].endswith(f"?next={page}")


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}rules/", f"{PAGE}rules/1/"])
def test_others_set_nothing(client, project, page):
    user = UserFactory()
    ProjectFactory(maintainers=[user])
    client.force_login(user)
    assert client.post(page, FORM).status_code == 403
    assert client.get(PAGE).status_code == 403


def test_a_project_that_is_not_there(client, jane):
    assert client.get("/project/nowhere/settings/").status_code == 404


def test_a_form_needs_its_token(project, jane):
    client = Client(enforce_csrf_checks=True)
    client.force_login(jane)
    assert client.post(PAGE, FORM).status_code == 403


def test_the_page_takes_a_fixed_number_of_queries(client, project, jane, django_assert_num_queries):
    with django_assert_num_queries(10):
        client.get(PAGE)
    for number in range(20):
        user = UserFactory()
        project.maintainers.add(user)
        DelegationRule.objects.create(project=project, path=str(number), user=user)
    with django_assert_num_queries(10):
        client.get(PAGE)
