"""How much somebody may still try, for all web processes together."""

from django.db import models


class Throttle(models.Model):
    """When all attempts under a key will be free again; who has no row has them all.

    The key is a digest: of a name that somebody typed, which may have been a password.
    """

    key = models.CharField(max_length=64)
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="throttle_unique_key"),
        ]

    def __str__(self) -> str:
        return self.key
