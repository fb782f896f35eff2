"""A stored mail as a page shows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from ingest.mail import Body
from ingest.mail.charset import decode_bytes
from ingest.mail.header import decode_words, split_fields
from patchtrack.models import Message
from patchtrack.web.diff_lines import DiffFile, split_files
from patchtrack.web.diffs import PLAIN_LOOK, FileDiff, Look, Room, render_diff
from patchtrack.web.said import Said
from patchtrack.web.text import escape_text, render_text

# Deeper answers are indented no further.
_DEEPEST = 6
# So many comments a page shows in full, and so many characters of them; the others it names.
MOST_COMMENTS = 200
MOST_TEXT = 1_000_000
# A larger comment has a page of its own.
LARGEST_COMMENT = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMail:
    """A message, and its mail's text and diff as HTML; `text` is None where the page has no
    room for them. `added` and `removed` count lines of all files, also of the `left_out`
    ones. `depth` is 0 for a patch, a cover, and what answers them; `addressed` says whether what
    a comment asks for was done, None that it asks nothing."""

    message: Message | Said
    text: SafeString | None
    files: Sequence[FileDiff] = ()
    left_out: int = 0
    added: int = 0
    removed: int = 0
    depth: int = 0
    addressed: bool | None = None

    @property
    def anchor(self) -> str:
        """The id of a comment's place on a page."""
        return str(self.message.pk)

    @property
    def asks(self) -> bool:
        """Whether a comment asks for action, or has asked for it."""
        return self.addressed is not None


def show_mail(
    message: Message | Said,
    text: str,
    files: Sequence[DiffFile],
    room: Room,
    look: Look = PLAIN_LOOK,
    depth: int = 0,
    addressed: bool | None = None,
) -> ShownMail:
    """A mail's text and its diff's files as a page with this much room shows them."""
    shown = render_diff(files, room, look) if files else ()
    return ShownMail(
        message=message,
        text=render_text(text),
        files=shown,
        left_out=len(files) - len(shown),
        added=sum(file.added for file in files),
        removed=sum(file.removed for file in files),
        depth=depth,
        addressed=addressed,
    )


def show_discussion(
    ordered: Iterable[tuple[Said, int]], bodies: Mapping[int, Body], room: Room
) -> list[ShownMail]:
    """The comments' mails in the order given, each with its depth. `bodies` has those that
    were read, by database id."""
    shown = []
    left = MOST_TEXT
    for said, level in ordered:
        body = bodies.get(said.pk)
        depth = min(level, _DEEPEST)
        left -= len(body.message) if body else 0
        if body is None or left < 0:
            shown.append(ShownMail(message=said, text=None, depth=depth, addressed=said.addressed))
            continue
        files = split_files(body.diff) if body.diff else ()
        look = Look(prefix=f"c{said.pk}") if files else PLAIN_LOOK
        shown.append(show_mail(said, body.message, files, room, look, depth, said.addressed))
    return shown


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
