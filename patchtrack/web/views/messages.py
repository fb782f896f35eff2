"""The pages of single patches and cover letters, and the addresses that lead to them."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from patchtrack.models import Comment, Cover, Kind, Message, Patch, Series
from patchtrack.services.choices import find_states
from patchtrack.services.revisions import find_revisions
from patchtrack.services.series import IN_ORDER
from patchtrack.web.choosing import find_patch_form
from patchtrack.web.deciding import format_seen
from patchtrack.web.links import comment_url, message_url, own_url
from patchtrack.web.origins import (
    Origin,
    annotate_place,
    find_neighbours,
    keep_origin,
    parse_origin,
)
from patchtrack.web.said import find_all_said
from patchtrack.web.submission import find_file, find_submission

_RELATED = ("project", "author")


class Sibling(NamedTuple):
    """What is shown of a patch of a series, of which there may be hundreds: plain values, for a row
    of Django's takes ten times as long to make."""

    pk: int
    name: str
    kind: str
    message_id: str
    state: str


_OF_SIBLINGS = ("pk", "name", "message__kind", "message__message_id", "state__name")


@require_safe
def patch_page(request: HttpRequest, linkname: str, message_id: str) -> HttpResponse:
    message = find_message(linkname, message_id)
    if message.kind != Kind.PATCH:
        return HttpResponseRedirect(find_place(message))
    origin = parse_origin(request.GET)
    patch = _find_patch(message, origin)
    context = find_submission(message, find_all_said(patch.comments), split=is_split(request))
    context |= _neighbours(patch, _find_siblings(patch))
    form = find_patch_form(request.user, message.project, [patch])
    context |= form | {"patch": patch, "seen": format_seen(patch)}
    context["revisions"] = _find_revisions(patch)
    if origin:
        states = form.get("states") or find_states(message.project)
        context["in_list"] = find_neighbours(patch, origin, states, request.user)
    context |= _kept(request)
    return render(request, "patchtrack/patch.html", context)


@require_safe
def cover_page(request: HttpRequest, linkname: str, message_id: str) -> HttpResponse:
    message = find_message(linkname, message_id, "cover__series", "cover__submitter")
    if message.kind != Kind.COVER:
        return HttpResponseRedirect(find_place(message))
    said = find_all_said(message.cover.comments)
    context = find_submission(message, said, split=is_split(request))
    context |= {"cover": message.cover, "revisions": _find_revisions(message.cover)}
    return render(request, "patchtrack/cover.html", context)


@require_safe
def mail_page(request: HttpRequest, linkname: str, message_id: str) -> HttpResponse:
    """A message by itself: a comment, or what is neither a patch nor about one."""
    message = find_message(linkname, message_id, "comment")
    if message.kind in (Kind.PATCH, Kind.COVER):
        return HttpResponseRedirect(find_place(message))
    context = find_submission(message, [], split=False)
    context["discussion"] = [context["mail"]]
    return render(request, "patchtrack/mail.html", context)


@require_safe
def file_page(request: HttpRequest, linkname: str, message_id: str, number: int) -> HttpResponse:
    """One file of a diff: for long ones, which the page of the whole diff leaves out."""
    message = find_message(linkname, message_id)
    place = own_url(linkname, message)
    found = find_file(message, number, place, split=is_split(request))
    if found is None:
        raise Http404("The diff has no such file.")
    file, count = found
    context = {
        "project": message.project,
        "message": message,
        "place": place,
        "file": file,
        "count": count,
        "mail": {"message": message, "files": [file]},
        "split": is_split(request),
    }
    return render(request, "patchtrack/file.html", context)


def is_split(request: HttpRequest) -> bool:
    """Whether the reader wants before and after side by side."""
    return request.GET.get("view") == "split"


@require_safe
def patch_by_id(request: HttpRequest, row: int, leaf: str = "") -> HttpResponse:
    return _redirect_by_id(request, Kind.PATCH, row, leaf)


@require_safe
def cover_by_id(request: HttpRequest, row: int, leaf: str = "") -> HttpResponse:
    return _redirect_by_id(request, Kind.COVER, row, leaf)


@require_safe
def comment_by_id(_request: HttpRequest, row: int) -> HttpResponse:
    message = get_object_or_404(Message.objects.select_related("project"), pk=row, kind="comment")
    return HttpResponseRedirect(find_place(message))


def _find_patch(message: Message, origin: Origin | None) -> Patch:
    patches = Patch.objects.select_related("state", "delegate", "series", "submitter")
    patch = (annotate_place(patches, origin) if origin else patches).get(pk=message.pk)
    patch.message = message
    return patch


def _kept(request: HttpRequest) -> dict[str, str]:
    """What addresses take along from patch to patch: `kept_query` the view and the list that one
    came from, `kept_origin` the latter alone, behind a view."""
    view = {"view": "split"} if is_split(request) else {}
    origin = {"from": request.GET["from"]} if "from" in request.GET else {}
    query = urlencode(view | origin)
    return {
        "kept_query": f"?{query}" if query else "",
        "kept_origin": keep_origin(request.GET),
    }


def find_message(linkname: str, message_id: str, *related: str) -> Message:
    """A project's message. Raises Http404."""
    messages = Message.objects.select_related(*_RELATED, *related)
    return get_object_or_404(messages, project__linkname=linkname, message_id=message_id)


def find_place(message: Message, leaf: str = "") -> str:
    """The address of the page that shows a message. Raises Http404 for one without a page."""
    linkname = message.project.linkname
    if message.kind in (Kind.PATCH, Kind.COVER):
        return message_url(linkname, message.kind, message.message_id, leaf)
    if message.kind == Kind.COMMENT and not leaf:
        comments = Comment.objects.select_related("patch__message", "cover__message")
        return comment_url(linkname, comments.get(pk=message.pk))
    raise Http404("This message is neither a patch nor a cover letter, nor about one.")


def _redirect_by_id(request: HttpRequest, kind: Kind, row: int, leaf: str) -> HttpResponse:
    message = get_object_or_404(Message.objects.select_related("project"), pk=row, kind=kind)
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(find_place(message, leaf) + (f"?{query}" if query else ""))


def _find_siblings(patch: Patch) -> list[Sibling]:
    """The patches of the patch's series, itself included, in order."""
    own = {"pk": patch.pk} if patch.series_id is None else {"series": patch.series_id}
    siblings = Patch.objects.filter(**own).order_by(*IN_ORDER)
    return list(map(Sibling._make, siblings.values_list(*_OF_SIBLINGS)))


def _find_revisions(submission: Patch | Cover) -> list[Series]:
    """The series of a patch or cover letter and the other versions of it; one query."""
    return find_revisions(submission.series) if submission.series else []


def _neighbours(patch: Patch, siblings: Sequence[Sibling]) -> dict:
    """The patches of the series, and those before and after this one."""
    place = [sibling.pk for sibling in siblings].index(patch.pk)
    return {
        "siblings": siblings,
        "previous": siblings[place - 1] if place > 0 else None,
        "next": siblings[place + 1] if place + 1 < len(siblings) else None,
    }
