"""Sends events to webhooks: claims a webhook, sends what it has not got, records what came of it.

What is to be sent follows from the events' cursors, so nothing that dies can lose any of it. No
transaction is open while something is sent. Who dies between sending and recording leaves a claim
that ends; then the same is sent again, under the same id, by which receivers know that they have
it. A webhook gets its events one by one in the order of cursors: what fails is tried again before
anything else, so that nothing about a patch or series ever comes before what happened earlier.
"""

import hmac
import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from patchtrack.models import Event, Webhook, WebhookDelivery
from patchtrack.services.event_records import tell_events
from patchtrack.services.following import find_newest_cursor, find_stretch
from patchtrack.services.outgoing import NoAnswer, post
from patchtrack.version import find_version

log = logging.getLogger(__name__)

# How long nobody else sends to a claimed webhook; nothing is begun when less than half is left.
CLAIM = timedelta(minutes=3)
# With these pauses a receiver may be away for three hours.
MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
# Of each webhook so many deliveries are kept.
LOGGED = 200
_TOGETHER = 20
_NAMESPACE = UUID("6d1cf9a0-54f5-4a0e-9d5e-3e0c1f5b0a7e")


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of what was due; `stopped` are webhooks that failed once too often."""

    sent: int = 0
    failed: int = 0
    stopped: int = 0


class ClaimLost(Exception):
    """Somebody else sends to the webhook by now, or it was removed."""


def sign(secret: str, body: bytes) -> str:
    """The value of X-Patchtrack-Signature-256: HMAC with SHA-256 (RFC 2104), as GitHub has it."""
    return f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}"


def make_key(hook: int, record: Mapping[str, Any]) -> UUID:
    """The id of a delivery: always the same for the same event and webhook."""
    # After a backup was restored, cursors and ids come again, but no moment does.
    return uuid5(_NAMESPACE, f"{hook}/{record['cursor']}/{record['id']}/{record['date']}")


def choose_pause(attempts: int, spread: float) -> timedelta:
    """How long to wait after so many attempts that failed; `spread`, from 0 to 1, is what keeps
    webhooks that failed together from being tried together."""
    pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return pause * (0.75 + spread / 2)


def send_webhooks(tally: Tally, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Send all that is due, and count what became of it; nothing is begun when it `is_stopping`.

    Any number of processes may do so at the same time, and one that failed may begin again.
    """
    while not is_stopping() and (hook := claim_due(timezone.now())):
        try:
            _Turn(hook, tally, is_stopping).take()
        except ClaimLost:
            log.warning("webhook %d is somebody else's by now", hook.pk)
        except DatabaseError:
            raise
        except Exception:  # whatever is wrong with it, the others are served; its claim ends
            log.exception("webhook %d is left for later", hook.pk)


def find_wanted(hook: Webhook) -> QuerySet[Event]:
    """The events that a webhook is sent, those too that it has got."""
    rows = Event.objects.filter(project=hook.project_id)
    return rows.filter(category__in=hook.categories) if hook.categories else rows


@transaction.atomic
def claim_due(now: datetime) -> Webhook | None:
    """A webhook to which something is to be sent, which is now the caller's until CLAIM has
    passed."""
    wanted = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), wanted=True)
    has_news = Q(active=True, due__lte=now, cursor__lt=find_newest_cursor())
    is_free = Q(claimed=None) | Q(claimed__lte=now)
    waiting = Webhook.objects.filter(is_free, has_news | Exists(wanted))
    hook = waiting.select_for_update(skip_locked=True).order_by("due", "pk").first()
    if hook:
        hook.claimed = now + CLAIM
        hook.save(update_fields=["claimed"])
    return hook


