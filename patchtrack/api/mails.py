"""Tells what mails say: their header fields, their text and their diff."""

from ingest.mail.charset import decode_bytes
from ingest.mail.header import split_fields
from patchtrack.api.records import Record
from patchtrack.services.stored import StoredBody, StoredMail


def read_headers(raw: bytes) -> dict[str, str | list[str]]:
    """The fields of a mail by their names as written; the values of one that is repeated are a
    list. Folded values keep their line breaks. Raises NotMail."""
    headers: dict[str, list[str]] = {}
    for name, value in split_fields(raw)[0]:
        headers.setdefault(name, []).append(decode_bytes(value)[0].strip())
    return {name: values if len(values) > 1 else values[0] for name, values in headers.items()}


def tell_mail(mail: StoredMail | StoredBody | None) -> Record:
    """What a cover letter or a comment says; of a mail that is too large for a list, nothing."""
    if mail is None:
        return {"content": "", "headers": {}}
    return {"content": mail.parsed.message, "headers": read_headers(mail.raw)}


def tell_patch(mail: StoredMail | StoredBody | None) -> Record:
    """What a patch says."""
    return {**tell_mail(mail), "diff": (mail.parsed.diff if mail else "") or None}
