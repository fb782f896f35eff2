"""Packed archives read like plain ones, and say where they are broken."""

import gzip
import lzma
import random
from pathlib import Path

import pytest

from ingest.archive import ArchiveError, open_archive, read_archive, streams

from .samples import make_mail, make_mbox, read_raw, write

PACKERS = {"gz": gzip.compress, "xz": lzma.compress}
# Bodies that do not shrink to nothing, so that a cut leaves some mails on each side.
MAILS = [
    make_mail(str(seed), random.Random(seed).randbytes(900).hex().encode() + b"\n")
    for seed in range(200)
]
MBOX = make_mbox(*MAILS)

each_packer = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)


def read_until_error(path: Path) -> tuple[list[bytes], ArchiveError]:
    mails = []
    with pytest.raises(ArchiveError) as caught:
        # Unlike a list of its own, this one keeps what came before the error.
        mails.extend(mail.raw for mail in read_archive(path))
    return mails, caught.value


@each_packer
def test_the_content_tells_how_it_is_packed_not_the_name(tmp_path, pack):
    assert read_raw(write(tmp_path / "inbox", pack(MBOX))) == MAILS


def test_a_plain_file_may_be_called_gz(tmp_path):
    assert read_raw(write(tmp_path / "inbox.gz", MBOX)) == MAILS


@each_packer
def test_an_empty_archive_holds_nothing(tmp_path, pack):
    assert read_raw(write(tmp_path / "inbox", pack(b""))) == []


@each_packer
def test_a_bare_message_may_be_packed(tmp_path, pack):
    assert read_raw(write(tmp_path / "one", pack(MAILS[0]))) == MAILS[:1]


@each_packer
def test_members_follow_each_other_with_padding(tmp_path, pack):
    half = len(MBOX) // 2
    content = pack(MBOX[:half]) + bytes(512) + pack(b"") + pack(MBOX[half:]) + bytes(512)
    assert read_raw(write(tmp_path / "inbox", content)) == MAILS


@each_packer
def test_each_position_leads_to_what_follows(tmp_path, pack):
    path = write(tmp_path / "inbox", pack(MBOX))
    positions = [mail.position for mail in read_archive(path)]
    assert read_raw(path, positions[0]) == MAILS[1:]
    assert read_raw(path, positions[150]) == MAILS[151:]
    assert read_raw(path, positions[-1]) == []


@each_packer
def test_a_position_past_the_end_is_an_error(tmp_path, pack):
    with pytest.raises(ArchiveError, match="the archive ends before this place"):
        read_raw(write(tmp_path / "inbox", pack(MBOX)), "9999999")


@each_packer
def test_a_cut_archive_yields_whole_mails_and_an_error_that_names_the_place(tmp_path, pack):
    packed = pack(MBOX)
    mails, error = read_until_error(write(tmp_path / "inbox", packed[: len(packed) // 2]))
    assert 90 < len(mails) < 110
    assert mails == MAILS[: len(mails)]
    assert len(make_mbox(*mails)) <= error.offset < len(make_mbox(*MAILS[: len(mails) + 2]))
    assert f"inbox, byte {error.offset}: the packed data ends too early" in str(error)


def test_a_cut_archive_yields_a_mail_only_if_the_next_one_shows_that_it_is_whole(tmp_path):
    one, two = make_mail("one"), make_mail("two")
    checksum_and_size = 8
    packed = gzip.compress(make_mbox(one, two))[:-checksum_and_size]
    mails, error = read_until_error(write(tmp_path / "inbox", packed))
    assert (mails, error.offset) == ([one], len(make_mbox(one, two)))


@each_packer
def test_a_corrupt_archive_yields_what_came_before(tmp_path, pack):
    packed = bytearray(pack(MBOX))
    middle = len(packed) // 2
    packed[middle : middle + 2000] = bytes(2000)
    mails, error = read_until_error(write(tmp_path / "inbox", bytes(packed)))
    assert mails[:90] == MAILS[:90]
    assert "the packed data is corrupt" in error.reason


@each_packer
def test_an_archive_cut_at_once_is_an_error(tmp_path, pack):
    mails, error = read_until_error(write(tmp_path / "inbox", pack(MBOX)[:8]))
    assert (mails, error.offset) == ([], 0)


def test_an_archive_cut_in_its_first_line_is_not_taken_for_something_else(tmp_path):
    unshrunk = gzip.compress(MBOX, compresslevel=0)
    mails, error = read_until_error(write(tmp_path / "inbox", unshrunk[:30]))
    assert (mails, error.offset) == ([], 15)
    assert "the packed data ends too early" in error.reason


@each_packer
def test_a_cut_before_the_position_is_an_error(tmp_path, pack):
    path = write(tmp_path / "inbox", pack(MBOX)[:90_000])
    with pytest.raises(ArchiveError, match="ends too early"):
        read_raw(path, str(len(MBOX)))


@each_packer
def test_what_follows_the_packed_data_is_an_error(tmp_path, pack):
    mails, error = read_until_error(write(tmp_path / "inbox", pack(MBOX) + b"rubbish" * 9))
    assert mails == MAILS[:-1]
    assert (error.offset, "corrupt" in error.reason) == (len(MBOX), True)


@each_packer
def test_progress_is_counted_in_packed_bytes(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(streams, "_CHUNK", 4096)
    path = write(tmp_path / "inbox", pack(MBOX))
    archive = open_archive(path)
    progress = [mail.progress for mail in archive.read()]
    assert progress[0] < progress[-1] == archive.total() == path.stat().st_size
