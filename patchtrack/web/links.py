"""Where things are on the web: the addresses of Patchwork, so that old links keep working."""

from functools import lru_cache
from urllib.parse import quote

from django.urls import get_script_prefix, reverse

from patchtrack.models import Comment, Kind, Message, Project

# What may stand in one segment of a path as it is (RFC 3986, section 3.3); "/" is %2F.
_SEGMENT = "!$&'()*+,;=:@~"


def quote_segment(text: str) -> str:
    return quote(text, safe=_SEGMENT)


@lru_cache(maxsize=1024)
def _project_url(linkname: str, _prefix: str) -> str:
    """A page has hundreds of links, and all into one project; the prefix is the server's."""
    return reverse("series-list", args=[linkname])


def message_url(linkname: str, kind: str, message_id: str, leaf: str = "") -> str:
    """The page of a message of a project; `kind` is "patch", "cover" or "mail", and `leaf`
    one of its other forms, such as "mbox"."""
    end = f"{leaf}/" if leaf else ""
    return f"{_project_url(linkname, get_script_prefix())}{kind}/{quote_segment(message_id)}/{end}"


def own_url(linkname: str, message: Message, leaf: str = "") -> str:
    """The page that a message has for itself, or one of its other forms."""
    kind = message.kind if message.kind in (Kind.PATCH, Kind.COVER) else "mail"
    return message_url(linkname, kind, message.message_id, leaf)


def comment_url(linkname: str, comment: Comment) -> str:
    """Where a comment stands on the page of its patch or cover."""
    kind, parent = ("patch", comment.patch) if comment.patch else ("cover", comment.cover)
    return f"{message_url(linkname, kind, parent.message.message_id)}#{comment.pk}"


def archive_url(project: Project, message: Message) -> str:
    """The message in the list's archive, or an empty string."""
    return archive_page(project, message.message_id)


def archive_page(project: Project, message_id: str) -> str:
    """Where a mail, which we need not have, is in the list's archive, or an empty string."""
    url = project.list_archive_url_format.replace("{}", quote(message_id, safe="@"))
    return url if is_web_url(url) else ""


def is_web_url(text: str) -> bool:
    """Whether a text may be the target of a link: javascript: and its like never may."""
    return text.lower().startswith(("https://", "http://"))


def list_url(linkname: str, page: str, query: str = "") -> str:
    """The address of a project's list of "series" or "patches", with its filters."""
    url = reverse("patch-list" if page == "patches" else "series-list", args=[linkname])
    return f"{url}?{query}" if query else url
