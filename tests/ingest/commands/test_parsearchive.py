"""`parsearchive` brings every mail of an archive into the database, and says what became of it."""

import gzip
import json
import lzma
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Pause

import pytest
from django.db import OperationalError

from ingest import importer
from ingest.errors import TryAgain
from patchtrack.models import ArchivePosition, Event, Kind, Mail, Message, Outcome
from tests.factories import ProjectFactory, make_diff, make_mail
from tests.ingest.archive.samples import make_epoch, make_mbox
from tests.waiting import SECONDS

from .running import run, run_process, start
from .small_batches import BATCH_MESSAGES

TEA = {"List-Id": "<tea.lists.example.org>"}
SMALL_BATCHES = Path(__file__).with_name("small_batches.py")
KEYS = (
    "read patch cover comment other duplicate conflict ignored unrouted quarantined seconds"
).split()


@pytest.fixture
def tea(db):
    return ProjectFactory(linkname="tea")


def make_patch(number: int, body: str = "Hello.\n") -> bytes:
    return make_mail(
        subject=f"[PATCH] Step {number}",
        message_id=f"{number}@example.org",
        body=body,
        diff=make_diff(f"step{number}.c"),
        headers=TEA,
    )


def make_patches(count: int) -> list[bytes]:
    return [make_patch(number) for number in range(count)]


def write_mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(make_mbox(*mails))
    return path


@pytest.fixture
def mbox(tmp_path) -> Path:
    """Three patches."""
    return write_mbox(tmp_path / "tea.mbox", *make_patches(3))


def test_every_mail_is_accounted_for(tea, tmp_path):
    patch = make_patch(1)
    archive = write_mbox(
        tmp_path / "mbox",
        make_mail(subject="[PATCH 0/1] Tea", headers=TEA),
        patch,
        patch,
        patch.replace(b"Hello.", b"Bye."),
        make_mail(subject="Re: Step 1", in_reply_to="1@example.org", headers=TEA),
        make_mail(subject="Lunch?", headers=TEA),
        make_mail(subject="Again", headers=TEA | {"X-Patchwork-Hint": "ignore"}),
        make_mail(subject="Elsewhere"),
    )
    ran = run("parsearchive", "--json", archive)
    assert ran.status == 0
    assert ran.summary.pop("seconds") >= 0
    assert ran.summary | {"seconds": 0} == dict.fromkeys(KEYS, 1) | {
        "read": 8,
        "quarantined": 0,
        "seconds": 0,
    }


def test_the_keys_of_the_summary_stand_in_their_order(tea, mbox):
    assert list(run("parsearchive", "--json", mbox).summary) == KEYS


