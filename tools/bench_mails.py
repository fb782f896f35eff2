"""The mails that benchmarks deliver: those of an archive, as often as wanted."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ingest.archive import read_archive

_IDS = re.compile(rb"(?im)^(message-id|in-reply-to|references):(.*(?:\n[ \t].*)*)")
_FROM = re.compile(rb"(?im)^from:.*(?:\n[ \t].*)*")


def rename(raw: bytes, copy: int) -> bytes:
    """A mail as another one: under other message-ids and from another sender."""
    header, gap, body = raw.partition(b"\n\n")
    header = _IDS.sub(lambda m: m[0].replace(b"<", b"<%d." % copy), header)
    header = _FROM.sub(lambda m: m[0].replace(b"@", b"@c%d." % copy), header)
    return header + gap + body


def read_raws(archive: Path, limit: int | None = None, repeat: int = 1) -> Iterator[bytes]:
    """The first `limit` mails of an archive, `repeat` times over, then each time renamed.

    Raises ArchiveError.
    """
    for copy in range(repeat):
        for mail in islice(read_archive(archive), limit):
            yield rename(mail.raw, copy) if repeat > 1 else mail.raw
