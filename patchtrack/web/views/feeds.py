"""Atom feeds: what is new in a project, on a series, from a person, for a user."""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from patchtrack.models import Kind, Message, Person, Project
from patchtrack.services.feed_keys import find_feed_user
from patchtrack.services.news import find_new_messages, find_new_patches, find_new_series
from patchtrack.services.stored import StoredMail, find_stored
from patchtrack.services.todo import TodoNews, find_todo_news
from patchtrack.web.feeds import CONTENT_TYPE, Entry, Feed, format_feed
from patchtrack.web.links import comment_url, message_url
from patchtrack.web.names import display_name
from patchtrack.web.views.series import find_series_or_404

# Of a larger mail a feed has only the title.
_LARGEST_READ = 128 * 1024


@require_safe
@conditional_page
def project_feed(request: HttpRequest, linkname: str) -> HttpResponse:
    """The newest series, with what their cover letters or first patches say."""
    project = get_object_or_404(Project, linkname=linkname)
    found = find_new_series(project)
    stored = find_stored((series.head_id for series in found), _LARGEST_READ)
    entries = (
        Entry(
            title=_title(series.name, series.version),
            url=request.build_absolute_uri(reverse("series", args=[series.pk])),
            author=display_name(series.submitter),
            date=series.date,
            text=_text(stored, series.head_id),
        )
        for series in found
    )
    page = reverse("series-list", args=[linkname])
    return _answer(request, f"Series of {project.name}", page, entries)


@require_safe
@conditional_page
def series_feed(request: HttpRequest, row: int) -> HttpResponse:
    """The patches of a series and all comments, the newest first."""
    series = find_series_or_404(row)
    if series.pk != row:
        return redirect("series-feed", series.pk)
    found = find_new_messages(series)
    stored = find_stored((message.pk for message in found), _LARGEST_READ)
    entries = (
        Entry(
            title=message.subject,
            url=request.build_absolute_uri(_place(series.project.linkname, message)),
            author=display_name(message.author),
            date=message.date,
            text=_text(stored, message.pk),
        )
        for message in found
    )
    title = _title(series.name, series.version)
    return _answer(request, title, reverse("series", args=[series.pk]), entries)


@require_safe
@conditional_page
def person_feed(request: HttpRequest, row: int) -> HttpResponse:
    """The newest patches of a person, in all projects."""
    person = get_object_or_404(Person, pk=row)
    found = find_new_patches(person)
    stored = find_stored((patch.pk for patch in found), _LARGEST_READ)
    entries = (
        Entry(
            title=patch.name,
            url=request.build_absolute_uri(_place(patch.project.linkname, patch.message)),
            author=display_name(person),
            date=patch.date,
            text=_text(stored, patch.pk),
        )
        for patch in found
    )
    page = reverse("person", args=[row])
    return _answer(request, f"Patches of {display_name(person)}", page, entries)


@require_safe
@cache_control(private=True)
@conditional_page
def todo_feed(request: HttpRequest, key: str) -> HttpResponse:
    """What there is to do for the user whose key this is, and what others decided.

    Who knows the address reads it, so nobody is told of it: no search engine, no cache, no site
    that a link leads to, and not the readers of what a reader of feeds publishes.
    """
    user = find_feed_user(key)
    if user is None:
        raise Http404
    found = find_todo_news(user)
    mails = (news.asked.pk if news.asked else news.patch.pk for news in found if not news.decision)
    stored = find_stored(mails, _LARGEST_READ)
    entries = (_make_todo_entry(request, news, stored) for news in found)
    feed = Feed(title="To do", page=request.build_absolute_uri(reverse("todo")), own="")
    answer = HttpResponse(format_feed(feed, entries), content_type=CONTENT_TYPE)
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _make_todo_entry(request: HttpRequest, news: TodoNews, stored: dict[int, StoredMail]) -> Entry:
    patch = news.patch
    linkname = patch.project.linkname
    page = message_url(linkname, Kind.PATCH, patch.message.message_id)
    if news.asked:
        page = comment_url(linkname, news.asked)
        title, author = "Asked of you", display_name(news.asked.message.author)
        text = _text(stored, news.asked.pk)
    elif news.decision:
        # Each decision is an entry of its own.
        page = f"{page}#decision-{news.decision.pk}"
        title = str(news.decision.current_state)
        author = news.decision.actor.get_username() if news.decision.actor else ""
        text = f"The patch is {title}."
    else:
        title, author = "To review", display_name(patch.submitter)
        text = _text(stored, patch.pk)
    return Entry(
        title=f"{title}: {patch.name}",
        url=request.build_absolute_uri(page),
        author=author,
        date=news.date,
        text=text,
    )


def _place(linkname: str, message: Message) -> str:
    if message.kind == Kind.COMMENT:
        return comment_url(linkname, message.comment)
    return message_url(linkname, message.kind, message.message_id)


def _title(name: str, version: int) -> str:
    return f"{name} (v{version})" if version != 1 else name


def _text(stored: dict[int, StoredMail], message: int) -> str:
    mail = stored.get(message)
    return mail.parsed.message if mail else ""


def _answer(request: HttpRequest, title: str, page: str, entries: Iterable[Entry]) -> HttpResponse:
    own = request.build_absolute_uri(request.path)
    feed = Feed(title=title, page=request.build_absolute_uri(page), own=own)
    return HttpResponse(format_feed(feed, entries), content_type=CONTENT_TYPE)
