"""What happened, for everybody who follows a project."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from patchtrack.models.mail import Message
from patchtrack.models.project import Project, State
from patchtrack.models.submission import Check, Series


class Event(models.Model):
    """One happening. A patch's, cover's or comment's events name its message.

    The categories in ONCE_PER_MESSAGE and ONCE_PER_SERIES state facts that follow from the
    stored mail: each stands once, and is withdrawn if a later mail shows that it was not so.
    """

    class Category(models.TextChoices):
        """Patchwork's names."""

        COVER_CREATED = "cover-created"
        PATCH_CREATED = "patch-created"
        PATCH_COMPLETED = "patch-completed"
        PATCH_STATE_CHANGED = "patch-state-changed"
        PATCH_DELEGATED = "patch-delegated"
        PATCH_RELATION_CHANGED = "patch-relation-changed"
        CHECK_CREATED = "check-created"
        SERIES_CREATED = "series-created"
        SERIES_COMPLETED = "series-completed"
        COVER_COMMENT_CREATED = "cover-comment-created"
        PATCH_COMMENT_CREATED = "patch-comment-created"

    ONCE_PER_MESSAGE = (
        Category.COVER_CREATED,
        Category.PATCH_CREATED,
        Category.PATCH_COMPLETED,
        Category.COVER_COMMENT_CREATED,
        Category.PATCH_COMMENT_CREATED,
    )
    DECISIONS = (Category.PATCH_STATE_CHANGED, Category.PATCH_DELEGATED)
    REPORTS = (Category.CHECK_CREATED, Category.PATCH_RELATION_CHANGED)
    ONCE_PER_SERIES = (Category.SERIES_CREATED, Category.SERIES_COMPLETED)

    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    category = models.CharField(max_length=25, choices=Category)
    date = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, db_index=False, related_name="events"
    )
    series = models.ForeignKey(
        Series, models.CASCADE, null=True, db_index=False, related_name="events"
    )
    state_check = models.ForeignKey(
        Check, models.CASCADE, null=True, db_index=False, related_name="+"
    )
    previous_state = models.ForeignKey(
        State, models.CASCADE, null=True, db_index=False, related_name="+"
    )
    current_state = models.ForeignKey(
        State, models.CASCADE, null=True, db_index=False, related_name="+"
    )
    previous_delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False, related_name="+"
    )
    current_delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False, related_name="+"
    )

    cursor = models.BigIntegerField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "category"],
                condition=models.Q(
                    category__in=[
                        "cover-created",
                        "patch-created",
                        "patch-completed",
                        "cover-comment-created",
                        "patch-comment-created",
                    ]
                ),
                name="event_once_per_message",
            ),
            models.UniqueConstraint(
                fields=["series", "category"],
                condition=models.Q(category__in=["series-created", "series-completed"]),
                name="event_once_per_series",
            ),
            models.UniqueConstraint(
                fields=["cursor"],
                condition=models.Q(cursor__isnull=False),
                name="event_unique_cursor",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(cursor__isnull=True),
                name="event_without_cursor",
            ),
            models.Index(
                fields=["project", "cursor"],
                condition=models.Q(cursor__isnull=False),
                name="event_by_project_cursor",
            ),
            models.Index(fields=["project", "date"], name="event_by_project_date"),
            models.Index(
                fields=["message", "date"],
                condition=models.Q(category__in=["patch-state-changed", "patch-delegated"]),
                name="event_of_decision",
            ),
            models.Index(
                fields=["message", "date"],
                condition=models.Q(category__in=["check-created", "patch-relation-changed"]),
                name="event_of_report",
            ),
            # Those who poll ask for a category of a project, or for all there is.
            models.Index(fields=["project", "category", "date"], name="event_by_category"),
            models.Index(fields=["date", "id"], name="event_by_date"),
            models.Index(
                fields=["actor", "date"],
                condition=models.Q(actor__isnull=False),
                name="event_by_actor",
            ),
        ]

    def __str__(self) -> str:
        return self.category


class EventCounter(models.Model):
    """The highest cursor that was ever given, in the one row there is.

    Who gives cursors locks it. An event that is withdrawn leaves its cursor unused: who has seen
    it would never ask for what came under it a second time.
    """

    ROW = 1

    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)
