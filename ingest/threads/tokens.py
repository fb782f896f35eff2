"""Tokens tie messages together that may concern each other, known or not yet arrived."""

import hashlib
from collections.abc import Iterator

from ingest.mail.values import ParsedMail
from ingest.threads.nature import derive_nature

BURST_SECONDS = 20 * 60


def _hash_token(text: str) -> int:
    """A signed 64 bit number. Should two texts ever meet, two threads share a lock, no more:
    what belongs to what is decided on the messages themselves."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _burst_tokens(mail: ParsedMail) -> Iterator[str]:
    """Any two numbered mails of one sending within twenty minutes share one of these."""
    if mail.date is None or (mail.subject.total or 1) == 1 or derive_nature(mail) == "other":
        return
    slot = int(mail.date.timestamp()) // BURST_SECONDS
    sending = f"burst {mail.author.address}/{mail.subject.version}/{mail.subject.total}"
    yield f"{sending}/{slot}"
    yield f"{sending}/{slot + 1}"


def derive_tokens(mail: ParsedMail) -> frozenset[int]:
    """The tokens of a mail: itself, the mails it names, and the burst it was sent in."""
    texts = (mail.message_id, *mail.ancestors, *_burst_tokens(mail))
    return frozenset(map(_hash_token, texts))
