"""For administrators: where is that mail?"""

from datetime import datetime

from django.contrib.admin.views.decorators import staff_member_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ingest.mail import NotMail
from ingest.mail.header import split_header
from patchtrack.models import Mail, Message, Outcome
from patchtrack.web.ordering import Order
from patchtrack.web.paging import find_page
from patchtrack.web.views.downloads import show_raw

PAGE_SIZE = 50
_NEWEST_FIRST = Order(name="received", expression=F("received_at"), kind=datetime)
# What asks for an administrator's eye.
_ASIDE = (Outcome.QUARANTINED, Outcome.UNROUTED, Outcome.CONFLICT)
_OTHER = (Outcome.IGNORED, Outcome.DUPLICATE)
# Of a larger mail the list does not show the sender and subject.
_LARGEST_PEEK = 256 * 1024
_MOST_FOUND = 50


@staff_member_required
@require_safe
def mail_health(request: HttpRequest) -> HttpResponse:
    """Mails that were kept but did not become a message, and messages by their message-id."""
    outcome = request.GET.get("outcome", "")
    shown = [outcome] if outcome in (*_ASIDE, *_OTHER) else _ASIDE
    mails = Mail.objects.filter(outcome__in=shown).defer("raw")
    page = find_page(
        mails.select_related("project", "message"), request.GET, PAGE_SIZE, _NEWEST_FIRST
    )
    peeks = _find_peeks(page.rows)
    sought = request.GET.get("q", "").replace("\0", "").strip("<> ")
    context = {
        "rows": [{"mail": mail, **peeks.get(mail.pk, {})} for mail in page.rows],
        "page": page,
        "outcome": outcome,
        "outcomes": (*_ASIDE, *_OTHER),
        "sought": sought,
        "found": _find_messages(sought) if sought else [],
    }
    return render(request, "patchtrack/mail_health.html", context)


@staff_member_required
@require_safe
def any_raw_mail(_request: HttpRequest, row: int) -> HttpResponse:
    return show_raw(get_object_or_404(Mail, pk=row).read_raw())


def _find_messages(message_id: str) -> list[Message]:
    messages = Message.objects.filter(message_id=message_id).select_related("project", "author")
    return list(messages.order_by("project__linkname")[:_MOST_FOUND])


def _find_peeks(mails: list[Mail]) -> dict[int, dict[str, str]]:
    """The sender and the subject of each mail that is not too large to be looked into."""
    small = [mail.pk for mail in mails if mail.size <= _LARGEST_PEEK]
    return {mail.pk: _peek(mail.read_raw()) for mail in Mail.objects.filter(pk__in=small)}


def _peek(raw: bytes) -> dict[str, str]:
    try:
        header, _ = split_header(raw)
    except NotMail:
        return {"sender": "", "subject": "not a mail"}
    return {"sender": header.text("from"), "subject": header.text("subject")}
