"""Mails that were damaged on their way are read as far as they go."""

from random import Random

import pytest

from ingest.mail import NotMail, parse_mail
from tests.ingest.mail.reading import MAILS
from tests.ingest.mail.storable import assert_storable

FILES = sorted(MAILS.glob("*.eml"))
DAMAGES = 40


def flip(raw: bytearray, random: Random) -> None:
    for _ in range(random.randint(1, 20)):
        raw[random.randrange(len(raw))] = random.randrange(256)


def cut(raw: bytearray, random: Random) -> None:
    at = random.randrange(len(raw))
    del raw[at : at + random.choice([1, 10, 100, len(raw)])]


def double(raw: bytearray, random: Random) -> None:
    at = random.randrange(len(raw))
    piece = raw[at : at + random.choice([1, 10, 100, 1000])]
    raw[at:at] = piece * random.choice([1, 2, 50])


def splice(raw: bytearray, random: Random) -> None:
    other = random.choice(FILES).read_bytes()
    at = random.randrange(len(other))
    raw[random.randrange(len(raw)) :] = other[at:]


def damage(raw: bytes, random: Random) -> bytes:
    damaged = bytearray(raw)
    for _ in range(random.randint(1, 3)):
        if damaged:
            random.choice([flip, cut, double, splice])(damaged, random)
    return bytes(damaged)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_damaged_mail_is_read_or_is_no_mail(path):
    random = Random(path.stem)
    raw = path.read_bytes()
    for _ in range(DAMAGES):
        damaged = damage(raw, random)
        try:
            parsed = parse_mail(damaged)
        except NotMail:
            continue
        assert_storable(parsed)
