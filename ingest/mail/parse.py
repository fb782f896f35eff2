"""Bytes to ParsedMail: the one function that the rest of Patchtrack reads mail with."""

import hashlib
from collections.abc import Iterable

from ingest.mail.body import split_body
from ingest.mail.dates import choose_date, parse_date, read_hop_date
from ingest.mail.dependencies import read_dependencies
from ingest.mail.diff import read_diff
from ingest.mail.header import Header, split_header
from ingest.mail.hints import read_hints
from ingest.mail.ids import read_ancestors, read_list_ids, read_message_id
from ingest.mail.mime import Part, choose_text_parts, decode_part, read_parts
from ingest.mail.pull import read_pull_url
from ingest.mail.sender import choose_author
from ingest.mail.subject import split_subject
from ingest.mail.textual import html_to_text, is_unstuffed, unflow
from ingest.mail.trailers import read_trailers
from ingest.mail.values import Address, Body, ParsedMail, Subject

_LONGEST_SUBJECT = 4000


def _split_text(part: Part, text: str) -> Body:
    """A part's message and diff, its layout for display undone."""
    if part.content_type == "text/html":
        return split_body(html_to_text(text))
    body = split_body(text)
    # As `git am` does.
    if part.flowed and not is_unstuffed(body.diff):
        return split_body(unflow(text, part.delsp))
    return body


def _join_texts(texts: Iterable[str]) -> str:
    return "".join(text if text.endswith("\n") else text + "\n" for text in texts if text)


def _read_body(header: Header, raw_body: bytes) -> tuple[Body, bool]:
    """Message and diff of all text parts, and whether any part lied about its coding."""
    bodies: list[Body] = []
    any_lied = False
    for part in choose_text_parts(list(read_parts(header, raw_body))):
        text, lied = decode_part(part)
        bodies.append(_split_text(part, text))
        any_lied = any_lied or lied
    if len(bodies) == 1:
        return bodies[0], any_lied
    message = _join_texts(body.message for body in bodies)
    return Body(message=message, diff=_join_texts(body.diff for body in bodies)), any_lied


def _hash_content(
    author: Address, subject: Subject, date: str, ancestors: tuple[str, ...], body: Body
) -> str:
    # Empty lines at the end come and go as archives store a mail.
    message, diff = body.message.rstrip("\n"), body.diff.rstrip("\n")
    said = (author.address, author.name, date, subject.text, " ".join(ancestors), message, diff)
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def parse_body(raw: bytes) -> Body:
    """Read a mail's message and diff, as parse_mail does, and nothing else. Raises NotMail."""
    header, raw_body = split_header(raw)
    return _read_body(header, raw_body)[0]


def parse_sent(raw: bytes) -> tuple[Address, Body]:
    """Read who wrote a mail, its message and its diff, as parse_mail does, and nothing else.
    Raises NotMail."""
    header, raw_body = split_header(raw)
    return choose_author(header, read_list_ids(header)), _read_body(header, raw_body)[0]


def parse_mail(raw: bytes, tags: Iterable[str] = ()) -> ParsedMail:
    """Read one mail (RFC 5322 and MIME), whatever its sender made of the standards.

    `tags` are further trailer keys to collect. Takes time linear in the length of `raw`.
    Raises NotMail when the bytes have no header at all, and nothing else.
    """
    header, raw_body = split_header(raw)
    body, lied = _read_body(header, raw_body)
    subject = split_subject(header.text("subject")[:_LONGEST_SUBJECT])
    list_ids = read_list_ids(header)
    author = choose_author(header, list_ids)
    ancestors = read_ancestors(header)
    sent, hop = parse_date(header.first("date")), read_hop_date(header)
    date = choose_date(sent, hop)
    content_hash = _hash_content(author, subject, header.first("date"), ancestors, body)
    message_id = read_message_id(header)
    trailers = read_trailers(body.message, tags)
    faults = {
        "charset": lied,
        "no-message-id": not message_id,
        "date": date is None or date != sent,
        "sender": author.address.endswith(".invalid"),
    }
    return ParsedMail(
        message_id=message_id or f"{content_hash[:40]}@no-message-id.invalid",
        ancestors=ancestors,
        subject=subject,
        author=author,
        date=date,
        hop_date=hop,
        list_ids=list_ids,
        message=body.message,
        diff=body.diff,
        facts=read_diff(body.diff) if body.diff else None,
        pull_url=read_pull_url(body.message),
        trailers=trailers,
        dependencies=read_dependencies(trailers),
        hints=read_hints(header),
        flags=tuple(flag for flag, at_fault in faults.items() if at_fault),
        content_hash=content_hash,
    )
