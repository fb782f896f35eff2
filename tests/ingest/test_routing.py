"""A mail goes to the projects of the lists that it came over, by its subject if they share one."""

import pytest

from ingest.mail import parse_mail
from ingest.routing import choose_projects
from patchtrack.models import Mail, Message, Project
from tests.factories import ProjectFactory, make_mail

from .sending import send


def project(number: int, list_id: str = "tea.example.org", subject_match: str = "") -> Project:
    return Project(id=number, linkname=f"p{number}", list_id=list_id, subject_match=subject_match)


ALL_TEA = project(1)
GREEN = project(2, subject_match=r"\bgreen\b")
BLACK = project(3, subject_match="black")
MILK = project(4, list_id="milk.example.org")
PROJECTS = [MILK, BLACK, GREEN, ALL_TEA]


def choose(subject: str = "Pour", list_id: str = "<tea.example.org>", named: str = "", *more: str):
    raw = make_mail(subject=subject, headers={"List-Id": list_id})
    for other in more:
        raw = f"List-Id: {other}\n".encode() + raw
    return [chosen.id for chosen in choose_projects(parse_mail(raw), PROJECTS, named)]


def test_the_list_id_decides():
    assert choose(list_id="<milk.example.org>") == [4]


@pytest.mark.parametrize("list_id", ["<Tea.Example.ORG>", "The kettle <tea.example.org>"])
def test_a_list_id_is_known_in_any_case_and_with_a_name(list_id):
    assert choose(list_id=list_id) == [1]


def test_the_case_of_a_projects_list_id_does_not_matter():
    tea = project(1, list_id="Tea.Example.ORG")
    parsed = parse_mail(make_mail(headers={"List-Id": "<tea.example.org>"}))
    assert choose_projects(parsed, [tea]) == [tea]


def test_a_subject_decides_between_projects_of_one_list():
    assert choose(subject="[PATCH] green tea") == [2]


def test_a_subject_is_matched_in_any_case():
    assert choose(subject="[PATCH] Green tea") == [2]


def test_a_subject_that_fits_several_projects_goes_to_all():
    assert choose(subject="green and black") == [2, 3]


def test_a_subject_that_fits_none_goes_to_the_project_without_a_match():
    assert choose(subject="evergreen") == [1]


def test_without_such_a_project_it_goes_nowhere():
    parsed = parse_mail(make_mail(subject="x", headers={"List-Id": "<tea.example.org>"}))
    assert choose_projects(parsed, [GREEN, BLACK]) == []


def test_a_mail_of_two_lists_goes_to_both():
    assert choose("x", "<tea.example.org>", "", "<milk.example.org>") == [1, 4]


def test_a_mail_without_a_list_goes_nowhere():
    assert choose(list_id="") == []


def test_a_list_that_is_named_stands_for_the_header():
    assert choose("green", "<milk.example.org>", "TEA.example.org") == [2]


@pytest.mark.django_db
def test_a_mail_of_two_lists_is_kept_once_for_each_project():
    tea, milk = ProjectFactory(linkname="tea"), ProjectFactory(linkname="milk")
    mail = make_mail(headers={"List-Id": "<tea.lists.example.org>"})
    receipt = send(b"List-Id: <milk.lists.example.org>\n" + mail)
    assert [entry.outcome for entry in receipt.recorded] == ["stored", "stored"]
    assert set(Message.objects.values_list("project", flat=True)) == {tea.id, milk.id}
    assert set(Mail.objects.values_list("project", flat=True)) == {tea.id, milk.id}
