"""What the pages of patches, covers and series have in common: a mail and what was said on it."""

from collections.abc import Mapping, Sequence

from ingest.mail import Body
from patchtrack.models import Comment, Kind, Message
from patchtrack.services.stored import StoredMail, find_bodies, find_discussed
from patchtrack.web.diff_lines import split_files
from patchtrack.web.diffs import FileDiff, Look, Room, render_one_file
from patchtrack.web.discussion import order_discussion
from patchtrack.web.mails import (
    LARGEST_COMMENT,
    MOST_COMMENTS,
    ShownMail,
    render_headers,
    show_discussion,
    show_mail,
)
from patchtrack.web.notes import render_notes
from patchtrack.web.said import Said, find_all_said


def find_submission(message: Message, comments: Sequence[Said], *, split: bool) -> dict:
    """The mail, its headers and its discussion, for a template; one query."""
    ordered = order_discussion(comments)
    own, bodies = find_discussed(message.pk, _choose_read(ordered), LARGEST_COMMENT)
    room = Room()
    return {
        "project": message.project,
        "message": message,
        "split": split,
        "mail": _show_own(message, own, [one for one, _ in ordered], bodies, room, split=split),
        "headers": render_headers(own.raw) if own else "",
        "discussion": show_discussion(ordered, bodies, room),
        "open_actions": sum(one.addressed is False for one, _ in ordered),
    }


def find_file(
    message: Message, number: int, page: str, *, split: bool
) -> tuple[FileDiff, int] | None:
    """The `number`th file of a message's diff by itself, and how many there are; None if there
    is no such file. `page` is the address at which the comments on it stand. Three queries."""
    body = find_bodies([message.pk]).get(message.pk)
    files = split_files(body.diff) if body else []
    if not 1 <= number <= len(files):
        return None
    comments = Comment.objects.filter(patch=message.pk) | Comment.objects.filter(cover=message.pk)
    ordered = order_discussion(find_all_said(comments))
    bodies = find_bodies(_choose_read(ordered), LARGEST_COMMENT)
    notes = render_notes([one for one, _ in ordered], bodies, files, page)
    look = Look(split=split, prefix=choose_prefix(message), notes=notes)
    return render_one_file(files[number - 1], look), len(files)


def choose_prefix(message: Message) -> str:
    """What stands before the anchors of a message's diff: those of a patch have short ones."""
    return "" if message.kind in (Kind.PATCH, Kind.COVER) else f"c{message.pk}"


def _choose_read(ordered: Sequence[tuple[Said, int]]) -> list[int]:
    """The comments whose text a page shows, by their ids."""
    return [message.pk for message, _ in ordered[:MOST_COMMENTS]]


def _show_own(
    message: Message,
    own: StoredMail | None,
    comments: Sequence[Said],
    bodies: Mapping[int, Body],
    room: Room,
    *,
    split: bool,
) -> ShownMail:
    if own is None:
        return ShownMail(message=message, text=None)
    files = split_files(own.parsed.diff) if own.parsed.diff else ()
    notes = render_notes(comments, bodies, files, page="")
    look = Look(split=split, prefix=choose_prefix(message), notes=notes)
    addressed = message.comment.addressed if message.kind == Kind.COMMENT else None
    text = own.parsed.message
    return show_mail(message, text, files, room, look, addressed=addressed)
