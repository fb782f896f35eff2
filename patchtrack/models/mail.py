"""Mail as it arrived, and mail as a project knows it."""

import zstandard
from django.db import models

from patchtrack.models.person import Person
from patchtrack.models.project import Project


def compress_raw(raw: bytes) -> bytes:
    """A mail's bytes as they are stored."""
    # A new compressor each time: it is cheap, and one object must not be shared by threads.
    return zstandard.ZstdCompressor(level=1).compress(raw)


def decompress_raw(stored: bytes) -> bytes:
    """A mail's bytes as they arrived."""
    return zstandard.ZstdDecompressor().decompress(bytes(stored))


class Outcome(models.TextChoices):
    """What became of a delivered mail; each means that it is safe with us."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    IGNORED = "ignored"
    UNROUTED = "unrouted"
    QUARANTINED = "quarantined"


class Thread(models.Model):
    """Messages that may concern each other: the unit of locking and of deriving."""

    project = models.ForeignKey(Project, models.CASCADE, db_index=False)


class ThreadToken(models.Model):
    """Something that ties messages together, hashed; messages that share one share a thread.

    The primary key says that a token belongs to one thread of a project.
    """

    pk = models.CompositePrimaryKey("project_id", "token")
    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    token = models.BigIntegerField()
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="tokens")


class Kind(models.TextChoices):
    """What a message is to its project."""

    PATCH = "patch"
    COVER = "cover"
    COMMENT = "comment"
    OTHER = "other"


class Nature(models.TextChoices):
    """What a mail is by itself; a letter may be the cover of patches that answer it."""

    PATCH = "patch"
    COVER = "cover"
    LETTER = "letter"
    OTHER = "other"


class Message(models.Model):
    """A mail in a project: what was read from its shown copy, and what follows from its thread.

    `nature` is what the mail is by itself, `kind` what it is among its thread's messages.
    `ancestors` names the mails it answers, nearest first, separated by blanks.
    """

    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="messages")
    message_id = models.CharField(max_length=400)
    author = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="messages")
    date = models.DateTimeField()
    dated = models.BooleanField(
        default=True, help_text="whether the mail says its date; else it is the arrival's"
    )
    subject = models.TextField()
    ancestors = models.TextField(blank=True)
    nature = models.CharField(max_length=10, choices=Nature)
    kind = models.CharField(max_length=10, choices=Kind)
    version = models.IntegerField()
    label = models.CharField(max_length=40, blank=True)
    number = models.IntegerField(null=True)
    total = models.IntegerField(null=True)
    name = models.TextField(help_text="the subject without prefixes")
    change_id = models.CharField(max_length=500, blank=True)
    trailers = models.JSONField(default=dict, help_text='{"Acked-by": ["Jane <j@x.org>"]}')
    action_required = models.BooleanField(default=False)
    flags = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "message_id"], name="message_unique_project_message_id"
            ),
        ]
        indexes = [
            models.Index(fields=["author", "date"], name="message_by_author_date"),
            models.Index(
                fields=["change_id"],
                condition=models.Q(change_id__gt=""),
                name="message_by_change_id",
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class Mail(models.Model):
    """A mail that arrived, raw: the source of truth for everything derived from it.

    Of the copies of one message (`message`), the `shown` one is the one we read.
    `project` is None while nobody knows where the mail belongs.
    """

    project = models.ForeignKey(Project, models.CASCADE, null=True, db_index=False)
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, db_index=False, related_name="copies"
    )
    shown = models.BooleanField(default=False)
    raw = models.BinaryField(help_text="zstd compressed")
    sha256 = models.CharField(max_length=64, help_text="of the uncompressed mail, hex")
    size = models.BigIntegerField(help_text="of the uncompressed mail, in bytes")
    content_hash = models.CharField(max_length=64, blank=True)
    hop_date = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    recipient = models.CharField(max_length=320, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome)
    detail = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "sha256"], name="mail_unique_project_sha256"
            ),
            models.UniqueConstraint(
                fields=["sha256"],
                condition=models.Q(project=None),
                name="mail_unique_sha256_without_project",
            ),
            # PostgreSQL's index tells the arrival, too; SQLite's cannot.
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(shown=True), name="mail_unique_shown"
            ),
        ]
        indexes = [
            models.Index(
                fields=["message"], condition=models.Q(shown=False), name="mail_hidden_copies"
            ),
            models.Index(
                fields=["outcome", "received_at"],
                condition=~models.Q(outcome="stored"),
                name="mail_by_outcome",
            ),
            models.Index(fields=["received_at", "outcome"], name="mail_by_date"),
        ]

    def __str__(self) -> str:
        return self.sha256

    def read_raw(self) -> bytes:
        """The mail's bytes as they arrived."""
        return decompress_raw(self.raw)


class Discard(models.Model):
    """An administrator's word that a kept mail is of no use, or a conflict was looked at: it waits
    for nobody any more.

    The mail stays as it came, with its outcome. `username` is text, so that it outlives the user.
    """

    mail = models.OneToOneField(Mail, models.CASCADE, primary_key=True, related_name="discard")
    username = models.CharField(max_length=150)
    date = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"discarded by {self.username}"
