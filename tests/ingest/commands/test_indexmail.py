"""`indexmail`, and the commands that store mail, let it be found; and fail for nothing else."""

import sys
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import OperationalError

from ingest.management.commands import indexmail, parsearchive
from patchtrack.models import Message, SearchText, Unsearched
from tests.factories import ProjectFactory, deliver, make_mail
from tests.ingest.archive.samples import make_mbox

from .running import run

MAILS = [make_mail(body=f"{number}\n", message_id=f"{number}@example.org") for number in range(3)]
INDEXER = "ingest.indexing.record_search_texts"
# A connection that does not serve is closed, and with it goes the test's transaction.
of_its_own = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tea(db):
    return ProjectFactory(linkname="tea")


@pytest.fixture
def mbox(tmp_path):
    path = tmp_path / "tea.mbox"
    path.write_bytes(make_mbox(*MAILS))
    return path


def fail(*_):
    raise OperationalError("the index is away")


def interrupt(*_):
    raise KeyboardInterrupt


def count_found() -> int:
    return SearchText.objects.count()


def test_what_waits_can_be_found(tea):
    deliver(tea, *MAILS)
    ran = run("indexmail", "--json")
    assert (ran.status, ran.summary["indexed"], count_found()) == (0, 3, 3)
    assert run("indexmail", "--json").summary["indexed"] == 0


def test_all_mail_can_be_indexed_again(tea):
    deliver(tea, *MAILS)
    run("indexmail")
    assert run("indexmail", "--again", "--json").summary["indexed"] == 3


@of_its_own
def test_an_index_that_fails_means_try_again(tea, monkeypatch):
    deliver(tea, *MAILS)
    monkeypatch.setattr(INDEXER, fail)
    assert run("indexmail").status == 75
    assert Unsearched.objects.count() == 3


def test_an_interrupt_leaves_the_rest_for_later(tea, monkeypatch):
    monkeypatch.setattr(indexmail, "index_all", interrupt)
    ran = run("indexmail")
    assert ran.status == 130
    assert "goes on where it stopped" in ran.err


def test_an_import_can_be_found(tea, mbox):
    ran = run("parsearchive", "--project=tea", mbox, "--json")
    assert (ran.summary["read"], count_found()) == (3, 3)


def test_an_import_can_leave_that_to_others(tea, mbox):
    run("parsearchive", "--project=tea", "--no-index", mbox)
    assert (count_found(), Unsearched.objects.count()) == (0, 3)


@of_its_own
@pytest.mark.parametrize(("how", "status"), [(fail, 0), (interrupt, 130)])
def test_an_import_has_succeeded_whatever_the_index_does(tea, mbox, monkeypatch, how, status):
    if how is fail:
        monkeypatch.setattr(INDEXER, how)
    else:
        monkeypatch.setattr(parsearchive, "index_all", how)
    ran = run("parsearchive", "--project=tea", mbox, "--json")
    assert (ran.status, ran.summary["read"]) == (status, 3)
    assert "indexmail lets the search find the rest" in ran.err
    assert Message.objects.count() == 3


def pipe(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=BytesIO(MAILS[0])))
    return run("parsemail", "--project=tea")


def test_a_mail_from_the_pipe_can_be_found(tea, monkeypatch):
    assert pipe(monkeypatch).status == 0
    assert count_found() == 1


@of_its_own
def test_a_mail_from_the_pipe_is_safe_though_the_index_fails(tea, monkeypatch, caplog):
    monkeypatch.setattr(INDEXER, fail)
    assert pipe(monkeypatch).status == 0
    assert (Message.objects.count(), Unsearched.objects.count()) == (1, 1)
    assert "before indexmail runs" in caplog.text


def test_a_mail_that_the_pipe_brings_again_asks_for_nothing(tea, monkeypatch):
    pipe(monkeypatch)
    monkeypatch.setattr("ingest.management.commands.parsemail.index_at_once", pytest.fail)
    assert pipe(monkeypatch).status == 0


def test_the_sample_can_be_found(db):
    call_command("loadsample", verbosity=0)
    assert count_found() == Message.objects.count() > 0
