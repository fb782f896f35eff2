"""What the search's page shows of each message that was found, and where it leads on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404
from django.utils.safestring import SafeString

from patchtrack.models import Kind
from patchtrack.services.search_found import FoundMessage, find_messages
from patchtrack.services.search_hits import Found, Hit, Stretch
from patchtrack.services.search_query import Mark, Query, Words
from patchtrack.services.search_words import read_own_text
from patchtrack.services.stored import find_bodies
from patchtrack.web.filters import Chip
from patchtrack.web.links import own_url, place_url
from patchtrack.web.mails import LARGEST_COMMENT
from patchtrack.web.ordering import format_key, parse_key
from patchtrack.web.snippets import Marker, render_marked, render_snippet

_LONGEST_SUBJECT = 300
KINDS = {
    Kind.PATCH: "patch",
    Kind.COVER: "cover letter",
    Kind.COMMENT: "comment",
    Kind.OTHER: "other mail",
}
_CHIP_NAMES = {"project": "project", "kind": "kind", "m": "message-id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A message that was found, with the address that shows it; subject and snippet are HTML."""

    message: FoundMessage
    place: str
    kind: str
    subject: SafeString
    snippet: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A narrower search: what it would find, and its address."""

    name: str
    url: str


def read_stretch(parameters: Mapping[str, str], most: int) -> Stretch:
    """The stretch that `?older=KEY` or `?newer=KEY` asks for, else the first. Raises Http404."""
    forwards = "newer" in parameters
    key = parameters.get("newer" if forwards else "older", "")
    if not key:
        return Stretch(most=most)
    try:
        date, row = parse_key(key, datetime)
    except ValueError as error:
        raise Http404("There is no such page.") from error
    return Stretch(most=most, place=Hit(message=row, date=date), forwards=forwards)


@dataclass(frozen=True, slots=True, kw_only=True)
class HitPage:
    """The hits of a page, the newest first, and the keys of the pages beside it, empty where
    there is none."""

    hits: Sequence[Hit]
    newer: str
    older: str


def cut_page(found: Found, stretch: Stretch, size: int) -> HitPage:
    """The first `size` of the hits that were found, as a page. More of them show that there is
    another one; so does an end of what was looked through."""
    hits = list(found.hits[:size])
    last = hits[-1:] if len(found.hits) > size else [found.end] if found.end else []
    first = hits[:1] or [stretch.place] if stretch.place else []
    if stretch.forwards:
        first, last = last, first
        hits.reverse()
    return HitPage(hits=hits, newer=_format_place(first), older=_format_place(last))


def _format_place(place: Sequence[Hit]) -> str:
    return "".join(format_key(hit.date, hit.message) for hit in place)


def find_results(hits: Sequence[Hit], query: Query) -> list[Result]:
    """The messages of hits, in their order; two queries."""
    messages = find_messages(hits)
    bodies = find_bodies([message.pk for message in messages], LARGEST_COMMENT)
    marker = Marker(_shown_words(query, ("", "subject")))
    in_text = Marker(_shown_words(query, ("",)))
    return [
        Result(
            message=message,
            place=_find_place(message),
            kind=KINDS[Kind(message.kind)],
            subject=render_marked(message.subject, _LONGEST_SUBJECT, marker),
            snippet=render_snippet(read_own_text(bodies[message.pk]), in_text)
            if message.pk in bodies
            else SafeString(),
        )
        for message in messages
    ]


def _shown_words(query: Query, fields: Iterable[str]) -> list[Words]:
    return [part for part in query.words() if not part.is_excluded and part.field in fields]


def _find_place(message: FoundMessage) -> str:
    linkname = message.project.linkname
    if message.commented:
        return place_url(linkname, *message.commented, message.pk)
    return own_url(linkname, message)


def search_url(query: Query | str, **parameters: str) -> str:
    """The address that asks for a query, from this page."""
    return "?" + urlencode({"q": str(query)} | parameters)


def find_chips(query: Query) -> list[Chip]:
    """What the query asks for beside words, each with the address without it."""
    return [
        Chip(
            name=("not in " if part.is_excluded else "") + _CHIP_NAMES[part.name]
            if isinstance(part, Mark)
            else "sent",
            value=part.value if isinstance(part, Mark) else part.said.partition(":")[2],
            remove=search_url(query.without(part)),
        )
        for part in query.parts
        if not isinstance(part, Words)
    ]


def list_kinds(query: Query, results: Sequence[Result]) -> list[Link]:
    """Searches for one kind of message alone; none where the query says a kind, or where there
    is nothing to choose from."""
    if len(results) < 2 or any(mark.name == "kind" for mark in query.marks()):
        return []
    kinds = ((Kind.PATCH, "patches"), (Kind.COVER, "cover letters"), (Kind.COMMENT, "comments"))
    return [Link(name=name, url=search_url(f"{query} kind:{kind}")) for kind, name in kinds]


def list_projects(query: Query, results: Iterable[Result]) -> list[Link]:
    """Searches in one alone of the projects that were found; none where there is but one."""
    found = {result.message.project for result in results}
    if len(found) < 2 or any(mark.name == "project" for mark in query.marks()):
        return []
    ordered = sorted(found, key=lambda project: project.linkname)
    return [
        Link(name=project.name, url=search_url(f"{query} project:{project.linkname}"))
        for project in ordered
    ]
