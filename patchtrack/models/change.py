"""What a user has changed of patches, so that it can be undone."""

from django.conf import settings
from django.db import models

from patchtrack.models.project import Project


class Change(models.Model):
    """One action of a user on patches of a project.

    `before` has what each patch was, `[[id, {"state": 1, ...}], ...]`, with the columns that the
    action changed; `after` what all of them became.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    project = models.ForeignKey(Project, models.CASCADE)
    date = models.DateTimeField(auto_now_add=True)
    before = models.JSONField()
    after = models.JSONField()

    def __str__(self) -> str:
        return f"change {self.pk}"
