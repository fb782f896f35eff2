"""Sends the mails by which people are told what was decided: claims, sends, records.

No transaction is open while a mail is sent. A mail is claimed before, for a while: whose sender
dies is sent by another one when that while has passed, also if the server had taken it already.
"""

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from patchtrack.models import Notification
from patchtrack.services.notice_letters import Letters, find_letters
from patchtrack.services.notices import MOST_ATTEMPTS, choose_pause, format_line
from patchtrack.services.post import Post, ServerAway

logger = logging.getLogger(__name__)

# How long nobody else sends a claimed mail; none is begun when less than half of it is left.
CLAIM = timedelta(minutes=10)
# How long mails wait whose sender found the server away.
AWAY = timedelta(minutes=5)
_CLAIMED_AT_ONCE = 50
_LONGEST_FAILURE = 1000


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the mails that were due: `unwanted` are those that nobody has a wish for any
    more, `given_up` those that failed once too often. `away` says why the server took no more."""

    sent: int = 0
    unwanted: int = 0
    failed: int = 0
    given_up: int = 0
    away: str = ""


def send_notifications(tally: Tally) -> None:
    """Send all mails that are due, and count what became of them.

    Any number of processes may do so at the same time, and one that failed may begin again.
    """
    try:
        while Notification.objects.filter(due__lte=timezone.now()).exists():
            with Post() as post:
                if not _send_some(post, tally):
                    # Others have claimed what is due.
                    break
    except ServerAway as error:
        tally.away = str(error) or "it does not say why"


def _send_some(post: Post, tally: Tally) -> bool:
    """Claim mails and send them; whether there were any. Those not begun are for others."""
    claimed_at = timezone.now()
    waiting = deque(claim_due(claimed_at))
    is_any = bool(waiting)
    try:
        letters = find_letters(waiting)
        while waiting and timezone.now() < claimed_at + CLAIM / 2:
            _send(waiting[0], letters, post, tally)
            waiting.popleft()
    finally:
        _release(waiting)
    return is_any


@transaction.atomic
def claim_due(now: datetime) -> list[Notification]:
    """Some mails that are due, which are now the caller's until CLAIM has passed.

    Those that have ended their last sender too are given up. Five queries.
    """
    overdue = Notification.objects.filter(due__lte=now, attempts__gte=MOST_ATTEMPTS)
    overdue.update(due=None, failure="Whoever began to send this did not live to tell the end.")
    due = Notification.objects.filter(due__lte=now).order_by("due", "pk")
    free = due.select_for_update(skip_locked=True).values_list("pk", flat=True)
    ids = list(free[:_CLAIMED_AT_ONCE])
    claimed = Notification.objects.filter(pk__in=ids)
    claimed.update(closed=True, due=now + CLAIM, attempts=F("attempts") + 1)
    return list(claimed.select_related("user__profile", "person__user__profile").order_by("pk"))


def _send(row: Notification, letters: Letters, post: Post, tally: Tally) -> None:
    """Send one mail and record what became of it. Raises ServerAway."""
    try:
        letter = letters.format(row)
        if letter:
            post.send(letter)
    except ServerAway:
        raise
    except Exception as error:  # noqa: BLE001 (whatever is wrong with it, the others go)
        _record_failure(row, error, tally)
        return
    Notification.objects.filter(pk=row.pk).delete()
    tally.sent += bool(letter)
    tally.unwanted += not letter


def _record_failure(row: Notification, error: Exception, tally: Tally) -> None:
    logger.warning("notification %d failed: %r", row.pk, error)
    is_last = row.attempts >= MOST_ATTEMPTS
    due = None if is_last else timezone.now() + choose_pause(row.attempts)
    failure = format_line(f"{type(error).__name__}: {error}", _LONGEST_FAILURE)
    Notification.objects.filter(pk=row.pk).update(due=due, failure=failure)
    tally.given_up += is_last
    tally.failed += not is_last


def _release(rows: Iterable[Notification]) -> None:
    """Claim mails no longer that were not begun: they are as good as they were."""
    ids = [row.pk for row in rows]
    if ids:
        due = timezone.now() + AWAY
        Notification.objects.filter(pk__in=ids).update(due=due, attempts=F("attempts") - 1)


def retry_notifications(ids: Iterable[int]) -> None:
    """Have mails that were given up tried as often again."""
    given_up = Notification.objects.filter(pk__in=list(ids), due=None)
    given_up.update(due=timezone.now(), attempts=0, failure="")
