"""`parsemail` tells the MTA in its exit status what became of a mail."""

import io
import os
import sqlite3
import sys
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.db import connection

from ingest import receive
from patchtrack.models import Mail, Message
from tests.factories import ProjectFactory, make_diff, make_mail

from .running import run, run_process

PATCH = make_mail(
    subject="[PATCH] Pour slowly",
    message_id="pour@example.org",
    diff=make_diff(),
    headers={"List-Id": "<tea.lists.example.org>"},
)


@pytest.fixture
def tea(db):
    return ProjectFactory(linkname="tea")


@pytest.fixture
def given(monkeypatch):
    """Puts bytes on standard input."""

    def give(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))

    return give


def test_a_mail_on_standard_input_is_stored(tea, given):
    given(PATCH)
    assert run("parsemail").status == 0
    assert Message.objects.get().message_id == "pour@example.org"


def test_a_mail_in_a_file_is_stored(tea, tmp_path):
    file = tmp_path / "mail"
    file.write_bytes(PATCH)
    assert run("parsemail", file).status == 0
    assert Mail.objects.get().read_raw() == PATCH


def test_nothing_is_printed_for_an_mta_to_bounce(tea, given):
    given(PATCH)
    ran = run("parsemail")
    assert (ran.out, ran.err) == ("", "")


def test_json_tells_the_outcome(tea, given):
    given(PATCH)
    expected = {"outcome": "stored", "msgid": "pour@example.org", "detail": ""}
    assert run("parsemail", "--json").summary == expected


def test_a_mail_goes_to_the_project_that_is_named(tea, given):
    other = ProjectFactory()
    given(PATCH)
    run("parsemail", "--project", other.linkname)
    assert Message.objects.get().project == other


def test_a_mail_goes_to_the_list_that_is_named(tea, given):
    other = ProjectFactory()
    given(PATCH)
    run("parsemail", "--list-id", other.list_id.upper())
    assert Message.objects.get().project == other


@pytest.mark.parametrize(
    "address",
    ["coffee@localhost", "Coffee+detail@anywhere.org", "coffee@lists.example.org", "c@example.org"],
)
def test_a_mail_goes_to_the_project_that_its_recipient_names(tea, given, settings, address):
    settings.PATCHTRACK_RECIPIENTS = {"c@example.org": "coffee"}
    coffee = ProjectFactory(linkname="coffee")
    given(PATCH)
    assert run("parsemail", "--recipient", address).status == 0
    assert Message.objects.get().project == coffee
    assert Mail.objects.get().recipient == address


def test_a_mail_for_two_recipients_is_stored_for_both(tea, given):
    coffee = ProjectFactory(linkname="coffee")
    given(PATCH)
    ran = run("parsemail", "--recipient=tea@x.org", "--recipient=coffee@x.org", "--json")
    assert (ran.status, ran.summary["outcome"]) == (0, "stored")
    assert {message.project for message in Message.objects.all()} == {tea, coffee}


def test_two_recipients_of_one_project_get_one_mail(tea, given):
    given(PATCH)
    ran = run("parsemail", "--recipient=tea@x.org", "--recipient=tea+me@x.org", "--json")
    assert ran.summary["outcome"] == "stored"
    assert Mail.objects.get().recipient == "tea@x.org"


def test_for_an_unknown_recipient_the_list_decides(tea, given):
    given(PATCH)
    assert run("parsemail", "--recipient", "archive@x.org").status == 0
    assert Message.objects.get().project == tea


def test_an_unknown_recipient_is_refused_where_only_known_ones_are_taken(tea, given, settings):
    settings.PATCHTRACK_STRICT_RECIPIENTS = True
    given(PATCH)
    ran = run("parsemail", "--recipient", "archive@x.org", "--json")
    assert (ran.status, ran.err) == (os.EX_NOUSER, "no such project here: 'archive@x.org'")
    assert not Mail.objects.exists()


def test_a_refused_recipient_does_not_keep_the_mail_from_others(tea, given, settings):
    settings.PATCHTRACK_STRICT_RECIPIENTS = True
    given(PATCH)
    ran = run("parsemail", "--recipient=archive@x.org", "--recipient=tea@x.org")
    assert ran.status == os.EX_NOUSER
    assert Message.objects.get().project == tea


def test_a_mail_without_recipients_is_taken_all_the_same(tea, given, settings):
    settings.PATCHTRACK_STRICT_RECIPIENTS = True
    given(PATCH)
    assert run("parsemail").status == 0
    assert Message.objects.get().project == tea


@pytest.mark.parametrize("target", ["--project=tea", "--list-id=tea.lists.example.org"])
def test_a_recipient_and_a_target_contradict_each_other(tea, given, target):
    given(PATCH)
    assert run("parsemail", "--recipient=tea@x.org", target).status == os.EX_USAGE
    assert not Mail.objects.exists()


def test_a_duplicate_is_safe(tea, given):
    given(PATCH)
    run("parsemail")
    given(PATCH)
    ran = run("parsemail", "--json")
    assert (ran.status, ran.summary["outcome"]) == (0, "duplicate")


def test_an_ignored_mail_is_safe(tea, given):
    headers = {"X-Patchwork-Hint": "ignore", "List-Id": "<tea.lists.example.org>"}
    given(make_mail(headers=headers))
    ran = run("parsemail", "--json")
    assert (ran.status, ran.summary["outcome"]) == (0, "ignored")


def test_an_unrouted_mail_is_safe(db, given):
    given(PATCH)
    ran = run("parsemail", "--json")
    assert (ran.status, ran.summary["outcome"]) == (0, "unrouted")
    assert ran.summary["detail"] == "no project for list id tea.lists.example.org"


