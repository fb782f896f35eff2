"""Series, patches, cover letters and comments: what maintainers work with."""

from django.conf import settings
from django.db import models

from patchtrack.models.mail import Message
from patchtrack.models.person import Person
from patchtrack.models.project import Project, State
from patchtrack.models.sorting import make_tag_indexes, text_key


class Series(models.Model):
    """Patches that were sent together, with or without a cover letter.

    `head` is the cover, or the lowest numbered patch that has arrived. `lineage` is equal for
    the revisions of one piece of work; `previous` is the revision that this one answers. What is
    counted of its patches and comments is kept with it, to sort long lists by.
    """

    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    head = models.ForeignKey(Message, models.PROTECT, db_index=False, related_name="+")
    name = models.TextField()
    submitter = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="series")
    date = models.DateTimeField()
    version = models.IntegerField()
    total = models.IntegerField()
    received_total = models.IntegerField()
    complete = models.BooleanField()
    partial = models.BooleanField(default=False)
    lineage = models.CharField(max_length=64)
    comment_count = models.IntegerField(
        default=0, help_text="how many comments there are on its patches and its cover letter"
    )
    tags = models.JSONField(default=dict, help_text='{"Acked-by": 2}: so many patches have one')
    previous = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="next_revisions"
    )

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(fields=["project", "head"], name="series_unique_project_head"),
        ]
        indexes = [
            # With the id, so that a list's order is the index's, and no series is read for it.
            models.Index(fields=["project", "date", "id"], name="series_by_project_date"),
            models.Index(fields=["date", "id"], name="series_by_date"),
            models.Index(fields=["submitter", "date"], name="series_by_submitter"),
            models.Index(fields=["project", "lineage"], name="series_by_lineage"),
            models.Index(fields=["head"], name="series_by_head"),
            # In the orders that lists can have.
            models.Index("project", text_key("name"), "id", name="series_by_name"),
            models.Index(fields=["project", "version", "id"], name="series_by_version"),
            models.Index(fields=["project", "received_total", "id"], name="series_by_patches"),
            models.Index(fields=["project", "comment_count", "id"], name="series_by_comments"),
            *make_tag_indexes("series", "id"),
        ]

    def __str__(self) -> str:
        return self.name


class SeriesAlias(models.Model):
    """The id of a series that turned out to be part of `series`, so that old links stay valid."""

    id = models.BigIntegerField(primary_key=True)
    series = models.ForeignKey(Series, models.CASCADE, related_name="aliases")


class Submission(models.Model):
    """What patches and covers share; their ids are those of their messages."""

    message = models.OneToOneField(
        Message, models.CASCADE, primary_key=True, related_name="%(class)s"
    )
    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    name = models.TextField(help_text="the subject, its prefixes normalised")
    date = models.DateTimeField()
    submitter = models.ForeignKey(
        Person, models.PROTECT, db_index=False, related_name="%(class)s_set"
    )
    pull_url = models.TextField(blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def shown_pull_url(self) -> str:
        """From where to pull what was submitted, or nothing."""
        return self.pull_url


class Cover(Submission):
    """The cover letter of a series."""

    series = models.OneToOneField(Series, models.PROTECT, null=True, related_name="cover")

    class Meta:
        indexes = [models.Index(fields=["submitter", "date"], name="cover_by_submitter")]


class Patch(Submission):
    """A change for review. `number` is its place in `series`, None if it is unnumbered."""

    series = models.ForeignKey(
        Series, models.PROTECT, null=True, db_index=False, related_name="patches"
    )
    # Whoever lists the patches of many series would read thousands of messages for it.
    msgid = models.CharField(max_length=400, help_text="the message-id of its message")
    number = models.IntegerField(null=True)
    version = models.IntegerField(default=1, help_text="that of its series")
    follows_all = models.BooleanField(
        default=False, help_text="whether all patches before it in its series have arrived"
    )
    state = models.ForeignKey(State, models.PROTECT, db_index=False)
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="delegated",
    )
    archived = models.BooleanField(default=False)
    hash = models.CharField(max_length=40, blank=True)
    commit_ref = models.CharField(max_length=255, blank=True)
    # An empty one says that there is nothing to pull, whatever the mail says.
    chosen_pull_url = models.TextField(  # noqa: DJ001
        null=True,
        blank=True,
        help_text="what somebody has said by the API; None: what the mail says",
    )
    paths = models.JSONField(default=list, help_text="touched paths, sorted")
    tags = models.JSONField(default=dict, help_text='{"Acked-by": 2}, with those of the comments')
    comment_count = models.IntegerField(default=0, help_text="how many comments there are on it")
    check_state = models.SmallIntegerField(
        null=True, help_text="the worst of the newest checks of each context; None without checks"
    )

    class Meta:
        verbose_name_plural = "patches"
        indexes = [
            models.Index(fields=["project", "date"], name="patch_by_project_date"),
            models.Index(fields=["date", "message"], name="patch_by_date"),
            # These two have all that most lists ask of patches, so that no patch is read for it.
            models.Index(
                fields=["project", "archived", "state", "date"],
                include=["message", "series", "submitter", "delegate", "check_state"],
                name="patch_by_decision",
            ),
            models.Index(
                fields=["series", "number"],
                include=["project", "archived", "state", "delegate", "check_state"],
                name="patch_by_series",
            ),
            models.Index(fields=["submitter", "date"], name="patch_by_submitter"),
            models.Index(
                fields=["delegate", "date"],
                condition=models.Q(delegate__isnull=False),
                name="patch_by_delegate",
            ),
            models.Index(
                fields=["project", "date"],
                condition=models.Q(archived=True),
                name="patch_archived",
            ),
            models.Index(
                fields=["project", "check_state", "date"],
                condition=models.Q(check_state__isnull=False),
                name="patch_by_check",
            ),
            # Of all projects, in the order of ids: what was checked is new, and stands at its end.
            models.Index(
                fields=["check_state", "message"],
                include=["series"],
                condition=models.Q(check_state__isnull=False),
                name="patch_by_check_alone",
            ),
            models.Index(fields=["hash"], name="patch_by_hash"),
            # In the orders that lists can have.
            models.Index("project", text_key("name"), "message", name="patch_by_name"),
            models.Index(fields=["project", "version", "message"], name="patch_by_version"),
            models.Index(fields=["project", "comment_count", "message"], name="patch_by_comments"),
            *make_tag_indexes("patch", "message"),
        ]

    @property
    def shown_pull_url(self) -> str:
        """What somebody has said, or else the mail."""
        return self.pull_url if self.chosen_pull_url is None else self.chosen_pull_url


