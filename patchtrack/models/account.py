"""What users of the site have chosen, and which addresses are being confirmed."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from patchtrack.models.project import Project


class Profile(models.Model):
    """A user's choices; who has no row has the defaults.

    `looked_at` is when the user last looked at the to-do list, to tell what has changed since.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="profile")
    page_size = models.PositiveSmallIntegerField(default=50)
    time_zone = models.CharField(max_length=64, default="UTC")
    notifications = models.BooleanField(
        default=True, help_text="whether mail is sent when one's own patches change"
    )
    looked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.user)


class Confirmation(models.Model):
    """A link that was mailed to `address`; only the SHA-256 of its key is kept.

    Who opens it reads that address's mail, and so may do what the `purpose` says.
    """

    class Purpose(models.TextChoices):
        REGISTER = "register"
        ADDRESS = "address"
        OPT_OUT = "opt-out"
        OPT_IN = "opt-in"

    purpose = models.CharField(max_length=10, choices=Purpose)
    address = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="confirmation_unique_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.address}"


class OptOut(models.Model):
    """An address to which no mail is sent, on the wish of who reads its mail."""

    address = models.CharField(max_length=255, help_text="lower case")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address"], name="opt_out_unique_address"),
            models.CheckConstraint(
                condition=models.Q(address=Lower("address")), name="opt_out_address_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.address


class FeedKey(models.Model):
    """The key in the address of a user's own feed; only its SHA-256 is kept: it is shown once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="feed_key"
    )
    digest = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="feed_key_unique_digest"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class SavedFilter(models.Model):
    """A list's filters under a name: the address of the list is its page with `query`."""

    class Page(models.TextChoices):
        SERIES = "series"
        PATCHES = "patches"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters")
    project = models.ForeignKey(Project, models.CASCADE)
    name = models.CharField(max_length=50)
    page = models.CharField(max_length=10, choices=Page)
    query = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "project", "name"], name="saved_filter_unique_user_project_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name
