"""For administrators: what became of the mail that came, and what to do about mail that waits."""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Count, DateField, QuerySet, Value

from patchtrack.models import Discard, Mail, Outcome, Project
from patchtrack.services.permissions import User
from patchtrack.services.rereading import read_mail_again
from patchtrack.services.transactions import in_transaction

log = logging.getLogger(__name__)

# The outcomes of mails that became no message and wait for somebody to say what they are.
WAITING = (Outcome.QUARANTINED, Outcome.UNROUTED)
# What asks for an administrator's eye, until somebody has decided about it.
ASIDE = (*WAITING, Outcome.CONFLICT)
# A message has few copies; a forger's thousands need not all stand on one page.
MOST_COPIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How many mails came on a day (UTC), by outcome; an outcome without any is missing."""

    date: date
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def is_administrator(user: User) -> bool:
    """Whether the user looks after the site's mail."""
    return user.is_active and user.is_staff


def count_deliveries(today: date, days: int) -> list[Day]:
    """The mails of the last days, today included, the oldest first; one query.

    Each day is a range of one index, which alone is read.
    """
    dates = [today - timedelta(days=back) for back in reversed(range(days))]
    first, *others = (_count_day(day) for day in dates)
    counts: dict[date, dict[str, int]] = defaultdict(dict)
    for day, outcome, number in first.union(*others, all=True):
        counts[day][outcome] = number
    return [Day(date=day, counts=counts[day]) for day in dates]


def _count_day(day: date) -> QuerySet:
    begin = datetime.combine(day, time(), UTC)
    mails = Mail.objects.filter(received_at__gte=begin, received_at__lt=begin + timedelta(days=1))
    by_outcome = mails.order_by().values("outcome").annotate(number=Count("*"))
    dated = by_outcome.annotate(day=Value(day, DateField()))
    return dated.values_list("day", "outcome", "number")


def find_waiting() -> QuerySet[Mail]:
    """The mails that became no message and that nobody has discarded."""
    return Mail.objects.filter(outcome__in=WAITING, discard=None)


def find_copies(mail: Mail) -> list[Mail]:
    """The copies of the mail's message, the shown one first, then this one, then the others;
    of a mail that became no message only itself."""
    if mail.message_id is None:
        return [mail]
    others = Mail.objects.filter(message=mail.message_id).exclude(pk=mail.pk).defer("raw")
    found = [mail, *others.order_by("-shown", "id")[: MOST_COPIES - 1]]
    return sorted(found, key=lambda copy: not copy.shown)


def read_mails_again(
    user: AbstractBaseUser, mails: Sequence[int], project: Project | None = None
) -> Counter[Outcome]:
    """Read waiting mails again, by id, each in a transaction of its own: those that nobody has
    routed yet into `project`, if one is given. What became of how many; mails that do not wait
    are passed over.

    Raises PermissionDenied, and NotNow; some of the mails may have been read by then.
    """
    _check_administrator(user)
    outcomes: Counter[Outcome] = Counter()
    for mail in find_waiting().filter(pk__in=mails).select_related("project").order_by("pk"):
        outcome = read_mail_again(mail, mail.project or project)
        log.info("%s had mail %s read again: %s", user.get_username(), mail.pk, outcome)
        outcomes[outcome] += 1
    return outcomes


def discard_mails(user: AbstractBaseUser, mails: Sequence[int]) -> int:
    """Let waiting mails wait no more, by id; how many. Nothing of them is deleted, and it is
    noted who said so. Mails that do not wait are passed over. Raises PermissionDenied.
    """
    return _put_away(user, mails, WAITING)


def settle_conflicts(user: AbstractBaseUser, mails: Sequence[int]) -> int:
    """Let conflicting copies that somebody has looked at stand in the list no more, by id; how
    many. Another copy of the same message asks anew. Otherwise as `discard_mails`.
    """
    return _put_away(user, mails, (Outcome.CONFLICT,))


@in_transaction
def _put_away(user: AbstractBaseUser, mails: Sequence[int], outcomes: Sequence[Outcome]) -> int:
    _check_administrator(user)
    # Locked, so that none of them becomes a message at the same time.
    aside = Mail.objects.select_for_update().filter(outcome__in=outcomes, pk__in=mails)
    ids = set(aside.order_by("pk").values_list("pk", flat=True))
    known = set(Discard.objects.filter(mail__in=ids).values_list("mail_id", flat=True))
    name = user.get_username()
    Discard.objects.bulk_create(Discard(mail_id=pk, username=name) for pk in sorted(ids - known))
    log.info("%s discarded the mails %s", name, sorted(ids - known))
    return len(ids - known)


@in_transaction
def restore_mails(user: AbstractBaseUser, mails: Sequence[int]) -> int:
    """Let discarded mails wait again, and settled conflicts be listed again, by id; how many.
    Raises PermissionDenied."""
    _check_administrator(user)
    number, _ = Discard.objects.filter(mail__in=mails, mail__outcome__in=ASIDE).delete()
    log.info("%s took %s discarded mails back: %s", user.get_username(), number, sorted(mails))
    return number


def _check_administrator(user: User) -> None:
    if not is_administrator(user):
        raise PermissionDenied("Only administrators decide about mail that was put aside.")
