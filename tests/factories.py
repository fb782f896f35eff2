"""Makes what tests are about: mails as bytes, and the rows they belong to.

project = ProjectFactory()
deliver(project, make_mail(subject="[PATCH] Pour slowly", diff=make_diff()))
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

import factory
from django.contrib.auth import get_user_model

from ingest.incoming import Delivery
from ingest.receive import Receipt, receive
from patchtrack.models import Kind, Message, Person, Project, Thread

DATE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ALICE = "Alice Spout <alice@example.org>"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence("user{}".format)
    email = factory.LazyAttribute("{0.username}@example.org".format)


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    name = factory.Sequence("Person {}".format)
    address = factory.Sequence("person{}@example.org".format)


class ProjectFactory(factory.django.DjangoModelFactory):
    """A project whose list-id is its linkname at lists.example.org."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    linkname = factory.Sequence("project{}".format)
    name = factory.LazyAttribute("The {0.linkname} list".format)
    list_id = factory.LazyAttribute("{0.linkname}.lists.example.org".format)
    list_email = factory.LazyAttribute("{0.linkname}@lists.example.org".format)

    @factory.post_generation
    def maintainers(self, create, users) -> None:
        if create and users:
            self.maintainers.set(users)


class ThreadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Thread

    project = factory.SubFactory(ProjectFactory)


class MessageFactory(factory.django.DjangoModelFactory):
    """A message alone in its thread; to have it with all that follows, deliver a mail."""

    class Meta:
        model = Message

    thread = factory.SubFactory(ThreadFactory)
    project = factory.SelfAttribute("thread.project")
    message_id = factory.Sequence("{}@example.org".format)
    author = factory.SubFactory(PersonFactory)
    date = DATE
    subject = "Pour slowly"
    name = "Pour slowly"
    nature = kind = Kind.OTHER
    version = 1


def make_diff(path: str = "kettle.c", old: str = "cold", new: str = "hot") -> str:
    """A git diff that changes one line of a file."""
    return (
        f"diff --git a/{path} b/{path}\n"
        "index 1111111..2222222 100644\n"
        f"--- a/{path}\n"
        f"+++ b/{path}\n"
        "@@ -1,3 +1,3 @@\n"
        " water:\n"
        f"-{old}\n"
        f"+{new}\n"
        " leaves\n"
    )


def make_mail(  # noqa: PLR0913 (a mail may say many things)
    *,
    subject: str = "[PATCH] Pour slowly",
    sender: str = ALICE,
    date: datetime | None = DATE,
    message_id: str | None = None,
    in_reply_to: str = "",
    references: Sequence[str] = (),
    body: str = "Hello.\n",
    diff: str = "",
    headers: Mapping[str, str] | None = None,
    charset: str = "utf-8",
) -> bytes:
    """A mail's bytes, as `git send-email` would send it if there is a diff.

    Message-ids are without brackets; by default one is made from everything else, so that
    equal arguments give equal mails. `headers` are added, or replace others: an empty value
    leaves a header out. The header is sent as it is, in UTF-8, the body in `charset`.
    """
    if diff:
        body = f"{body}---\n\n{diff}-- \n2.47.0\n"
    fields = {
        "From": sender,
        "To": "list@lists.example.org",
        "Subject": subject,
        "Date": format_datetime(date) if date else "",
        "In-Reply-To": f"<{in_reply_to}>" if in_reply_to else "",
        "References": " ".join(f"<{reference}>" for reference in references),
        "MIME-Version": "1.0",
        "Content-Type": f"text/plain; charset={charset}",
        "Content-Transfer-Encoding": "8bit",
        **(headers or {}),
    }
    if message_id is None:
        digest = hashlib.sha256(repr((sorted(fields.items()), body)).encode()).hexdigest()
        message_id = f"{digest[:16]}@example.org"
    fields = {"Message-ID": f"<{message_id}>"} | fields
    header = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    return header.encode() + b"\n" + body.encode(charset)


def deliver(project: Project, *mails: bytes, received_at: datetime = DATE) -> list[Receipt]:
    """Puts mails into the database by the one door, all in one batch."""
    deliveries = [Delivery(raw=mail, received_at=received_at) for mail in mails]
    return receive(deliveries, projects=[project])
