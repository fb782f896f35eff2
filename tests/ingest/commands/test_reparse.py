"""`reparse` brings what is stored up to what the mails say, by one process or by several."""

import os

import pytest

from ingest import rereading
from patchtrack.models import Message, Patch
from tests.factories import ProjectFactory, deliver, make_diff, make_mail

from .running import run, run_process


def make_project(linkname: str, count: int = 1):
    project = ProjectFactory(linkname=linkname)
    mails = [
        make_mail(
            subject=f"[PATCH] Step {number}",
            message_id=f"{linkname}{number}@example.org",
            diff=make_diff(),
        )
        for number in range(count)
    ]
    deliver(project, *mails)
    return project


def corrupt(project) -> None:
    Message.objects.filter(project=project).update(subject="nonsense")
    Patch.objects.filter(project=project).update(name="nonsense", hash="")


@pytest.mark.django_db
def test_nothing_is_to_do():
    make_project("tea")
    ran = run("reparse", "--json")
    assert (ran.status, ran.summary) == (0, {"changed": 0})


@pytest.mark.django_db
def test_what_differs_is_set_right():
    corrupt(make_project("tea"))
    assert run("reparse", "--json").summary == {"changed": 1}
    assert Patch.objects.get().name == "Step 0"
    assert run("audit").status == 0


@pytest.mark.django_db
def test_only_the_named_project_is_set_right():
    corrupt(make_project("tea"))
    corrupt(make_project("milk"))
    run("reparse", "--project", "tea")
    assert run("audit", "--project", "tea").status == 0
    assert run("audit", "--project", "milk").status == 1


@pytest.mark.django_db
def test_work_is_done_in_pieces(monkeypatch):
    monkeypatch.setattr(rereading, "_CHUNK", 2)
    corrupt(make_project("tea", count=5))
    assert run("reparse", "--json").summary == {"changed": 5}
    assert run("audit").status == 0


def test_two_jobs(child_environment):
    corrupt(make_project("tea", count=rereading._CHUNK + 1))
    corrupt(make_project("milk", count=2))
    ran = run_process(child_environment, "reparse", "--json", "--jobs", 2)
    assert (ran.status, ran.summary) == (0, {"changed": rereading._CHUNK + 3})
    assert run("audit").status == 0


@pytest.mark.django_db
def test_an_unknown_project_is_wrong_usage():
    assert run("reparse", "--project", "coffee").status == os.EX_USAGE
