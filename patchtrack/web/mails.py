"""A stored mail as a page shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from ingest.mail.charset import decode_bytes
from ingest.mail.header import decode_words, split_fields
from patchtrack.models import Comment, Message
from patchtrack.services.stored import StoredMail
from patchtrack.web.diffs import FileDiff, render_diff
from patchtrack.web.discussion import order_discussion
from patchtrack.web.text import escape_text, render_text

# Deeper answers are indented no further.
_DEEPEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMail:
    """A message, and its mail's text and diff as HTML; `text` is None where the mail is too
    large for a page. `added` and `removed` count lines of all files, also of the `left_out`
    ones. `depth` is 0 for a patch, a cover, and what answers them."""

    message: Message
    text: SafeString | None
    files: Sequence[FileDiff] = ()
    left_out: int = 0
    added: int = 0
    removed: int = 0
    depth: int = 0


def show_mail(message: Message, stored: StoredMail | None, depth: int = 0) -> ShownMail:
    """The mail as a page shows it; `stored` is None if it is too large for that."""
    if stored is None:
        return ShownMail(message=message, text=None, depth=depth)
    changes = stored.parsed.facts.files if stored.parsed.facts else ()
    files = render_diff(stored.parsed.diff)
    return ShownMail(
        message=message,
        text=render_text(stored.parsed.message),
        files=files,
        left_out=len(changes) - len(files),
        added=sum(change.added for change in changes),
        removed=sum(change.removed for change in changes),
        depth=min(depth, _DEEPEST),
    )


def show_discussion(comments: Iterable[Comment], stored: dict[int, StoredMail]) -> list[ShownMail]:
    """The comments' mails in the order of the conversation."""
    ordered = order_discussion([comment.message for comment in comments])
    return [show_mail(message, stored.get(message.pk), depth) for message, depth in ordered]


def render_headers(raw: bytes) -> SafeString:
    """All header fields of a mail, decoded, as HTML for inside a `pre`."""
    fields, _ = split_fields(raw)
    return format_html_join(
        "\n",
        "<b>{}:</b> {}",
        ((name, _render_value(value)) for name, value in fields),
    )


def _render_value(value: bytes) -> SafeString:
    lines = decode_bytes(value)[0].split("\n")
    html = "\n".join([escape_text(decode_words(line)).rstrip() for line in lines])
    return mark_safe(html.strip())  # noqa: S308 (each line was escaped)