def test_a_mail_that_contradicts_a_known_one_is_safe(tea, given):
    given(PATCH)
    run("parsemail")
    given(PATCH.replace(b"Hello.", b"Bye."))
    ran = run("parsemail", "--json")
    assert (ran.status, ran.summary["outcome"]) == (0, "conflict")


@pytest.mark.parametrize("raw", [b"", b"\0\1\2\3", b"no header here\n"])
def test_what_is_no_mail_is_safe(tea, given, raw):
    given(raw)
    ran = run("parsemail", "--json")
    assert (ran.status, ran.summary["outcome"]) == (0, "quarantined")
    assert Mail.objects.get().read_raw() == raw


def test_a_mail_of_the_largest_size_is_stored(tea, given, settings):
    settings.PATCHTRACK_MAX_MESSAGE_BYTES = len(PATCH)
    given(PATCH)
    assert run("parsemail").status == 0


def test_a_larger_mail_is_refused(tea, given, settings):
    settings.PATCHTRACK_MAX_MESSAGE_BYTES = len(PATCH) - 1
    given(PATCH)
    ran = run("parsemail")
    assert ran.status == os.EX_DATAERR
    assert f"larger than PATCHTRACK_MAX_MESSAGE_BYTES ({len(PATCH) - 1})" in ran.err
    assert not Mail.objects.exists()


def test_an_unknown_project_is_wrong_usage(tea, given):
    given(PATCH)
    ran = run("parsemail", "--project", "coffee")
    assert ran.status == os.EX_USAGE
    assert ran.err == "there is no project 'coffee'; the projects are: tea"


def test_an_unknown_list_is_wrong_usage(tea, given):
    given(PATCH)
    ran = run("parsemail", "--list-id", "coffee.example.org")
    assert ran.status == os.EX_USAGE
    assert "there are: tea.lists.example.org" in ran.err


def test_a_file_that_is_not_there(db, tmp_path):
    assert run("parsemail", tmp_path / "none").status == os.EX_NOINPUT


def test_a_bug_before_the_mail_is_safe_means_try_again(child_environment):
    ran = run_process(child_environment | {"PATCHTRACK_PROFILE": "nonsense"}, "parsemail")
    assert ran.status == os.EX_TEMPFAIL


def test_a_process_stores_a_mail(child_environment):
    ProjectFactory(linkname="tea")
    ran = run_process(child_environment, "parsemail", "--json", stdin=PATCH)
    assert (ran.status, ran.summary["outcome"]) == (0, "stored")
    assert Message.objects.get().message_id == "pour@example.org"


def test_a_wrong_argument_is_wrong_usage(child_environment):
    ran = run_process(child_environment, "parsemail", "--projcet", "tea")
    assert ran.status == os.EX_USAGE


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@127.0.0.1:1/none",
        "sqlite:////a/directory/that/is/not/there/p.sqlite3",
    ],
)
def test_a_database_that_is_away_means_try_again(child_environment, url):
    environment = child_environment | {"DATABASE_URL": url}
    ran = run_process(environment, "parsemail", stdin=PATCH)
    assert ran.status == os.EX_TEMPFAIL
    assert "the mail is not stored, deliver it again" in ran.err


@pytest.mark.parametrize("arguments", [[], ["--recipient=tea@x.org"]])
def test_a_database_without_tables_means_try_again(child_environment, tmp_path, arguments):
    url = f"sqlite:///{tmp_path}/empty.sqlite3"
    if connection.vendor == "postgresql":
        # The tables are in the schema "public", where such a connection does not look.
        url = child_environment["DATABASE_URL"] + "&options=-csearch_path%3Dnowhere"
    ran = run_process(
        child_environment | {"DATABASE_URL": url}, "parsemail", *arguments, stdin=PATCH
    )
    assert ran.status == os.EX_TEMPFAIL
    assert "the mail is not stored, deliver it again: the database does not serve us" in ran.err


@pytest.fixture
def poor_url(database_url):
    """The test database for a role that may do everything but insert patches."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no roles")
    role = f"poor_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'tea'")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"REVOKE INSERT ON patchtrack_patch FROM {role}")
        login = urlsplit(database_url).netloc.rpartition("@")[0]
        yield database_url.replace(login, f"{role}:tea", 1)
        cursor.execute(f"DROP OWNED BY {role}")
        cursor.execute(f"DROP ROLE {role}")


def test_a_missing_right_is_not_the_mails_fault(child_environment, poor_url):
    ProjectFactory(linkname="tea")
    environment = child_environment | {"DATABASE_URL": poor_url}
    ran = run_process(environment, "parsemail", stdin=PATCH)
    assert ran.status == os.EX_TEMPFAIL
    assert "permission denied for table patchtrack_patch" in ran.err
    assert not Mail.objects.exists()


def test_a_database_that_stays_locked_means_try_again(child_environment):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has one lock for all")
    ProjectFactory(linkname="tea")
    environment = child_environment | {"PATCHTRACK_LOCK_TIMEOUT": "0.01"}
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ran = run_process(environment, "parsemail", stdin=PATCH)
    other.close()
    assert ran.status == os.EX_TEMPFAIL
    assert "database busy, 10 times" in ran.err
    assert not Mail.objects.exists()


def test_a_database_that_goes_away_meanwhile_means_try_again(tea, given, monkeypatch):
    def fail(*_):
        raise receive.TryAgain("gone")

    monkeypatch.setattr(receive, "record", fail)
    given(PATCH)
    ran = run("parsemail")
    assert ran.status == os.EX_TEMPFAIL
    assert not Mail.objects.exists()
