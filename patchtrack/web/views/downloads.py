"""What tools fetch: mboxes, diffs and raw mails."""

import re
from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.http import quote_etag
from django.views.decorators.http import conditional_page, require_safe

from patchtrack.models import Kind, Message, Patch, Project
from patchtrack.services.filenames import choose_filename, clean_filename
from patchtrack.services.mbox import Item, format_mbox
from patchtrack.services.patch_text import read_diff_bytes
from patchtrack.services.series import IN_ORDER, find_patches
from patchtrack.services.stored import find_cover_item, find_patch_items, find_raw
from patchtrack.web.views.messages import find_message, find_place
from patchtrack.web.views.series import find_series_or_404

_ID = re.compile("[0-9]{1,18}")


@require_safe
@conditional_page
def patch_mbox(request: HttpRequest, linkname: str, message_id: str) -> HttpResponse:
    message = find_message(linkname, message_id, "patch__delegate")
    if message.kind != Kind.PATCH:
        return HttpResponseRedirect(find_place(message, "mbox"))
    patch = message.patch
    patches = [patch]
    if "series" in request.GET:
        patches = _find_dependencies(patch, request.GET["series"]) + patches
    return make_mbox(find_patch_items(patches), f"{choose_filename(patch.name, patch.pk)}.patch")


@require_safe
@conditional_page
def cover_mbox(_request: HttpRequest, linkname: str, message_id: str) -> HttpResponse:
    message = find_message(linkname, message_id, "cover")
    if message.kind != Kind.COVER:
        return HttpResponseRedirect(find_place(message, "mbox"))
    cover = message.cover
    return make_mbox([find_cover_item(cover)], f"{choose_filename(cover.name, cover.pk)}.mbox")


@require_safe
@conditional_page
def series_mbox(_request: HttpRequest, row: int) -> HttpResponse:
    series = find_series_or_404(row)
    items = find_patch_items(find_patches(series))
    return make_mbox(items, f"{choose_filename(series.name, series.pk)}.patch")


@require_safe
@conditional_page
def patch_diff(_request: HttpRequest, linkname: str, message_id: str) -> HttpResponse:
    message = find_message(linkname, message_id, "patch")
    if message.kind != Kind.PATCH:
        raise Http404("This message is not a patch.")
    diff = read_diff_bytes(_find_one_raw(message))
    name = f"{choose_filename(message.patch.name, message.pk)}.diff"
    return _attachment(diff, "text/x-patch; charset=utf-8", name)


@require_safe
def raw_mail(_request: HttpRequest, linkname: str, message_id: str) -> HttpResponse:
    return show_raw(_find_one_raw(find_message(linkname, message_id)))


@require_safe
def pwclientrc(request: HttpRequest, linkname: str) -> HttpResponse:
    """What pwclient needs to know of the project, for the end of its user's `~/.pwclientrc`."""
    project = get_object_or_404(Project, linkname=linkname)
    context = {"project": project, "api": request.build_absolute_uri(f"{get_script_prefix()}api/")}
    context["tokens"] = request.build_absolute_uri(reverse("tokens"))
    content = render_to_string("patchtrack/pwclientrc.txt", context, request)
    return _attachment(content.encode(), "text/plain; charset=utf-8", ".pwclientrc")


def show_raw(raw: bytes) -> HttpResponse:
    """A mail as it came, as text that no browser takes for anything else."""
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return HttpResponse(raw, content_type="text/plain; charset=utf-8", headers=headers)


def _find_one_raw(message: Message) -> bytes:
    return find_raw([message.pk])[message.pk]


def _find_dependencies(patch: Patch, wanted: str) -> list[Patch]:
    """The patches before this one in its series, which `wanted` names by its id or as "*".
    Raises Http404 for another series."""
    if wanted != "*":
        series = find_series_or_404(int(wanted)) if _ID.fullmatch(wanted) else None
        if series is None or series.pk != patch.series_id:
            raise Http404("The patch does not belong to that series.")
    before = Patch.objects.filter(series=patch.series_id, number__lt=patch.number or 0)
    return list(before.select_related("delegate").order_by(*IN_ORDER))


def make_mbox(items: list[Item], filename: str) -> HttpResponse:
    """A mbox to download."""
    name = clean_filename(filename)
    return _attachment(format_mbox(items), "text/plain; charset=utf-8", name)


def _attachment(content: bytes, content_type: str, filename: str) -> HttpResponse:
    # Clients read the name up to the end of the line: it must not be quoted.
    headers = {
        "Content-Disposition": f"attachment; filename={filename}",
        # Here, for Django gives none to who asks for the head alone.
        "ETag": quote_etag(sha256(content).hexdigest()),
    }
    return HttpResponse(content, content_type=content_type, headers=headers)