class PatchRelation(models.Model):
    """Patches that a maintainer has said to belong together, such as versions and backports."""

    def __str__(self) -> str:
        return f"relation {self.pk}"


class RelatedPatch(models.Model):
    """A patch in the one relation that it is in."""

    patch = models.OneToOneField(
        Patch, models.CASCADE, primary_key=True, related_name="in_relation"
    )
    relation = models.ForeignKey(PatchRelation, models.CASCADE, related_name="members")

    def __str__(self) -> str:
        return f"patch {self.pk}"


class Comment(models.Model):
    """What somebody says on a patch or on a cover letter."""

    message = models.OneToOneField(
        Message, models.CASCADE, primary_key=True, related_name="comment"
    )
    patch = models.ForeignKey(Patch, models.CASCADE, null=True, related_name="comments")
    cover = models.ForeignKey(Cover, models.CASCADE, null=True, related_name="comments")
    addressed = models.BooleanField(null=True, help_text="None: no action was asked for")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(patch=None, cover__isnull=False)
                | models.Q(patch__isnull=False, cover=None),
                name="comment_on_patch_or_cover",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class Check(models.Model):
    """The result of a test that somebody ran on a patch."""

    class Result(models.IntegerChoices):
        """Patchwork's numbers, which its API filters by."""

        PENDING = 0, "pending"
        SUCCESS = 1, "success"
        WARNING = 2, "warning"
        FAIL = 3, "fail"

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="checks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    date = models.DateTimeField(auto_now_add=True)
    state = models.SmallIntegerField(choices=Result, default=Result.PENDING)
    target_url = models.URLField(blank=True)
    description = models.TextField(blank=True)
    context = models.SlugField(max_length=255, default="default")

    def __str__(self) -> str:
        return f"{self.context}: {self.get_state_display()}"


class Bundle(models.Model):
    """An ordered choice of patches that a user has made."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bundles")
    project = models.ForeignKey(Project, models.CASCADE)
    name = models.CharField(max_length=50)
    public = models.BooleanField(default=False)
    patches = models.ManyToManyField(Patch, through="BundlePatch")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="bundle_unique_owner_name"),
        ]

    def __str__(self) -> str:
        return self.name


class BundlePatch(models.Model):
    """A patch's place in a bundle."""

    bundle = models.ForeignKey(Bundle, models.CASCADE)
    patch = models.ForeignKey(Patch, models.CASCADE)
    order = models.IntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["bundle", "patch"], name="bundle_patch_unique_bundle_patch"
            ),
        ]
