"""An mbox is cut into the mails that were put into it, whatever its writer forgot to quote."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from ingest.archive import ArchiveError, open_archive, read_archive, streams, values
from tests.waiting import SECONDS

from .samples import SEPARATOR, make_mail, make_mbox, read_raw, write

ONE, TWO, THREE = make_mail("one"), make_mail("two"), make_mail("three")


def read_mbox(tmp_path: Path, content: bytes, after: str = "") -> list[bytes]:
    return read_raw(write(tmp_path / "inbox.mbox", content), after)


def assert_one_mail(tmp_path: Path, body: bytes) -> None:
    """A mail with this body, which its writer did not quote, is not split."""
    mail = make_mail("one", body)
    assert read_mbox(tmp_path, make_mbox(mail, TWO)) == [mail, TWO]


def test_mails_come_out_as_they_went_in(tmp_path):
    assert read_mbox(tmp_path, make_mbox(ONE, TWO, THREE)) == [ONE, TWO, THREE]


def test_lines_may_end_in_cr_lf(tmp_path):
    mails = [mail.replace(b"\n", b"\r\n") for mail in (ONE, TWO)]
    content = make_mbox(ONE, TWO).replace(b"\n", b"\r\n")
    assert read_mbox(tmp_path, content) == mails


def test_only_the_empty_line_of_the_mbox_is_taken_off(tmp_path):
    mail = make_mail("one", b"Hello.\n\n\n")
    assert read_mbox(tmp_path, make_mbox(mail, mail)) == [mail, mail]


def test_empty_lines_may_precede_the_first_mail(tmp_path):
    assert read_mbox(tmp_path, b"\n\n" + make_mbox(ONE)) == [ONE]


def test_mboxrd_quoting_is_undone_by_one_level(tmp_path):
    content = make_mbox(make_mail("one", b">From a\n>>From b\nx >From c\n>from d\n"))
    assert read_mbox(tmp_path, content) == [
        make_mail("one", b"From a\n>From b\nx >From c\n>from d\n")
    ]


@pytest.mark.parametrize(
    "separator",
    [
        b"From jane@example.org Mon Jan  6 12:00:00 2020",
        b"From jane at example.org  Mon Jan  6 12:00:00 2020",
        b"From jane@example.org Mon Jan  6 12:00 2020",
        b"From jane@example.org Mon Jan 06 12:00:00 EST 2020",
        b"From 1600@xxx Mon Jan 06 12:00:00 +0000 2020",
        b"From jane Mon Jan  6 12:00:00 2020 remote from example",
        b"From jane@example.org Mon, 6 Jan 2020 12:00:00 +0000",
        b"From - Mon Jan  6 12:00:00 2020",
    ],
)
def test_separators_as_writers_spell_them(tmp_path, separator):
    content = b"".join(separator + b"\n" + mail + b"\n" for mail in (ONE, TWO))
    assert read_mbox(tmp_path, content) == [ONE, TWO]


@pytest.mark.parametrize(
    "body",
    [
        b"Hi,\n\nFrom here on it works.\n",
        b"Hi,\n\nFrom here on:\nNote: it works.\n",
        b"Hi,\n\nFrom jane@example.org Mon Jan  6 12:00:00 2020\nshe said it works.\n",
        b"Hi,\n\nFrom jane@example.org Mon Jan  6 12:00:00 2020\nhttps://example.org/\n",
        b"Hi,\nFrom jane@example.org Mon Jan  6 12:00:00 2020\nNote: it works.\n",
        b"Hi,\n\n From jane@example.org Mon Jan  6 12:00:00 2020\nNote: it works.\n",
        b"Hi,\n\nFrom Mon Jan  6 12:00:00 2020 " + b"on " * 500 + b"\nNote: it works.\n",
    ],
)
def test_an_unquoted_line_does_not_split_a_mail(tmp_path, body):
    assert_one_mail(tmp_path, body)


def test_an_attached_patch_does_not_split_a_mail(tmp_path):
    patch = b"From %b Mon Sep 17 00:00:00 2001\n%b" % (b"a1" * 20, make_mail("[PATCH] x"))
    assert_one_mail(tmp_path, b"See the patch.\n\n" + patch)


def test_a_file_of_patches_is_split(tmp_path):
    separator = b"From %b Mon Sep 17 00:00:00 2001\n" % (b"a1" * 20)
    content = separator + ONE + b"\n" + separator + TWO + b"\n"
    assert read_mbox(tmp_path, content) == [ONE, TWO]


def test_the_first_field_may_be_the_envelope_of_an_earlier_hop(tmp_path):
    mail = b"From jane Mon Jan  6 12:00:00 2020\n" + ONE
    assert read_mbox(tmp_path, make_mbox(TWO, b">" + mail)) == [TWO, mail]


@pytest.mark.parametrize("size", [1, 7, 64, 1500])
def test_the_size_of_chunks_does_not_matter(tmp_path, monkeypatch, size):
    mails = [make_mail(str(number), b">From me\n" * number * 9) for number in range(60)]
    path = write(tmp_path / "inbox.mbox", make_mbox(*mails))
    expected = read_raw(path)
    monkeypatch.setattr(streams, "HEAD", 1024)
    monkeypatch.setattr(streams, "_CHUNK", size)
    assert read_raw(path) == expected
    assert len(expected) == 60


def test_zeros_in_a_mail_do_not_lose_the_next(tmp_path):
    assert read_mbox(tmp_path, make_mbox(ONE + bytes(5000), TWO))[1:] == [TWO]


@pytest.mark.parametrize("damage", [b"\0" * 600, b"\x01\xff\xfe\n", b"Hel\x00\xff\r\n"])
def test_damage_that_ate_the_empty_line_does_not_lose_the_next_mail(tmp_path, damage):
    content = SEPARATOR + ONE + damage + make_mbox(TWO, THREE)
    assert read_mbox(tmp_path, content)[1:] == [TWO, THREE]


def test_a_mail_cut_off_by_the_end_of_the_file_is_there(tmp_path):
    content = make_mbox(ONE, TWO)
    assert read_mbox(tmp_path, content[:-5]) == [ONE, TWO[:-4]]


def test_a_separator_at_the_end_of_the_file_is_no_part_of_the_mail_before(tmp_path):
    assert read_mbox(tmp_path, make_mbox(ONE) + SEPARATOR) == [ONE]


def test_an_empty_file_holds_nothing(tmp_path):
    assert read_mbox(tmp_path, b"") == []


def test_a_file_may_be_one_bare_message(tmp_path):
    assert read_mbox(tmp_path, ONE) == [ONE]


def test_a_bare_message_is_neither_split_nor_unquoted(tmp_path):
    mail = make_mail("one", b">From me\n\n" + SEPARATOR + b"Subject: two\n\n")
    assert read_mbox(tmp_path, mail) == [mail]


def test_after_a_bare_message_nothing_follows(tmp_path):
    path = write(tmp_path / "one.eml", ONE)
    (mail,) = read_archive(path)
    assert read_raw(path, mail.position) == []


@pytest.mark.parametrize(
    "content",
    [
        b"# Read me\n\nThis: is not mail.\n",
        b"name: this is not mail either\n\nFrom: nobody\n",
        b"From here on\nSubject: nothing is mail\n",
        bytes(1000),
    ],
)
def test_what_is_not_mail_is_an_error_at_its_start(tmp_path, content):
    with pytest.raises(ArchiveError, match=r"inbox\.mbox, byte 0: this is not mail"):
        read_mbox(tmp_path, content)


def test_a_missing_file_is_an_error_that_names_it(tmp_path):
    with pytest.raises(ArchiveError, match=r"none\.mbox: cannot be read: No such file"):
        read_raw(tmp_path / "none.mbox")


def test_a_message_past_the_limit_is_an_error_that_names_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "_CHUNK", 4096)
    monkeypatch.setattr(values, "MESSAGE_LIMIT", 2**17)
    path = write(tmp_path / "inbox.mbox", make_mbox(ONE, make_mail("two", b"x" * 2**18)))
    mails = read_archive(path)
    assert next(mails).raw == ONE
    with pytest.raises(ArchiveError, match="a message longer than") as caught:
        next(mails)
    assert caught.value.offset == len(make_mbox(ONE))


def test_each_position_leads_to_what_follows(tmp_path):
    path = write(tmp_path / "inbox.mbox", make_mbox(ONE, TWO, THREE))
    rest = [read_raw(path, mail.position) for mail in read_archive(path)]
    assert rest == [[TWO, THREE], [THREE], []]


def test_a_position_far_into_the_file_leads_there(tmp_path):
    big = make_mail("one", b"Hello.\n" * streams.HEAD)
    path = write(tmp_path / "inbox.mbox", make_mbox(big, big, TWO))
    _, second, third = read_archive(path)
    (rest,) = read_archive(path, second.position)
    assert (rest.raw, rest.progress) == (TWO, third.progress)


def test_what_was_appended_since_is_read(tmp_path):
    path = write(tmp_path / "inbox.mbox", make_mbox(ONE))
    (mail,) = read_archive(path)
    write(path, make_mbox(ONE) + b"\n" + make_mbox(TWO))
    assert read_raw(path, mail.position) == [TWO]


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ("9999999", "the archive ends before this place"),
        ("50", "no message begins here any more"),
        ("0:abc", "is no place in an mbox"),
    ],
)
def test_a_position_that_does_not_fit_is_an_error(tmp_path, after, reason):
    with pytest.raises(ArchiveError, match=f"{reason}.*read it from its start"):
        read_mbox(tmp_path, make_mbox(ONE, TWO), after)


def test_a_mail_says_where_it_lies(tmp_path):
    path = write(tmp_path / "inbox.mbox", make_mbox(ONE, TWO))
    assert [mail.where for mail in read_archive(path)] == [
        "inbox.mbox at byte 0",
        f"inbox.mbox at byte {len(make_mbox(ONE))}",
    ]


def test_progress_is_counted_in_bytes_up_to_the_total(tmp_path):
    path = write(tmp_path / "inbox.mbox", make_mbox(*[make_mail("x", b"x" * 99_999 + b"\n")] * 20))
    archive = open_archive(path)
    progress = [mail.progress for mail in archive.read()]
    assert archive.unit == "bytes"
    assert progress == sorted(progress)
    assert progress[0] < archive.total() == progress[-1] == path.stat().st_size


def test_a_pipe_is_read_and_has_no_total(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = Thread(target=write, args=(tmp_path / "pipe", make_mbox(ONE, TWO)))
    writer.start()
    assert open_archive(tmp_path / "pipe").total() is None
    assert read_raw(tmp_path / "pipe") == [ONE, TWO]
    writer.join()


def test_a_dash_is_standard_input():
    program = "\n".join(
        [
            "import os, pathlib, ingest.archive",
            "for mail in ingest.archive.read_archive(pathlib.Path('-'), '0'):",
            "    print(mail.raw)",
            "os.fstat(0)  # it is still open",
        ]
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, input=make_mbox(ONE, TWO), capture_output=True, check=True, timeout=SECONDS
    )
    assert done.stdout.decode().splitlines() == [repr(ONE), repr(TWO)]
