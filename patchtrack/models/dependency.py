"""What submissions need before they can be applied."""

from django.db import models

from patchtrack.models.mail import Message


class Dependency(models.Model):
    """What a message says that it needs first.

    `target` names it as `ingest.mail.dependencies` tells, and `url` is the address by which the
    message does, if it is one. What it is, and whether it has come, is found when it is asked for.
    """

    message = models.ForeignKey(
        Message, models.CASCADE, db_index=False, related_name="dependencies"
    )
    target = models.CharField(max_length=500)
    url = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(
                fields=["message", "target"], name="dependency_unique_message_target"
            ),
        ]
        indexes = [models.Index(fields=["target"], name="dependency_by_target")]

    def __str__(self) -> str:
        return self.target