def test_what_is_no_mail_is_quarantined_and_counted(tea, tmp_path):
    for folder in ("new", "cur"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new/1").write_bytes(b"not a mail")
    (tmp_path / "new/2").write_bytes(make_patch(1))
    summary = run("parsearchive", "--json", tmp_path).summary
    assert (summary["read"], summary["quarantined"], summary["patch"]) == (2, 1, 1)


def test_a_comment_counts_as_one_though_its_patch_came_later(tea, tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.batches.BATCH_MESSAGES", 1)
    reply = make_mail(subject="Re: Step 1", in_reply_to="1@example.org", headers=TEA)
    summary = run(
        "parsearchive", "--json", write_mbox(tmp_path / "mbox", reply, make_patch(1))
    ).summary
    assert (summary["comment"], summary["other"], summary["patch"]) == (1, 0, 1)


def test_a_mail_of_two_lists_is_read_once(tea, tmp_path):
    ProjectFactory(linkname="milk")
    mail = make_patch(1).replace(b"List-Id", b"List-Id: <milk.lists.example.org>\nList-Id")
    summary = run("parsearchive", "--json", write_mbox(tmp_path / "mbox", mail)).summary
    assert (summary["read"], summary["patch"], Message.objects.count()) == (1, 1, 2)


def test_without_json_the_summary_is_for_people(tea, mbox):
    assert run("parsearchive", mbox).out.startswith("read 3, patch 3, cover 0, comment 0,")


@pytest.mark.parametrize("name", ["tea.mbox.gz", "tea.mbox.xz"])
def test_a_packed_mbox(tea, mbox, tmp_path, name):
    pack = {".gz": gzip.compress, ".xz": lzma.compress}[name[-3:]]
    (tmp_path / name).write_bytes(pack(mbox.read_bytes()))
    assert run("parsearchive", "--json", tmp_path / name).summary["patch"] == 3


def test_a_maildir(tea, tmp_path):
    for folder in ("new", "cur"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new/1.a").write_bytes(make_patch(1))
    (tmp_path / "cur/2.b:2,S").write_bytes(make_patch(2))
    assert run("parsearchive", "--json", tmp_path).summary["patch"] == 2


def test_a_public_inbox_goes_on_by_itself(tea, tmp_path):
    epoch = make_epoch(tmp_path / "git/0.git", make_patch(1))
    assert run("parsearchive", "--json", tmp_path).summary["patch"] == 1
    make_epoch(epoch, make_patch(2))
    summary = run("parsearchive", "--json", tmp_path).summary
    assert (summary["read"], summary["patch"]) == (1, 1)


def test_a_public_inbox_whose_history_was_rewritten(tea, tmp_path):
    make_epoch(tmp_path / "old/0.git", make_patch(1), make_patch(2))
    make_epoch(tmp_path / "new/0.git", make_patch(1), make_patch(3))
    inbox = tmp_path / "0.git"
    (tmp_path / "old/0.git").rename(inbox)
    run("parsearchive", inbox)
    inbox.rename(tmp_path / "old/0.git")
    (tmp_path / "new/0.git").rename(inbox)
    ran = run("parsearchive", inbox)
    assert ran.status == os.EX_DATAERR
    assert "history was rewritten" in ran.err
    assert "with --no-resume it is read from its start" in ran.err
    summary = run("parsearchive", "--json", "--no-resume", inbox).summary
    assert (summary["read"], summary["patch"], summary["duplicate"]) == (2, 1, 1)


def test_standard_input(tea, mbox, child_environment):
    ran = run_process(child_environment, "parsearchive", "--json", "-", stdin=mbox.read_bytes())
    assert ran.summary["patch"] == 3


def test_the_same_archive_again_stores_nothing_twice(tea, mbox):
    run("parsearchive", mbox)
    summary = run("parsearchive", "--json", mbox).summary
    assert (summary["read"], summary["duplicate"], summary["patch"]) == (3, 3, 0)
    assert Message.objects.count() == Mail.objects.count() == 3


def test_resume_reads_only_what_has_come_since(tea, mbox):
    run("parsearchive", mbox)
    with mbox.open("ab") as file:
        file.write(make_mbox(make_patch(4), make_patch(5)))
    summary = run("parsearchive", "--json", "--resume", mbox).summary
    assert (summary["read"], summary["patch"]) == (2, 2)


def test_resume_of_an_unchanged_archive_reads_nothing(tea, mbox):
    run("parsearchive", mbox)
    assert run("parsearchive", "--json", "--resume", mbox).summary["read"] == 0


def test_resume_of_an_archive_that_was_never_read_begins_at_its_start(tea, mbox):
    assert run("parsearchive", "--json", "--resume", mbox).summary["read"] == 3


def test_every_project_has_a_place_of_its_own_in_an_archive(tea, mbox):
    other = ProjectFactory()
    run("parsearchive", mbox)
    ran = run("parsearchive", "--json", "--resume", "--project", other.linkname, mbox)
    assert ran.summary["read"] == 3


def test_an_archive_is_known_by_its_whole_path(tea, mbox, monkeypatch):
    run("parsearchive", mbox)
    monkeypatch.chdir(mbox.parent)
    assert run("parsearchive", "--json", "--resume", mbox.name).summary["read"] == 0


def test_a_path_that_is_no_text(tea, tmp_path):
    archive = write_mbox(tmp_path / os.fsdecode(b"t\xe9a"), make_patch(1))
    run("parsearchive", archive)
    assert run("parsearchive", "--json", "--resume", archive).summary["read"] == 0


@pytest.mark.parametrize("length", [100, 2000])
def test_resume_of_an_archive_that_was_replaced(tea, mbox, length):
    run("parsearchive", mbox)
    write_mbox(mbox, make_mail(subject="x", body="y" * length, headers=TEA))
    ran = run("parsearchive", "--resume", mbox)
    assert ran.status == os.EX_DATAERR
    assert "the archive was changed or replaced since it was read" in ran.err
    assert "with --no-resume it is read from its start" in ran.err
    assert run("parsearchive", "--json", mbox).summary["other"] == 1


def test_resume_of_a_maildir_misses_no_mail_under_a_smaller_name(tea, tmp_path):
    for folder in ("new", "cur"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new/2.b").write_bytes(make_patch(2))
    run("parsearchive", tmp_path)
    (tmp_path / "new/1.a").write_bytes(make_patch(1))
    summary = run("parsearchive", "--json", "--resume", tmp_path).summary
    assert (summary["patch"], summary["duplicate"]) == (1, 1)


def test_several_archives(tea, tmp_path):
    one = write_mbox(tmp_path / "one", make_patch(1))
    two = write_mbox(tmp_path / "two", make_patch(1), make_patch(2))
    summary = run("parsearchive", "--json", one, two).summary
    assert (summary["read"], summary["patch"], summary["duplicate"]) == (3, 2, 1)


def test_an_unreadable_archive_does_not_stop_the_next(tea, tmp_path, mbox):
    ran = run("parsearchive", "--json", tmp_path / "none", mbox)
    assert ran.status == os.EX_DATAERR
    assert f"{tmp_path}/none: cannot be read: No such file or directory" in ran.err
    assert ran.summary["patch"] == 3


def test_a_file_that_is_no_mail(tea, tmp_path):
    (tmp_path / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    ran = run("parsearchive", "--json", tmp_path / "cat.png")
    assert ran.status == os.EX_DATAERR
    assert f"{tmp_path}/cat.png, byte 0: this is not mail" in ran.err
    assert ran.summary["read"] == 0


@pytest.mark.any_database
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_truncated_archive_names_the_place_and_keeps_what_came_before(
    child_environment, tmp_path, jobs
):
    ProjectFactory(linkname="tea")
    archive = tmp_path / "tea.mbox.gz"
    unpacked = make_mbox(*make_patches(50), make_mail(body=os.urandom(9000).hex(), headers=TEA))
    archive.write_bytes(gzip.compress(unpacked)[:-4000])
    ran = run_process(child_environment, "parsearchive", "--json", "--jobs", jobs, archive)
    assert ran.status == os.EX_DATAERR
    assert f"{archive}, byte " in ran.err
    assert "the packed data ends too early" in ran.err
    assert "50 messages were read before it and are kept" in ran.err
    assert ran.summary["patch"] == Message.objects.count() == 50


def test_a_damaged_archive_can_be_continued_when_it_is_whole(tea, tmp_path):
    archive = tmp_path / "tea.mbox.gz"
    last = make_mail(body=os.urandom(9000).hex(), headers=TEA)
    packed = gzip.compress(make_mbox(*make_patches(5), last))
    archive.write_bytes(packed[:-4000])
    run("parsearchive", archive)
    archive.write_bytes(packed)
    summary = run("parsearchive", "--json", "--resume", archive).summary
    assert (summary["read"], summary["other"]) == (1, 1)


def test_two_jobs_make_the_same_state(child_environment, tmp_path):
    serial, parallel = ProjectFactory(linkname="tea"), ProjectFactory()
    threads = [
        make_mail(
            subject=f"Re: Step {number}", in_reply_to=f"{number}@example.org", date=None, body=body
        )
        for number in range(30)
        for body in ("Acked-by: Bob <bob@example.org>\n", "No.\n")
    ]
    archive = write_mbox(tmp_path / "mbox", *threads, *make_patches(30))
    run("parsearchive", "--project", serial.linkname, archive)
    ran = run_process(
        child_environment,
        *("parsearchive", "--json", "--no-index", "--jobs", 2),
        *("--project", parallel.linkname, archive),
        program=SMALL_BATCHES,
    )
    assert (ran.summary["patch"], ran.summary["comment"]) == (30, 60)
    one, other = (run("dumpstate", "--project", p.linkname).out for p in (serial, parallel))
    assert one == other


def test_an_unknown_project_is_wrong_usage(tea, mbox):
    assert run("parsearchive", "--project", "coffee", mbox).status == os.EX_USAGE


def test_no_number_of_jobs_is_wrong_usage(tea, mbox, child_environment):
    ran = run_process(child_environment, "parsearchive", "--jobs", 0, mbox)
    assert ran.status == os.EX_USAGE
    assert "'0' is not a whole number from 1 on" in ran.err


def test_a_database_that_goes_away_means_try_again(tea, mbox, monkeypatch):
    monkeypatch.setattr("ingest.batches.BATCH_MESSAGES", 1)
    received = importer.receive

    def fail_at_the_second(deliveries, *target):
        if b"<1@example.org>" in deliveries[0].raw:
            raise TryAgain("the database is away")
        return received(deliveries, *target)

    monkeypatch.setattr(importer, "receive", fail_at_the_second)
    ran = run("parsearchive", "--json", mbox)
    assert ran.status == os.EX_TEMPFAIL
    assert "the database is away; the same command goes on where it stopped" in ran.err
    assert (ran.summary["read"], ran.summary["patch"]) == (1, 1)
    monkeypatch.undo()
    assert run("parsearchive", "--json", "--resume", mbox).summary["read"] == 2


def test_a_database_that_is_away_at_the_end_too(transactional_db, mbox, monkeypatch):
    ProjectFactory(linkname="tea")

    def fail(*_):
        raise OperationalError("gone")

    monkeypatch.setattr(importer.Tally, "summary", fail)
    ran = run("parsearchive", "--json", mbox)
    assert (ran.status, ran.out) == (os.EX_TEMPFAIL, "")
    assert "the database does not serve us: gone" in ran.err


# Imports that are stopped: they read from a pipe that stays open, so they never come to its end.

# Longer than what is read of an archive before its first mail.
LONG = "Hello, and hello again.\n" * 300
MANY = [make_patch(number, LONG) for number in range(32)]
# So many mails make at least one whole batch, and of one job exactly one.
ENOUGH = {1: 2 * BATCH_MESSAGES - 2, 2: 2 * BATCH_MESSAGES + 6}
FINISH = ("parsearchive", "--json", "--no-index", "-")


@pytest.fixture
def interruptible():
    """Processes started meanwhile can be interrupted, even if this one was started in the
    background, where shells make programs deaf to Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextmanager
def stopped_import(environment: dict[str, str], jobs: int) -> Iterator[subprocess.Popen[bytes]]:
    """An import of MANY that has stored some mails and waits for more."""
    ProjectFactory(linkname="tea")
    with start(environment, *FINISH, "--jobs", jobs, program=SMALL_BATCHES) as child:
        child.stdin.write(make_mbox(*MANY[: ENOUGH[jobs]]))
        child.stdin.flush()
        while not Message.objects.exists() or (jobs == 1 and not ArchivePosition.objects.exists()):
            assert child.poll() is None, child.stderr.read().decode()
            Pause().wait(0.02)
        yield child
        child.kill()


def end(child: subprocess.Popen[bytes], number: signal.Signals) -> tuple[str, str]:
    """Send a signal; what the import and all its workers said until the last of them ended,
    since each of them holds the pipes open."""
    child.send_signal(number)
    out, err = child.communicate(timeout=SECONDS)
    return out.decode(), err.decode()


def assert_all_are_there_once() -> None:
    assert Message.objects.filter(kind=Kind.PATCH).count() == len(MANY)
    assert Mail.objects.filter(outcome=Outcome.STORED).count() == Mail.objects.count() == len(MANY)
    assert Event.objects.filter(category="patch-created").count() == len(MANY)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_import_is_finished_by_the_same_command(child_environment, jobs):
    with stopped_import(child_environment, jobs) as child:
        end(child, signal.SIGKILL)
    ran = run_process(child_environment, *FINISH, "--jobs", jobs, stdin=make_mbox(*MANY))
    assert ran.summary["read"] == ran.summary["patch"] + ran.summary["duplicate"] == len(MANY)
    assert ran.summary["duplicate"] >= BATCH_MESSAGES
    assert_all_are_there_once()


def test_a_killed_import_is_finished_by_resume(child_environment):
    with stopped_import(child_environment, jobs=1) as child:
        end(child, signal.SIGKILL)
    ran = run_process(child_environment, *FINISH, "--resume", stdin=make_mbox(*MANY))
    assert ran.summary["read"] == len(MANY) - BATCH_MESSAGES
    assert_all_are_there_once()


def test_workers_end_when_the_import_is_killed(child_environment):
    with stopped_import(child_environment, jobs=2) as child:
        end(child, signal.SIGKILL)
        assert child.returncode == -signal.SIGKILL


@pytest.mark.any_database
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupted_import_says_what_it_has_done(child_environment, interruptible, jobs):
    with stopped_import(child_environment, jobs) as child:
        out, err = end(child, signal.SIGINT)
    assert child.returncode == 130
    assert err.splitlines()[-1] == "interrupted; the same command goes on where it stopped"
    assert "Traceback" not in err
    assert json.loads(out)["read"] == json.loads(out)["patch"] == Message.objects.count() > 0


def test_an_interrupted_import_goes_on(child_environment, interruptible):
    with stopped_import(child_environment, jobs=2) as child:
        end(child, signal.SIGINT)
    ran = run_process(child_environment, *FINISH, "--resume", "--jobs", 2, stdin=make_mbox(*MANY))
    assert ran.summary["read"] == ran.summary["patch"] + ran.summary["duplicate"]
    assert_all_are_there_once()
