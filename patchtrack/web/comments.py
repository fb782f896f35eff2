"""The comments of a discussion, written here and not by templates: a page has hundreds of them."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from patchtrack.web.ages import Clock
from patchtrack.web.links import message_url, own_url
from patchtrack.web.mails import ShownMail
from patchtrack.web.names import display_name


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentWriter:
    """Writes the comments of a page of the project of this linkname, by a clock. What few of them
    have is left to a template, of which `include` gives the HTML for a comment."""

    clock: Clock
    linkname: str
    include: Callable[[str, ShownMail], str]

    def render(self, mail: ShownMail) -> str:
        """A comment as HTML: who says something and when, with links to the comment itself and to
        its raw mail; whether it asks for action; what it says; and the diff that it brings."""
        message, author = mail.message, mail.message.author
        raw = message_url(self.linkname, "mail", message.message_id, "raw")
        asks = self.include("patchtrack/_addressed.html", mail) if mail.asks else ""
        diff = self.include("patchtrack/_diff.html", mail) if mail.files else ""
        return (
            f'<article class="comment depth-{mail.depth}" id="{mail.anchor}">\n<header>\n'
            f'<b title="{escape(author.address)}"><bdi>{escape(display_name(author))}</bdi></b>\n'
            f'<a class="minor" href="#{message.pk}">{self.clock.render_exact_time(message.date)}'
            f'</a>\n<a class="minor" href="{escape(raw)}">raw</a>\n{asks}</header>\n'
            f"{self._render_text(mail)}{diff}</article>\n"
        )

    def _render_text(self, mail: ShownMail) -> str:
        """What a comment says, or where it is said if the page has no room for it."""
        if mail.text is None:
            url = escape(own_url(self.linkname, mail.message))
            return f'<p class="nothing"><a class="load" href="{url}">Show this comment</a></p>\n'
        return f'<div class="mail">{mail.text}</div>\n' if mail.text else ""
