"""A Maildir is read in the order of its names while other programs work in it."""

from pathlib import Path

import pytest

from ingest.archive import ArchiveError, maildir, open_archive, read_archive, values

from .samples import make_mail, read_raw, write

ONE, TWO, THREE = make_mail("one"), make_mail("two"), make_mail("three")


@pytest.fixture
def inbox(tmp_path) -> Path:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
    return tmp_path


def test_both_folders_are_read_in_the_order_of_names(inbox):
    write(inbox / "cur/1600000003.c.host:2,RS", THREE)
    write(inbox / "cur/1600000001.a.host:2,", ONE)
    write(inbox / "new/1600000002.b.host", TWO)
    assert read_raw(inbox) == [ONE, TWO, THREE]


def test_a_message_is_its_file_byte_for_byte(inbox):
    mail = b"From me\r\n>From you\0\xff"
    write(inbox / "new/1.a", mail)
    assert read_raw(inbox) == [mail]


def test_unfinished_files_subfolders_and_hidden_files_are_not_read(inbox):
    write(inbox / "tmp/1.a", ONE)
    write(inbox / "new/.lock", ONE)
    (inbox / "cur/folder").mkdir()
    (inbox / ".Sub.folder/cur").mkdir(parents=True)
    write(inbox / ".Sub.folder/cur/2.b", TWO)
    assert read_raw(inbox) == []


def test_each_position_leads_to_what_follows(inbox):
    write(inbox / "new/1.a", ONE)
    write(inbox / "new/2.b", TWO)
    write(inbox / "cur/3.c:2,S", THREE)
    rest = [read_raw(inbox, mail.position) for mail in read_archive(inbox)]
    assert rest == [[TWO, THREE], [THREE], []]


def test_a_position_outlives_new_flags(inbox):
    write(inbox / "cur/1.a:2,", ONE)
    write(inbox / "cur/2.b:2,", TWO)
    first = next(read_archive(inbox))
    (inbox / "cur/1.a:2,").rename(inbox / "cur/1.a:2,RS")
    assert read_raw(inbox, first.position) == [TWO]


def test_a_message_that_is_renamed_meanwhile_is_found(inbox):
    write(inbox / "new/1.a", ONE)
    write(inbox / "new/2.b", TWO)
    mails = read_archive(inbox)
    next(mails)
    (inbox / "new/2.b").rename(inbox / "cur/2.b:2,S")
    second = next(mails)
    assert (second.raw, second.where) == (TWO, "cur/2.b:2,S")


def test_a_message_that_is_removed_meanwhile_is_left_out(inbox):
    for name, mail in (("1.a", ONE), ("2.b", TWO), ("3.c", THREE)):
        write(inbox / "new" / name, mail)
    mails = read_archive(inbox)
    next(mails)
    (inbox / "new/2.b").unlink()
    assert [mail.raw for mail in mails] == [THREE]


def test_many_removed_messages_take_one_new_list(inbox, monkeypatch):
    for number in range(100, 150):
        write(inbox / f"new/{number}.a", ONE)
    lists = []
    list_files = maildir.list_files
    monkeypatch.setattr(maildir, "list_files", lambda path: lists.append(path) or list_files(path))
    mails = read_archive(inbox)
    next(mails)
    for file in (inbox / "new").iterdir():
        file.unlink()
    assert list(mails) == []
    assert len(lists) == 2


def test_progress_is_counted_in_files_up_to_the_total(inbox):
    write(inbox / "new/1.a", ONE)
    write(inbox / "new/2.b", TWO)
    archive = open_archive(inbox)
    assert (archive.unit, archive.total()) == ("files", 2)
    assert [mail.progress for mail in archive.read()] == [1, 2]
    assert [mail.progress for mail in archive.read("1.a")] == [2]


def test_a_message_past_the_limit_is_an_error_that_names_it(inbox, monkeypatch):
    monkeypatch.setattr(values, "MESSAGE_LIMIT", 100)
    write(inbox / "new/1.a", ONE + b"x" * 100)
    with pytest.raises(ArchiveError, match=r"new/1\.a, byte 0: longer than"):
        read_raw(inbox)


def test_a_folder_of_any_other_kind_is_an_error(tmp_path):
    write(tmp_path / "inbox.mbox", ONE)
    with pytest.raises(ArchiveError, match="this folder is no archive"):
        open_archive(tmp_path)
