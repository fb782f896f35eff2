"""People who write mail, and what users of the site have beyond a login."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower


class Person(models.Model):
    """An address that mail came from. `name` is the one in the newest mail (`named_at`)."""

    address = models.CharField(max_length=255, help_text="lower case")
    name = models.CharField(max_length=255, blank=True)
    named_at = models.DateTimeField(null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="people"
    )

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(fields=["address"], name="person_unique_address"),
            models.CheckConstraint(
                condition=models.Q(address=Lower("address")), name="person_address_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


class ApiToken(models.Model):
    """A user's key to the API; only its SHA-256 is kept, so it is shown once.

    Its `scope` says how much of what the user may do can be done with it.
    """

    class Scope(models.TextChoices):
        ALL = "all", "all that I may do"
        CHECKS = "checks", "only read, and report checks"
        READ = "read", "only read"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.ALL)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="api_token_unique_digest"),
            models.UniqueConstraint(fields=["user", "name"], name="api_token_unique_user_name"),
        ]

    def __str__(self) -> str:
        return self.name
