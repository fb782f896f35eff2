"""The mails by which people are told what was decided: to whom they go, and what they say."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from itertools import chain

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.urls import reverse

from patchtrack.models import Notification, OptOut, Patch, Project, State
from patchtrack.services.accounts import find_profile
from patchtrack.services.addresses import parse_address
from patchtrack.services.letters import format_letter
from patchtrack.services.notices import Kind, Notice, format_line
from patchtrack.services.notifications import read_news

# A mail lists so many patches of each kind; where the others are, it says by a link.
MOST_LISTED = 100
# Where we make addresses for those who have none (RFC 2606, section 2).
_NOWHERE = ".invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A patch in a mail, its `name` fit for a line; `before` and `after` are states' names."""

    patch: Patch
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """What many mails are made of: addresses by the mail's id (none: no mail is wanted there),
    notices by the mail's id, and the patches and states that they name."""

    addresses: Mapping[int, str]
    notices: Mapping[int, Collection[Notice]]
    patches: Mapping[int, Patch]
    states: Mapping[int, str]

    def format(self, row: Notification) -> EmailMessage | None:
        """The mail, or None if nobody wishes it any more."""
        changed = self._make_lines(row, Kind.STATE)
        delegated = self._make_lines(row, Kind.DELEGATE)
        if row.pk not in self.addresses or not (changed or delegated):
            return None
        more_changed = self._count(row, Kind.STATE) - len(changed)
        more_delegated = self._count(row, Kind.DELEGATE) - len(delegated)
        context = {
            "site": settings.PATCHTRACK_SITE_URL,
            "subject": choose_subject(changed, more_changed, delegated, more_delegated),
            "row": row,
            "owner": find_owner(row),
            "changed": changed,
            "delegated": delegated,
            "more_changed": more_changed,
            "more_delegated": more_delegated,
        }
        return format_letter("decided", self.addresses[row.pk], context, make_headers(row))

    def _make_lines(self, row: Notification, kind: Kind) -> list[Line]:
        """The patches that are listed, by project and series."""
        lines = [
            Line(
                patch=self.patches[notice.patch],
                name=format_line(self.patches[notice.patch].name) or "(no name)",
                before=self.states.get(notice.before, "a state that is gone"),
                after=self.states.get(notice.after, "a state that is gone"),
            )
            for notice in choose_listed(self.notices[row.pk], kind)
            if notice.patch in self.patches
        ]
        return sorted(lines, key=_place)

    def _count(self, row: Notification, kind: Kind) -> int:
        return sum(notice.kind == kind for notice in self.notices[row.pk])


def _place(line: Line) -> tuple[str, int, int, int]:
    patch = line.patch
    return patch.project.linkname, patch.series_id or 0, patch.number or 0, patch.pk


def find_letters(rows: Iterable[Notification]) -> Letters:
    """What the mails of these rows are made of, in four queries. The rows come with users,
    people and profiles."""
    rows = list(rows)
    projects = list(Project.objects.only("pk", "list_email", "send_notifications"))
    telling = {project.pk for project in projects if project.send_notifications}
    notices = {row.pk: choose_told(read_news(row.news), telling) for row in rows}
    listed = chain.from_iterable(
        choose_listed(some, kind) for some in notices.values() for kind in Kind
    )
    patches = Patch.objects.select_related("project", "message").only(
        *("name", "series_id", "number", "project__linkname", "project__name"),
        *("message__message_id", "message__kind"),
    )
    return Letters(
        addresses=_find_addresses(rows, {project.list_email.lower() for project in projects}),
        notices=notices,
        patches=patches.in_bulk({notice.patch for notice in listed}),
        states=dict(State.objects.values_list("pk", "name")),
    )


def _find_addresses(rows: Iterable[Notification], lists: Collection[str]) -> dict[int, str]:
    """Where mails may go, by the mail's id: not to where nobody wants any, and never to a list."""
    found = {row.pk: choose_address(row) for row in rows}
    refused = set(OptOut.objects.filter(address__in=set(found.values())).values_list("address"))
    return {
        row: address
        for row, address in found.items()
        if address and address not in lists and (address,) not in refused
    }


def find_owner(row: Notification) -> AbstractBaseUser | None:
    """The account of a mail's recipient, who may have got it since; None without one."""
    return row.user or row.person.user


def choose_address(row: Notification) -> str:
    """Where a mail goes, or nothing: an account's own address comes before those it wrote from."""
    owner = find_owner(row)
    if owner and not (owner.is_active and find_profile(owner).notifications):
        return ""
    address = (owner and owner.email) or (row.person.address if row.person else "")
    try:
        address = parse_address(address)
    except ValidationError:
        return ""
    return "" if address.endswith(_NOWHERE) else address


def choose_told(notices: Iterable[Notice], projects: Collection[int]) -> list[Notice]:
    """What is worth a mail: only of these projects, and nobody is told what is no longer theirs."""
    return [
        notice
        for notice in notices
        if notice.project in projects and (notice.kind != Kind.DELEGATE or notice.after)
    ]


def choose_listed(notices: Iterable[Notice], kind: Kind) -> list[Notice]:
    """The notices of a kind that a mail has room for: of the newest patches."""
    own = [notice for notice in notices if notice.kind == kind]
    return sorted(own, key=lambda notice: -notice.patch)[:MOST_LISTED]


def choose_subject(
    changed: Sequence[Line], more_changed: int, delegated: Sequence[Line], more_delegated: int
) -> str:
    """What the mail says, in a line."""
    decided = len(changed) + more_changed
    to_review = len(delegated) + more_delegated
    if decided and to_review:
        return f"Patches: {decided} decided, {to_review} to review"
    if decided == 1:
        return f"{changed[0].after}: {changed[0].name}"
    if decided:
        return f"What became of {decided} of your patches"
    if to_review == 1:
        return f"To review: {delegated[0].name}"
    return f"To review: {to_review} patches"


def make_headers(row: Notification) -> dict[str, str]:
    """What tells programs how to stop these mails (RFC 2369, section 3.2), and by a name that
    stays the same that they have a mail already, if it was sent twice."""
    page = reverse("profile" if find_owner(row) else "mail-settings")
    _, _, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")
    return {
        "List-Unsubscribe": f"<{settings.PATCHTRACK_SITE_URL}{page}>",
        "Message-ID": f"<notification.{row.pk}.{row.created:%Y%m%d%H%M%S}@{domain}>",
    }
