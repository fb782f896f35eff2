"""Projects, and what is configured for each: states, tags, delegation rules."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

_WEB_URL = re.compile(r"https?://[^\s\x00-\x1f\x7f/][^\s\x00-\x1f\x7f]*", re.IGNORECASE)
_SCM_URL = re.compile(
    r"(?:https?|git|ssh)://[^\s\x00-\x1f\x7f/-][^\s\x00-\x1f\x7f]*", re.IGNORECASE
)


def validate_regex(pattern: str) -> None:
    """Refuse what `re` cannot compile. Raises ValidationError."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValidationError(f"not a regular expression: {error}") from error


def validate_web_url(url: str) -> None:
    """Refuse what must not become a link. Raises ValidationError."""
    if not _WEB_URL.fullmatch(url):
        raise ValidationError("not an address that begins with https:// or http://")


def validate_url_format(url: str) -> None:
    """Refuse what is no address with a place for an id. Raises ValidationError."""
    validate_web_url(url)
    if "{}" not in url:
        raise ValidationError("{} must say where the id stands")


def validate_scm_url(url: str) -> None:
    """Refuse what `git clone` cannot take, or takes for more than an address (an option, a
    command). Raises ValidationError."""
    if not _SCM_URL.fullmatch(url):
        raise ValidationError("not an address that begins with https://, http://, git:// or ssh://")


class HeaderPolicy(models.TextChoices):
    """Whose X-Patchwork-State and X-Patchwork-Delegate headers a project obeys."""

    NOBODY = "nobody", "nobody's"
    MAINTAINERS = "maintainers", "its maintainers'"
    ANYBODY = "anybody", "anybody's"


class Project(models.Model):
    """A mailing list, or the part of its mail whose subjects match `subject_match`."""

    linkname = models.SlugField(max_length=255, unique=True)
    name = models.CharField(max_length=255, unique=True)
    list_id = models.CharField(max_length=255, help_text="as in the List-Id header, lower case")
    list_email = models.CharField(max_length=255)
    subject_match = models.CharField(
        max_length=255,
        blank=True,
        validators=[validate_regex],
        help_text="only mail whose subject matches this regular expression; "
        "empty: all mail of the list that no other project takes",
    )
    web_url = models.CharField(max_length=2000, blank=True, validators=[validate_web_url])
    scm_url = models.CharField(max_length=2000, blank=True, validators=[validate_scm_url])
    webscm_url = models.CharField(max_length=2000, blank=True, validators=[validate_web_url])
    list_archive_url = models.CharField(max_length=2000, blank=True, validators=[validate_web_url])
    list_archive_url_format = models.CharField(
        max_length=2000,
        blank=True,
        validators=[validate_url_format],
        help_text="{} stands for the message-id",
    )
    commit_url_format = models.CharField(
        max_length=2000,
        blank=True,
        validators=[validate_url_format],
        help_text="{} stands for the commit",
    )
    send_notifications = models.BooleanField(default=False)
    use_tags = models.BooleanField(default=True)
    show_dependencies = models.BooleanField(default=True)
    obey_headers_of = models.CharField(
        max_length=20, choices=HeaderPolicy, default=HeaderPolicy.MAINTAINERS
    )
    maintainers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="maintained_projects", blank=True
    )
    hidden_states = models.ManyToManyField(
        "State", related_name="+", blank=True, help_text="states that are not offered here"
    )

    class Meta:
        ordering = ["linkname"]
        constraints = [
            models.UniqueConstraint(
                Lower("list_id"), "subject_match", name="project_unique_list_id_subject_match"
            ),
        ]

    def __str__(self) -> str:
        return self.linkname


class State(models.Model):
    """What became of a patch."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100)
    ordering = models.IntegerField()
    action_required = models.BooleanField(default=True)

    class Meta:
        ordering = ["ordering"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="state_unique_slug"),
            models.UniqueConstraint(fields=["ordering"], name="state_unique_ordering"),
        ]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A trailer that is counted on patches; `abbrev` heads its column in lists."""

    name = models.CharField(max_length=50, help_text="the trailer's key, such as Acked-by")
    abbrev = models.CharField(max_length=2)
    show_column = models.BooleanField(default=True)

    class Meta:
        ordering = ["abbrev"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="tag_unique_name"),
            models.UniqueConstraint(fields=["abbrev"], name="tag_unique_abbrev"),
        ]

    def __str__(self) -> str:
        return self.name


class DelegationRule(models.Model):
    """Patches that touch a path matching `path` are delegated to `user`."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="delegation_rules")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    path = models.CharField(max_length=255, help_text="a shell pattern such as drivers/mtd/*")
    priority = models.IntegerField(default=0, help_text="of several matches the highest wins")

    class Meta:
        ordering = ["-priority", "path"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "path"], name="delegation_rule_unique_project_path"
            ),
        ]

    def __str__(self) -> str:
        return self.path