class _Turn:
    """One webhook is sent some of what it has not got."""

    def __init__(self, hook: Webhook, tally: Tally, is_stopping: Callable[[], bool]) -> None:
        self._hook, self._tally, self._is_stopping = hook, tally, is_stopping
        self._end = time.monotonic() + CLAIM.total_seconds() / 2

    def take(self) -> None:
        """Raises ClaimLost."""
        for delivery in self._hook.deliveries.filter(wanted=True).order_by("pk")[:_TOGETHER]:
            if not self._is_over:
                self._try(delivery)
                _record(delivery, wanted=False)
        if self._hook.active and self._hook.due <= timezone.now():
            self._send_news()
        self._write(claimed=None)
        self._forget_old()

    @property
    def _is_over(self) -> bool:
        return self._is_stopping() or time.monotonic() > self._end

    def _send_news(self) -> None:
        stretch = find_stretch(find_wanted(self._hook), self._hook.cursor, _TOGETHER)
        for record in tell_events(stretch.events) if stretch.events else []:
            if self._is_over:
                return
            delivery = self._find_delivery(record)
            self._try(delivery)
            with transaction.atomic():
                self._settle(delivery)
                _record(delivery)
            if not delivery.is_delivered:
                return
        # Others have waited for longer now.
        self._write(cursor=stretch.position, due=timezone.now())

    def _find_delivery(self, record: dict[str, Any]) -> WebhookDelivery:
        """What was to be sent the first time is sent each time, whatever has changed since."""
        delivery, _ = WebhookDelivery.objects.get_or_create(
            key=make_key(self._hook.pk, record),
            defaults={
                "webhook": self._hook,
                "category": record["category"],
                "cursor": record["cursor"],
                "body": json.dumps(record),
            },
        )
        return delivery

    def _try(self, delivery: WebhookDelivery) -> None:
        """Send something once, and note what came of it."""
        began = time.monotonic()
        status, said = send(self._hook, delivery)
        delivery.seconds = time.monotonic() - began
        delivery.status, delivery.answer, delivery.tried = status, said, timezone.now()
        self._tally.sent += delivery.is_delivered
        self._tally.failed += not delivery.is_delivered

    def _settle(self, delivery: WebhookDelivery) -> None:
        """Go on behind an event, or say when to try it again. Raises ClaimLost."""
        if delivery.is_delivered:
            mended = {"attempts": 0, "failure": ""} if self._hook.attempts else {}
            self._write(cursor=delivery.cursor, **mended)
            return
        attempts = self._hook.attempts + 1
        failure = f"It answered {delivery.status}." if delivery.status else delivery.answer
        due = timezone.now() + choose_pause(attempts, random.random())
        if attempts < MOST_ATTEMPTS:
            self._write(attempts=attempts, failure=failure, due=due)
            return
        failure = f"Stopped after {attempts} attempts that failed. {failure}"
        log.warning("webhook %d: %s", self._hook.pk, failure)
        self._write(attempts=attempts, failure=failure, active=False)
        self._tally.stopped += 1

    def _write(self, **columns: Any) -> None:
        """Record what became of it, if it is still ours. Raises ClaimLost."""
        hook = self._hook
        mine = Webhook.objects.filter(pk=hook.pk, claimed=hook.claimed, cursor=hook.cursor)
        if not mine.update(**columns):
            raise ClaimLost
        for name, value in columns.items():
            setattr(self._hook, name, value)

    def _forget_old(self) -> None:
        kept = self._hook.deliveries.order_by("-pk").values_list("pk", flat=True)[LOGGED:]
        self._hook.deliveries.filter(pk__in=list(kept[:LOGGED]), wanted=False).delete()


def _record(delivery: WebhookDelivery, **columns: Any) -> None:
    """Write what came of sending something, if it is still in the log."""
    for name in ("status", "answer", "seconds", "tried"):
        columns[name] = getattr(delivery, name)
    row = WebhookDelivery.objects.filter(pk=delivery.pk)
    row.update(attempts=F("attempts") + 1, **columns)


def send(hook: Webhook, delivery: WebhookDelivery) -> tuple[int, str]:
    """Send something once; the status and the beginning of the answer, or 0 and why there is
    none."""
    body = delivery.body.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Patchtrack/{find_version()}",
        "X-Patchtrack-Event": delivery.category,
        "X-Patchtrack-Delivery": str(delivery.key),
        "X-Patchtrack-Signature-256": sign(hook.secret, body),
    }
    try:
        answer = post(hook.url, body, headers, settings.PATCHTRACK_WEBHOOK_NETWORKS)
    except NoAnswer as error:
        return 0, str(error)
    return answer.status, answer.text
