"""Reads messages again from the mails that they came in, since these are the source of truth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, Sum, Window

from ingest.mail import Body, ParsedMail, parse_body, parse_mail
from patchtrack.models import Comment, Cover, Mail, Patch
from patchtrack.models.mail import decompress_raw
from patchtrack.services.mbox import Item

# A larger mail is not read to be shown on a page; it can be downloaded.
LARGEST_SHOWN = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """A message's shown copy: its bytes and what they say."""

    raw: bytes
    parsed: ParsedMail


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBody:
    """A message's shown copy: its bytes, and its text and diff alone."""

    raw: bytes
    parsed: Body


def find_stored(messages: Iterable[int], largest: int = LARGEST_SHOWN) -> dict[int, StoredMail]:
    """The shown copies of messages (by database id) of at most `largest` bytes, in one query."""
    copies = Mail.objects.filter(message__in=list(messages), shown=True, size__lte=largest)
    found = {}
    for mail in copies.only("message_id", "raw"):
        raw = mail.read_raw()
        found[mail.message_id] = StoredMail(raw=raw, parsed=parse_mail(raw))
    return found


def find_smallest(messages: Iterable[int], most: int) -> dict[int, StoredBody]:
    """The shown copies of messages (by database id), the small ones first, until they have `most`
    bytes together; none of more than LARGEST_SHOWN. One query."""
    raws = find_smallest_raw(messages, most, LARGEST_SHOWN)
    return {row: StoredBody(raw=raw, parsed=parse_body(raw)) for row, raw in raws.items()}


def find_smallest_raw(messages: Iterable[int], most: int, largest: int) -> dict[int, bytes]:
    """The bytes of the shown copies of messages (by database id), the small ones first, until they
    have `most` together; none of more than `largest`. One query."""
    asked = Mail.objects.filter(message__among_all=list(messages), shown=True)
    copies = asked.filter(size__lte=largest)
    so_far = Window(Sum("size"), order_by=["size", "pk"])
    small = copies.annotate(so_far=so_far).filter(so_far__lte=most)
    return {row: decompress_raw(raw) for row, raw in small.values_list("message_id", "raw")}


def find_bodies(messages: Iterable[int], largest: int = LARGEST_SHOWN) -> dict[int, Body]:
    """What the shown copies of messages (by database id) of at most `largest` bytes say: their
    text and diff alone, which takes half the time of reading all. One query."""
    copies = Mail.objects.filter(message__in=list(messages), shown=True, size__lte=largest)
    found = copies.values_list("message_id", "raw")
    return {message: parse_body(decompress_raw(raw)) for message, raw in found}


def find_discussed(
    message: int, comments: Sequence[int], largest: int
) -> tuple[StoredMail | None, dict[int, Body]]:
    """What the shown copy of a message says, None if it has more than LARGEST_SHOWN bytes, and
    those of its comments of at most `largest` bytes. One query."""
    own = Q(message=message, size__lte=LARGEST_SHOWN)
    said = Q(message__among_all=comments, size__lte=largest)
    copies = Mail.objects.filter(own | said, shown=True)
    raws = {row: decompress_raw(raw) for row, raw in copies.values_list("message_id", "raw")}
    raw = raws.pop(message, None)
    stored = None if raw is None else StoredMail(raw=raw, parsed=parse_mail(raw))
    return stored, {row: parse_body(raw) for row, raw in raws.items()}


def find_raw(messages: Iterable[int]) -> dict[int, bytes]:
    """The bytes of the shown copies of messages (by database id), in one query."""
    copies = Mail.objects.filter(message__in=list(messages), shown=True)
    return {mail.message_id: mail.read_raw() for mail in copies.only("message_id", "raw")}


def find_patch_items(patches: Sequence[Patch]) -> list[Item]:
    """What a mbox of the patches is written from, in their order, in two queries.

    The patches come with their delegates. Trailers are those by which people answered for
    the patch (Acked-by, Reviewed-by, Tested-by, any configured `*-by`), in the order sent.
    """
    ids = [patch.pk for patch in patches]
    raws, trailers = find_raw(ids), _find_trailers(ids)
    return [
        Item(
            raw=raws[patch.pk],
            id=patch.pk,
            date=patch.date,
            delegate=patch.delegate.email if patch.delegate else "",
            trailers=tuple(trailers[patch.pk]),
        )
        for patch in patches
    ]


def find_cover_item(cover: Cover) -> Item:
    """What a mbox of the cover letter is written from."""
    return Item(raw=find_raw([cover.pk])[cover.pk], id=cover.pk, date=cover.date)


def _find_trailers(patches: Sequence[int]) -> dict[int, list[str]]:
    """The lines by which comments vouch for patches, by patch."""
    comments = Comment.objects.filter(patch__in=patches).order_by(
        "message__date", "message__message_id"
    )
    found: dict[int, list[str]] = {patch: [] for patch in patches}
    for patch, said in comments.values_list("patch_id", "message__trailers"):
        found[patch] += [
            f"{key}: {value}"
            for key, values in said.items()
            if key.endswith("-by")
            for value in values
        ]
    return found
