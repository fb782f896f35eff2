"""A public-inbox is read commit by commit through git, and git is never left behind."""

import os
import random
import shutil
import subprocess
from itertools import islice
from pathlib import Path

import pytest

from ingest.archive import ArchiveError, open_archive, read_archive, values

from .samples import list_commits, make_epoch, make_mail, read_raw, run_git

ONE, TWO, THREE = make_mail("one"), make_mail("two"), make_mail("three")


@pytest.fixture
def processes(monkeypatch) -> list[subprocess.Popen]:
    """Every process that is started."""
    started = []

    class Recorded(subprocess.Popen):
        def __init__(self, *arguments, **options) -> None:
            started.append(self)
            super().__init__(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    return started


def test_all_epochs_are_read_in_the_order_of_their_numbers(tmp_path):
    make_epoch(tmp_path / "git/10.git", THREE)
    make_epoch(tmp_path / "git/9.git", ONE, TWO)
    make_epoch(tmp_path / "git/all.git", make_mail("index"))
    assert read_raw(tmp_path) == [ONE, TWO, THREE]


def test_a_single_epoch_is_read(tmp_path):
    make_epoch(tmp_path / "3.git", ONE, TWO)
    assert [mail.position.partition(":")[0] for mail in read_archive(tmp_path / "3.git")] == [
        "3",
        "3",
    ]


def test_a_clone_with_a_worktree_is_read(tmp_path):
    epoch = make_epoch(tmp_path / "0.git", ONE, TWO)
    run_git(epoch, "clone", "--quiet", str(epoch), str(tmp_path / "clone"))
    assert read_raw(tmp_path / "clone") == [ONE, TWO]


def test_a_message_is_its_blob_byte_for_byte(tmp_path):
    mail = b"From me\r\n>From you\0\xff\n\nx missing\n"
    assert read_raw(make_epoch(tmp_path / "0.git", mail, ONE)) == [mail, ONE]


def test_commits_that_remove_a_message_are_left_out(tmp_path):
    assert read_raw(make_epoch(tmp_path / "0.git", ONE, None, TWO, None)) == [ONE, TWO]


def test_an_empty_epoch_holds_nothing(tmp_path):
    run_git(tmp_path / "0.git", "init", "--quiet", "--bare")
    assert read_raw(tmp_path / "0.git") == []
    assert open_archive(tmp_path / "0.git").total() == 0


def test_mails_larger_than_a_pipe(tmp_path):
    mails = [make_mail(str(number), b"%d\n" % number * 50_000) for number in range(40)]
    assert read_raw(make_epoch(tmp_path / "0.git", *mails)) == mails


def test_more_mails_than_a_pipe_holds_names_of(tmp_path):
    mails = [make_mail(str(number)) for number in range(4000)]
    assert read_raw(make_epoch(tmp_path / "0.git", *mails)) == mails


def test_each_position_leads_to_what_follows(tmp_path):
    make_epoch(tmp_path / "git/0.git", ONE, None, TWO)
    make_epoch(tmp_path / "git/1.git", THREE)
    rest = [read_raw(tmp_path, mail.position) for mail in read_archive(tmp_path)]
    assert rest == [[TWO, THREE], [THREE], []]


def test_only_what_came_since_is_read(tmp_path):
    make_epoch(tmp_path / "git/0.git", ONE)
    (mail,) = read_archive(tmp_path)
    make_epoch(tmp_path / "git/0.git", TWO)
    make_epoch(tmp_path / "git/1.git", THREE)
    assert read_raw(tmp_path, mail.position) == [TWO, THREE]


def test_a_rewritten_history_is_an_error_that_says_what_to_do(tmp_path):
    epoch = make_epoch(tmp_path / "0.git", ONE, TWO)
    *_, last = read_archive(epoch)
    shutil.rmtree(epoch)
    make_epoch(epoch, ONE, THREE)
    with pytest.raises(ArchiveError, match=r"history was rewritten.*read it from its start"):
        read_raw(epoch, last.position)


def test_a_commit_that_was_dropped_but_still_exists_is_an_error(tmp_path):
    epoch = make_epoch(tmp_path / "0.git", ONE, TWO)
    *_, last = read_archive(epoch)
    run_git(epoch, "update-ref", "refs/heads/master", "master~1")
    with pytest.raises(ArchiveError, match="history was rewritten"):
        read_raw(epoch, last.position)


@pytest.mark.parametrize("after", ["12345", "7:" + "0" * 40, "0:--all", "0:HEAD"])
def test_a_position_that_does_not_fit_is_an_error(tmp_path, after):
    with pytest.raises(ArchiveError, match="there is no commit"):
        read_raw(make_epoch(tmp_path / "0.git", ONE), after)


def test_a_mail_says_where_it_lies(tmp_path):
    epoch = make_epoch(tmp_path / "git/0.git", ONE)
    (mail,) = read_archive(tmp_path)
    (commit,) = list_commits(epoch)
    assert mail.where == f"git/0.git commit {commit}"


def test_progress_is_counted_in_commits_up_to_the_total(tmp_path):
    make_epoch(tmp_path / "git/0.git", ONE, None, TWO)
    make_epoch(tmp_path / "git/1.git", THREE)
    archive = open_archive(tmp_path)
    mails = list(archive.read())
    assert (archive.unit, archive.total()) == ("commits", 4)
    assert [mail.progress for mail in mails] == [1, 3, 4]
    assert [mail.progress for mail in archive.read(mails[1].position)] == [4]


def test_format_1_is_an_error_that_says_what_to_do(tmp_path):
    epoch = make_epoch(tmp_path / "inbox.git", ONE)
    commit = b"commit refs/heads/master\ncommitter J <j@example.org> 1600000000 +0000\ndata 1\nx\n"
    file = b"deleteall\nM 100644 inline ab/%b\ndata 1\nx\n" % (b"0" * 38)
    run_git(epoch, "fast-import", "--quiet", "--force", stdin=commit + file)
    with pytest.raises(ArchiveError, match="format 1; run public-inbox-convert"):
        read_raw(epoch)


def test_any_other_repository_is_an_error(tmp_path):
    epoch = make_epoch(tmp_path / "0.git", ONE)
    commit = b"commit refs/heads/master\ncommitter J <j@example.org> 1600000000 +0000\ndata 1\nx\n"
    run_git(epoch, "fast-import", "--force", stdin=commit + b"M 100644 inline README\ndata 1\nx\n")
    with pytest.raises(ArchiveError, match="is no public-inbox"):
        read_raw(epoch)


def test_a_head_that_leads_nowhere_is_an_error(tmp_path):
    epoch = make_epoch(tmp_path / "0.git", ONE)
    run_git(epoch, "symbolic-ref", "HEAD", "refs/heads/other")
    with pytest.raises(ArchiveError, match=r"git cannot read it: fatal: .*HEAD"):
        read_raw(epoch)


def test_a_message_that_git_has_lost_is_an_error_after_those_before_it(tmp_path):
    epoch = make_epoch(tmp_path / "0.git", ONE, TWO, THREE)
    find_message(epoch, "master~1").unlink()
    mails = read_archive(epoch)
    assert next(mails).raw == ONE
    with pytest.raises(ArchiveError, match="is missing or broken; run `git fsck`"):
        next(mails)


def test_a_corrupt_message_is_an_error_in_the_words_of_git(tmp_path):
    mail = make_mail("two", random.Random(0).randbytes(100_000))
    epoch = make_epoch(tmp_path / "0.git", ONE, mail)
    blob = find_message(epoch, "master")
    blob.chmod(0o600)
    os.truncate(blob, 50_000)
    mails = read_archive(epoch)
    assert next(mails).raw == ONE
    with pytest.raises(ArchiveError, match=r"git cannot read commit \w+: (error|fatal): "):
        next(mails)


def test_a_message_past_the_limit_is_an_error_that_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(values, "MESSAGE_LIMIT", 100)
    epoch = make_epoch(tmp_path / "0.git", ONE, ONE + b"x" * 100)
    mails = read_archive(epoch)
    assert next(mails).raw == ONE
    with pytest.raises(ArchiveError, match=f"commit {list_commits(epoch)[1]} holds a blob"):
        next(mails)


def test_no_program_that_the_repository_names_is_run(tmp_path):
    epoch = make_epoch(tmp_path / "0.git", ONE, TWO)
    find_message(epoch, "master").unlink()
    for key, text in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": "ssh://example.org/x",
        "core.sshCommand": f"touch {tmp_path}/was-run; false",
        "protocol.ssh.allow": "always",
    }.items():
        run_git(epoch, "config", key, text)
    with pytest.raises(ArchiveError):
        read_raw(epoch)
    assert not (tmp_path / "was-run").exists()


def test_the_repository_of_a_calling_git_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    epoch = tmp_path / "0.git"
    with monkeypatch.context() as calm:
        calm.delenv("GIT_OBJECT_DIRECTORY")
        make_epoch(epoch, ONE)
    assert read_raw(epoch) == [ONE]


def test_a_missing_git_is_an_error_that_says_so(tmp_path, monkeypatch):
    epoch = make_epoch(tmp_path / "0.git", ONE)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ArchiveError, match="please install it"):
        read_raw(epoch)


def test_no_process_is_left_when_reading_stops_early(tmp_path, processes):
    epoch = make_epoch(tmp_path / "0.git", *[make_mail("big", b"x" * 100_000)] * 50)
    mails = read_archive(epoch)
    assert len(list(islice(mails, 2))) == 2
    assert None in [process.returncode for process in processes]
    mails.close()
    assert None not in [process.returncode for process in processes]


def find_message(epoch: Path, revision: str) -> Path:
    """The file that holds the blob of a message; git packs small histories only when told to."""
    blob = run_git(epoch, "rev-parse", f"{revision}:m").decode().strip()
    return epoch / "objects" / blob[:2] / blob[2:]
