"""`audit` prints what is wrong, and says in its exit status whether anything is."""

import os

import pytest

from patchtrack.models import Message
from tests.factories import ProjectFactory, deliver, make_diff, make_mail

from .running import run

pytestmark = pytest.mark.django_db


def make_project(linkname: str):
    project = ProjectFactory(linkname=linkname)
    deliver(project, make_mail(message_id=f"{linkname}@example.org", diff=make_diff()))
    return project


def corrupt(project) -> None:
    Message.objects.filter(project=project).update(subject="nonsense")


def test_nothing_is_wrong():
    make_project("tea")
    ran = run("audit", "--json")
    assert (ran.status, ran.summary) == (0, {"findings": 0})


def test_what_is_wrong_is_printed():
    corrupt(make_project("tea"))
    ran = run("audit", "--json")
    assert (ran.status, ran.summary) == (1, {"findings": 1})
    line = "tea: tea@example.org: subject is 'nonsense', not '[PATCH] Pour slowly'"
    assert ran.out.splitlines()[0] == line


def test_only_the_named_project_is_looked_at():
    make_project("tea")
    corrupt(make_project("milk"))
    assert run("audit", "--project", "tea").status == 0
    assert run("audit", "--project", "milk").status == 1


def test_an_unknown_project_is_wrong_usage():
    assert run("audit", "--project", "coffee").status == os.EX_USAGE
