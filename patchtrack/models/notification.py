"""What people are still to be told by mail."""

from django.conf import settings
from django.db import models

from patchtrack.models.event import Event
from patchtrack.models.person import Person


class Untold(models.Model):
    """A decision of which nobody has been told; `manage.py sendnotifications` empties the table.

    The database does not hold the reference: an event goes when its message turns out to be no
    patch, and whoever deletes it need not look here.
    """

    event = models.OneToOneField(
        Event, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )

    class Meta:
        verbose_name_plural = "untold"

    def __str__(self) -> str:
        return f"event {self.pk}"


class Notification(models.Model):
    """A mail to be sent to a user, or to a person who has no account.

    It grows by what is decided until somebody begins to send it; then it is `closed`, and what
    is decided later goes into the next one. `news` are services.notices.Notice as lists.
    `attempts` are those that failed for its own sake, and the one that is being made.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    news = models.JSONField(default=list)
    created = models.DateTimeField()
    due = models.DateTimeField(
        null=True, db_index=True, help_text="when to try, again or at first; None: given up"
    )
    closed = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None, person__isnull=False)
                | models.Q(user__isnull=False, person=None),
                name="notification_of_user_or_person",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(closed=False),
                name="notification_one_open_of_user",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(closed=False),
                name="notification_one_open_of_person",
            ),
        ]

    def __str__(self) -> str:
        return f"to {self.user or self.person}"
