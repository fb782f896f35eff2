"""Who wrote a mail, also when list software has put itself into the From header (DMARC)."""

import hashlib
import re
from collections.abc import Iterator

from ingest.mail.addresses import clean_address, read_mailbox, split_mailboxes
from ingest.mail.header import Header
from ingest.mail.values import Address

_VIA = re.compile(r"(.+?) via \S", re.IGNORECASE)
_LETTERS = re.compile(r"\w+")
_BETWEEN_ADDRESSES = re.compile(r"(?:[\s<>;,?]|mailto:)+")
_NOT_IN_DOMAIN = re.compile(r"[^\w.-]+")
_LONGEST_VALUE = 20_000
_LONGEST_DOMAIN = 120
_ORIGINAL_SENDERS = ("x-original-from", "x-original-sender", "x-authenticated-from")
_LIST_FIELDS = ("list-post", "x-beenthere", "mailing-list", "x-mailing-list")


def _is_list_address(header: Header, address: str) -> bool:
    """Whether an address is the list's own, never a person's."""
    for name in _LIST_FIELDS:
        for value in header.all(name):
            said = value[:_LONGEST_VALUE].lower()
            if address in said and address in _BETWEEN_ADDRESSES.split(said):
                return True
    return False


def _split_via(name: str) -> tuple[str, bool]:
    """`Jane Doe via some-list` is Jane Doe, and somebody else put the `via` there."""
    match = _VIA.match(name)
    return (match[1].strip("\"' "), True) if match else (name, False)


def _decode_local_part(address: str) -> str:
    """`jane=example.org@groups.io` hides jane@example.org."""
    local, _, _ = address.rpartition("@")
    user, equals, domain = local.rpartition("=")
    return clean_address(f"{user}@{domain}") if equals and "." in domain else ""


def _same_name(one: str, other: str) -> bool:
    """Whether two names have the same words, in any order and punctuation."""
    words = sorted(_LETTERS.findall(one.lower()))
    return bool(words) and words == sorted(_LETTERS.findall(other.lower()))


def _original_senders(header: Header, shown: Address) -> Iterator[Address]:
    """Who the list software says, in fields of its own or within its address, wrote the mail."""
    for name in _ORIGINAL_SENDERS:
        yield read_mailbox(header.first(name)[:_LONGEST_VALUE])
    yield Address(name=shown.name, address=_decode_local_part(shown.address))
    yield Address(name="", address=clean_address(shown.name))


def _find_true_sender(header: Header, shown: Address) -> Address | None:
    """The person behind a rewritten From, by everything that list software leaves."""

    def is_person(candidate: Address) -> bool:
        address = candidate.address
        return bool(address) and address != shown.address and not _is_list_address(header, address)

    for original in filter(is_person, _original_senders(header, shown)):
        return original
    answers = list(filter(is_person, split_mailboxes(header.first("reply-to"))))
    named = [one for one in answers if _same_name(one.name, shown.name)]
    if named or len(answers) == 1:
        return (named or answers)[0]
    # Everybody who takes part may stand in Cc, so there only the name can tell.
    copies = filter(is_person, split_mailboxes(header.first("cc")))
    return next((one for one in copies if _same_name(one.name, shown.name)), None)


def _make_address(name: str, list_ids: tuple[str, ...]) -> str:
    """One address per list and name, in a domain that never receives mail (RFC 2606)."""
    name = name.lower()
    slug = ".".join(_LETTERS.findall(name))[:60]
    if slug != name:
        slug = f"{slug}.{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    list_id = list_ids[0] if list_ids else "unknown"
    domain = _NOT_IN_DOMAIN.sub("-", list_id)[:_LONGEST_DOMAIN]
    return f"{slug.strip('.')}@{domain}.invalid"


def _read_sender_field(header: Header, shown_name: str, list_ids: tuple[str, ...]) -> Address:
    """The author of a mail whose From gives no address."""
    sender = read_mailbox(header.first("sender")[:_LONGEST_VALUE])
    if sender.address and not shown_name and not _is_list_address(header, sender.address):
        return sender
    name = _split_via(shown_name)[0]
    return Address(name=name, address=_make_address(name or "unknown", list_ids))


def choose_author(header: Header, list_ids: tuple[str, ...]) -> Address:
    """The person who wrote the mail; its address is never empty and never the list's
    if the mail gives any other hint.

    Where the true address cannot be known, the address is made from the list and the name.
    """
    shown = read_mailbox(header.first("from")[:_LONGEST_VALUE])
    if not shown.address:
        return _read_sender_field(header, shown.name, list_ids)
    name, via = _split_via(shown.name)
    hides_another = bool(_decode_local_part(shown.address))
    if not (via or hides_another or _is_list_address(header, shown.address)):
        return shown
    true = _find_true_sender(header, Address(name=name, address=shown.address))
    if true:
        return Address(name=name if name and "@" not in name else true.name, address=true.address)
    if name:
        return Address(name=name, address=_make_address(name, list_ids))
    return shown
