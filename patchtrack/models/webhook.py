"""Addresses to which a project's events are sent, and what became of that."""

from django.db import models
from django.utils import timezone

from patchtrack.models.project import Project


class Webhook(models.Model):
    """An address that wants a project's events; `categories` are those it wants, none means all.

    `cursor` is that of the last event that is settled: what comes behind it is still to be sent,
    in this order. `attempts` are those that failed for the next one, `due` says when to try it
    again, and `failure` why. Whoever sends has `claimed` it until then.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=2000)
    # As it is, since it signs.
    secret = models.CharField(max_length=200)
    categories = models.JSONField(default=list, blank=True)
    active = models.BooleanField(default=True)
    cursor = models.BigIntegerField()
    attempts = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField(default=timezone.now)
    claimed = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """What was sent to a webhook, and what it answered: the log.

    `key` is the same whenever the same is sent. `cursor` is the event's, and none is there for a
    test. `status` is that of the answer, 0 as long as there is none, and `answer` its beginning,
    or why there is none. Who asks for it by hand makes it `wanted` until it was sent once more.
    """

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    key = models.UUIDField(unique=True)
    category = models.CharField(max_length=25)
    cursor = models.BigIntegerField(null=True)
    body = models.TextField()
    created = models.DateTimeField(default=timezone.now)
    wanted = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    tried = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(blank=True)
    seconds = models.FloatField(default=0)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(
                fields=["webhook"],
                condition=models.Q(wanted=True),
                name="webhookdelivery_wanted",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def is_delivered(self) -> bool:
        return 200 <= self.status < 300
