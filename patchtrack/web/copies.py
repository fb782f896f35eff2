"""Shows kept mails as text, and the copies of one message so that their differences are seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from ingest.mail import NotMail, parse_mail
from ingest.mail.charset import decode_bytes
from ingest.mail.header import decode_words, split_fields
from patchtrack.models import Mail
from patchtrack.web.text import LONGEST_TEXT, escape_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCopy:
    """A mail and its text as HTML for inside a `pre`; None where it is too large for a page."""

    mail: Mail
    html: SafeString | None


def show_copies(mails: Sequence[Mail], raws: dict[int, bytes]) -> list[ShownCopy]:
    """Each mail's text. Of several, the lines are marked that the first of them does not have,
    and in the first those that the second does not have; this says nothing of their order, but
    takes no longer than reading them. `raws` has the bytes of those small enough, by id.
    """
    if len(mails) == 1:
        lines = {mail.pk: _split_raw(raws[mail.pk]) for mail in mails if mail.pk in raws}
    else:
        lines = {mail.pk: _split_decoded(raws[mail.pk]) for mail in mails if mail.pk in raws}
    return [
        ShownCopy(
            mail=mail,
            html=_render_lines(lines[mail.pk], _known_lines(mails, lines, place))
            if mail.pk in lines
            else None,
        )
        for place, mail in enumerate(mails)
    ]


def _known_lines(
    mails: Sequence[Mail], lines: dict[int, list[str]], place: int
) -> frozenset[str] | None:
    """The lines of the copy that this one is compared with, None if there is none."""
    if len(mails) == 1:
        return None
    other = lines.get(mails[0 if place else 1].pk)
    return None if other is None else frozenset(other)


def _split_raw(raw: bytes) -> list[str]:
    return decode_bytes(raw)[0][:LONGEST_TEXT].split("\n")


def _split_decoded(raw: bytes) -> list[str]:
    """The mail's fields, text and diff without the encodings that they travelled in."""
    try:
        fields, _ = split_fields(raw)
        parsed = parse_mail(raw)
    except NotMail:
        return _split_raw(raw)
    header = "\n".join(f"{name}: {_read_value(value)}" for name, value in fields)
    return f"{header}\n\n{parsed.message}\n{parsed.diff}"[:LONGEST_TEXT].split("\n")


def _read_value(value: bytes) -> str:
    return "\n".join(map(decode_words, decode_bytes(value)[0].strip().split("\n")))


def _render_lines(lines: Sequence[str], known: frozenset[str] | None) -> SafeString:
    html = [_render_line(line.rstrip("\r"), differs=known is not None and line not in known)
            for line in lines]  # fmt: skip
    return mark_safe("\n".join(html))  # noqa: S308 (each line was escaped)


def _render_line(line: str, *, differs: bool) -> str:
    html = escape_text(line)
    return f"<mark>{html}</mark>" if differs and line.strip() else html
