"""`addproject` makes a project, or says which argument is wrong."""

import pytest

from patchtrack.models import Project

from .running import run

pytestmark = pytest.mark.django_db

TEA = ("--name", "Tea", "--list-id", "tea.example.org", "--list-email", "tea@example.org")


def add(*words: object):
    return run("addproject", *words)


def test_a_project_is_added():
    assert add("tea", *TEA, "--subject-match", "^.tea").status == 0
    project = Project.objects.get()
    assert (project.linkname, project.name) == ("tea", "Tea")
    assert (project.list_id, project.list_email) == ("tea.example.org", "tea@example.org")
    assert project.subject_match == "^.tea"


def test_json_tells_the_project():
    ran = add("tea", *TEA, "--json")
    assert ran.summary == {"project": "tea", "id": Project.objects.get().id}


@pytest.mark.parametrize(
    "list_id", ["<Tea.Example.org>", "For the kettle <tea.example.org>", " tea.example.org "]
)
def test_a_list_id_is_taken_as_it_stands_in_a_header(list_id):
    add("tea", *TEA, "--list-id", list_id)
    assert Project.objects.get().list_id == "tea.example.org"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["a b", *TEA], "linkname: Enter a valid “slug”"),
        (["tea", *TEA, "--list-id", ""], "list_id: This field cannot be blank."),
        (["tea", *TEA, "--name", ""], "name: This field cannot be blank."),
        (["tea", *TEA, "--subject-match", "("], "subject_match: not a regular expression"),
        (["tea", *TEA, "--list-id", "x" * 256], "list_id: Ensure this value has at most 255"),
    ],
)
def test_a_wrong_argument_is_named(wrong, said):
    ran = add(*wrong)
    assert ran.status == 1
    assert said in ran.err
    assert not Project.objects.exists()


def test_every_wrong_argument_is_named_at_once():
    ran = add("a b", *TEA, "--subject-match", "(")
    assert "linkname: " in ran.err
    assert "subject_match: " in ran.err


@pytest.mark.parametrize(
    ("linkname", "name", "said"),
    [
        ("tea", "Other", "linkname: Project with this Linkname already exists."),
        ("other", "Tea", "name: Project with this Name already exists."),
    ],
)
def test_a_name_that_is_taken(linkname, name, said):
    add("tea", *TEA)
    ran = add(linkname, *TEA, "--name", name, "--list-id", "other.example.org")
    assert (ran.status, ran.err) == (1, said)


def test_a_list_that_is_taken():
    add("tea", *TEA)
    ran = add("green", *TEA, "--name", "Green", "--list-id", "TEA.example.org")
    assert ran.status == 1
    assert "tea takes the mail of tea.example.org already: give another --subject-match" in ran.err


def test_two_projects_share_a_list_by_their_subjects():
    add("tea", *TEA)
    assert add("green", *TEA, "--name", "Green", "--subject-match", "green").status == 0
