"""What a user has changed of patches, so that it can be undone."""

from django.conf import settings
from django.db import models

from patchtrack.models.project import Project


class Change(models.Model):
    """One action of a user on patches of a project.

    `before` has what each patch was, `[[id, {"state": 1, ...}], ...]`, with the columns that the
    action changed; `after` what all of them became. What takes a change back is a change too.

    `cursor` is given after the commit, as to events: in the order of cursors changes come to be
    seen, and their dates say nothing of it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    project = models.ForeignKey(Project, models.CASCADE)
    date = models.DateTimeField(auto_now_add=True)
    before = models.JSONField()
    after = models.JSONField()
    undoable = models.BooleanField(
        default=True, help_text="False once it is undone, and where it undoes another"
    )
    cursor = models.BigIntegerField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(cursor__isnull=True),
                name="change_without_cursor",
            ),
            models.Index(fields=["project", "cursor"], name="change_by_project_cursor"),
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"
