"""Where messages are on the web: the addresses of Patchwork, so that old links keep working."""

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from django.urls import get_script_prefix, reverse

from patchtrack.models import Message, Project

# What may stand in one segment of a path as it is (RFC 3986, section 3.3); "/" is %2F.
_SEGMENT = "!$&'()*+,;=:@~"
# Nearly all message-ids are as they stand; to see that takes a tenth of the time.
_IS_SEGMENT = re.compile(rf"[\w.\-{re.escape(_SEGMENT)}]*", re.ASCII).fullmatch
_IS_PLAIN = re.compile(r"[\w.\-~@]*", re.ASCII).fullmatch


def quote_segment(text: str) -> str:
    return text if _IS_SEGMENT(text) else quote(text, safe=_SEGMENT)


@lru_cache(maxsize=1024)
def _project_url(linkname: str, _prefix: str) -> str:
    """A page has hundreds of links, and all into one project; the prefix is the server's."""
    return reverse("series-list", args=[linkname])


@lru_cache(maxsize=8)
def _all_people_url(_prefix: str) -> str:
    return reverse("person", args=[0]).removesuffix("0/")


@lru_cache(maxsize=8)
def _all_series_url(_prefix: str) -> str:
    return reverse("series", args=[0]).removesuffix("0/")


def series_url(series: int) -> str:
    """The page of a series, by its id."""
    return f"{_all_series_url(get_script_prefix())}{series}/"


def person_url(person: int) -> str:
    """The page of a person, by its id."""
    return f"{_all_people_url(get_script_prefix())}{person}/"


def message_url(linkname: str, kind: str, message_id: str, leaf: str = "") -> str:
    """The page of a message of a project; `kind` is "patch", "cover" or "mail", and `leaf`
    one of its other forms, such as "mbox"."""
    end = f"{leaf}/" if leaf else ""
    return f"{_project_url(linkname, get_script_prefix())}{kind}/{quote_segment(message_id)}/{end}"


def archive_url(project: Project, message: Message) -> str:
    """The message in the list's archive, or an empty string."""
    return archive_page(project, message.message_id)


def archive_page(project: Project, message_id: str) -> str:
    """Where a mail, which we need not have, is in the list's archive, or an empty string."""
    _, name = quote_name(message_id)
    return name.join(split_archive_url(project))


def quote_name(message_id: str) -> tuple[str, str]:
    """A message-id as it stands in our addresses, and as in those of archives."""
    if _IS_PLAIN(message_id):
        return message_id, message_id
    return quote_segment(message_id), quote(message_id, safe="@")


def split_archive_url(project: Project) -> Sequence[str]:
    """What stands around message-ids in the addresses of the list's archive: nothing if it is not
    on the web."""
    return _split_template(project.list_archive_url_format)


@lru_cache(maxsize=1024)
def _split_template(template: str) -> Sequence[str]:
    """A page has a thousand addresses of the same archive."""
    return tuple(template.split("{}")) if is_web_url(template) else ()


def is_web_url(text: str) -> bool:
    """Whether a text may be the target of a link: javascript: and its like never may."""
    return text.lower().startswith(("https://", "http://"))
