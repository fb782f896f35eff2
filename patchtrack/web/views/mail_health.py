"""For administrators: where is that mail, and what is to become of it?"""

from collections import Counter
from datetime import datetime

from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ingest.mail import NotMail
from ingest.mail.header import split_header
from patchtrack.models import Kind, Mail, Message, Outcome, Project
from patchtrack.services.mail_health import (
    ASIDE,
    count_deliveries,
    discard_mails,
    find_copies,
    find_waiting,
    read_mails_again,
    restore_mails,
    settle_conflicts,
)
from patchtrack.services.rereading import NotNow
from patchtrack.services.stored import LARGEST_SHOWN
from patchtrack.web.copies import show_copies
from patchtrack.web.links import message_url
from patchtrack.web.ordering import Order
from patchtrack.web.paging import find_page
from patchtrack.web.plots import derive_strips
from patchtrack.web.views.downloads import show_raw

PAGE_SIZE = 50
_NEWEST_FIRST = Order(name="received", expression=F("received_at"), kind=datetime)
DAYS = 30
_OTHER = (Outcome.IGNORED, Outcome.DUPLICATE)
# No outcome of a delivery, but what an administrator made of it.
_DISCARDED = "discarded"
# Of a larger mail the list does not show the sender and subject.
_LARGEST_PEEK = 256 * 1024
_MOST_FOUND = 50
_LONGEST_NUMBER = 18


@staff_member_required
@require_safe
def mail_health(request: HttpRequest) -> HttpResponse:
    """Mails that were kept but did not become a message, and messages by their message-id."""
    outcome = request.GET.get("outcome", "")
    mails = _find_mails(outcome).select_related("project", "message", "discard").defer("raw")
    page = find_page(mails, request.GET, PAGE_SIZE, _NEWEST_FIRST)
    sought = request.GET.get("q", "").replace("\0", "").strip("<> ")
    days = count_deliveries(timezone.now().date(), DAYS)
    context = {
        "days": days,
        "strips": derive_strips(days),
        "table": [(day.date, [day.counts.get(one, 0) for one in Outcome]) for day in days],
        "rows": _find_rows(page.rows),
        "page": page,
        "outcome": outcome,
        "choices": [*ASIDE, *_OTHER, _DISCARDED],
        "aside": ASIDE,
        "projects": Project.objects.only("linkname", "name"),
        "sought": sought,
        "found": _find_messages(sought) if sought else [],
    }
    return render(request, "patchtrack/mail_health.html", context)


@staff_member_required
@require_safe
def mail_page(request: HttpRequest, row: int) -> HttpResponse:
    """One mail with the reason it waits for, or beside the other copies of its message."""
    related = ("project", "message__project", "discard")
    mail = get_object_or_404(Mail.objects.select_related(*related).defer("raw"), pk=row)
    copies = find_copies(mail)
    context = {
        "mail": mail,
        "copies": show_copies(copies, _read_raws(copies, LARGEST_SHOWN)),
        "is_aside": mail.outcome in ASIDE,
        "place": _find_place(mail.message) if mail.message else "",
        "projects": Project.objects.only("linkname", "name"),
    }
    return render(request, "patchtrack/mail_page.html", context)


@staff_member_required
@require_safe
def any_raw_mail(_request: HttpRequest, row: int) -> HttpResponse:
    return show_raw(get_object_or_404(Mail, pk=row).read_raw())


@staff_member_required
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Has the chosen mails (`mail`) read again, routed to a `project`, discarded, seen or taken
    back."""
    mails = _read_ids(request.POST)
    action = request.POST.get("action", "")
    if not mails:
        messages.warning(request, "No mail was chosen.")
    elif action == "discard" and "confirmed" not in request.POST:
        return _ask_to_discard(request, mails)
    elif action == "discard":
        number = discard_mails(request.user, mails)
        messages.success(request, f"Discarded: {number}. They are kept, and can be taken back.")
    elif action == "seen":
        number = settle_conflicts(request.user, mails)
        messages.success(request, f"Seen: {number}. They are kept, and can be taken back.")
    elif action == "restore":
        messages.success(request, f"Taken back: {restore_mails(request.user, mails)}.")
    else:
        _read_again(request, mails, action)
    return _go_back(request, mails)


def _read_again(request: HttpRequest, mails: list[int], action: str) -> None:
    project = None
    if action == "route":
        project = Project.objects.filter(linkname=request.POST.get("project", "")).first()
        if project is None:
            messages.warning(request, "Choose the project that the mail belongs to.")
            return
    try:
        outcomes = read_mails_again(request.user, mails, project)
    except NotNow:
        messages.error(request, "The database does not serve us now. Please try again later.")
        return
    messages.success(request, _describe(outcomes))


def _describe(outcomes: Counter[Outcome]) -> str:
    said = ", ".join(f"{number} {outcome.label.lower()}" for outcome, number in outcomes.items())
    return f"Read again: {said}." if said else "Nothing was to do: these mails do not wait."


def _ask_to_discard(request: HttpRequest, mails: list[int]) -> HttpResponse:
    waiting = find_waiting().filter(pk__in=mails).select_related("project").defer("raw")
    context = {
        "rows": _find_rows(list(waiting.order_by("-received_at"))),
        "back": request.POST.get("back", ""),
    }
    return render(request, "patchtrack/mail_discard.html", context)


def _go_back(request: HttpRequest, mails: list[int]) -> HttpResponse:
    """To the mail or the list from which the decision came."""
    if request.POST.get("back") == "mail" and len(mails) == 1:
        return redirect("kept-mail", mails[0])
    outcome = request.POST.get("outcome", "")
    query = f"?outcome={outcome}" if outcome in (*ASIDE, _DISCARDED) else ""
    return HttpResponseRedirect(reverse("mail-health") + query)


def _read_ids(form: QueryDict) -> list[int]:
    """The chosen mails, or all that were on the page if `every` one was chosen."""
    said = form.getlist("listed" if "every" in form else "mail")[:PAGE_SIZE]
    return [int(x) for x in said if x.isascii() and x.isdigit() and len(x) <= _LONGEST_NUMBER]


def _find_mails(outcome: str) -> QuerySet[Mail]:
    if outcome == _DISCARDED:
        return Mail.objects.filter(discard__isnull=False)
    shown = [outcome] if outcome in (*ASIDE, *_OTHER) else ASIDE
    return Mail.objects.filter(outcome__in=shown, discard=None)


def _find_messages(message_id: str) -> list[tuple[Message, str]]:
    """The projects' messages of this message-id, each with the address that shows it."""
    messages = Message.objects.filter(message_id=message_id).select_related("project", "author")
    found = messages.order_by("project__linkname")[:_MOST_FOUND]
    return [(message, _find_place(message)) for message in found]


def _find_place(message: Message) -> str:
    if message.kind == Kind.COMMENT:
        return reverse("comment-by-id", args=[message.pk])
    if message.kind == Kind.OTHER:
        return message_url(message.project.linkname, "mail", message.message_id, "raw")
    return message_url(message.project.linkname, message.kind, message.message_id)


def _find_rows(mails: list[Mail]) -> list[dict]:
    """The mails with the sender and the subject of each that is not too large to look into."""
    raws = _read_raws(mails, _LARGEST_PEEK)
    return [{"mail": mail, **(_peek(raws[mail.pk]) if mail.pk in raws else {})} for mail in mails]


def _read_raws(mails: list[Mail], largest: int) -> dict[int, bytes]:
    """The bytes of the mails that are at most so large, by id, in one query."""
    small = [mail.pk for mail in mails if mail.size <= largest]
    return {mail.pk: mail.read_raw() for mail in Mail.objects.filter(pk__in=small)}


def _peek(raw: bytes) -> dict[str, str]:
    try:
        header, _ = split_header(raw)
    except NotMail:
        return {"sender": "", "subject": "not a mail"}
    return {"sender": header.text("from"), "subject": header.text("subject")}
