"""The audit is silent about a healthy database and misses no kind of corruption."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Model

from ingest.audit import audit
from ingest.dump import dump_state
from ingest.mail import parse_mail
from ingest.reparse import reparse
from ingest.rereading import split_threads
from ingest.threads import derive_tokens
from patchtrack.models import (
    Comment,
    Cover,
    Dependency,
    Event,
    Mail,
    Message,
    Outcome,
    Patch,
    Project,
    Series,
    ThreadToken,
)
from tests.factories import (
    DATE,
    PersonFactory,
    ProjectFactory,
    deliver,
    make_diff,
    make_mail,
)

pytestmark = pytest.mark.django_db

NEVER = datetime(2000, 1, 1, tzinfo=UTC)
BOB = "Bob Cup <bob@example.org>"


def make_part(number: int, **options) -> bytes:
    return make_mail(
        subject=f"[PATCH {number}/2] Step {number}",
        message_id=f"step{number}@example.org",
        in_reply_to="cover@example.org" if number else "",
        date=DATE + timedelta(seconds=number),
        diff=make_diff(f"step{number}.c"),
        **options,
    )


COVER = make_mail(subject="[PATCH 0/2] Tea", message_id="cover@example.org", date=DATE)
ACK = make_mail(
    subject="Re: [PATCH 1/2] Step 1",
    sender=BOB,
    message_id="ack@example.org",
    in_reply_to="step1@example.org",
    date=DATE + timedelta(hours=1),
    body="Acked-by: Bob Cup <bob@example.org>\n",
    headers={"X-Patchwork-Action-Required": "yes"},
)
NEXT = make_mail(
    subject="[PATCH v2] Tea",
    message_id="v2@example.org",
    in_reply_to="cover@example.org",
    date=DATE + timedelta(days=1),
    body="Depends-on: https://lore.example.org/sugar@example.org/\n",
    diff=make_diff(),
)
CHATTER = make_mail(subject="Lunch?", message_id="lunch@example.org", date=None)
COPY = CHATTER.replace(b"Hello.", b"Bye.")
ELSEWHERE = make_mail(subject="[PATCH] Sugar", message_id="sugar@example.org", diff=make_diff())
EVERYTHING = [COVER, make_part(1), make_part(2), ACK, NEXT, CHATTER, COPY, ELSEWHERE]


@pytest.fixture(scope="module")
def tea(module_db) -> Project:
    """A project with a bit of everything in it."""
    project = ProjectFactory()
    deliver(project, *EVERYTHING)
    return project


def findings(project: Project) -> list[str]:
    return [str(finding) for finding in audit(project)]


def reparse_all(project: Project) -> int:
    return sum(reparse(project, threads) for threads in split_threads(project))


def change(model: type[Model], message_id: str, column: str, value: object) -> None:
    """Change the row of a message as no code of ours would."""
    paths = {Message: "message_id", Series: "head__message_id"}
    path = paths.get(model, "message__message_id")
    wrong = value() if callable(value) else value
    assert model.objects.filter(**{path: message_id}).update(**{column: wrong}) == 1


def get_message(message_id: str) -> Message:
    return Message.objects.get(message_id=message_id)


def get_series(head: str) -> Series:
    return Series.objects.get(head__message_id=head)


def test_a_healthy_database_has_nothing_to_report(tea):
    assert findings(tea) == []


def test_everything_is_there_that_the_following_tests_corrupt(tea):
    kinds = Message.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["comment", "cover", "other", "patch", "patch", "patch", "patch"]
    assert Mail.objects.filter(outcome=Outcome.CONFLICT).count() == 1
    assert get_series("v2@example.org").previous == get_series("cover@example.org")
    assert Comment.objects.get().addressed is False
    assert Dependency.objects.get().target == "mid:sugar@example.org"


# Each corruption: model, message-id, the column and its wrong value.
COLUMNS = [
    (Message, "step1@example.org", "project", ProjectFactory),
    (Message, "step1@example.org", "message_id", "x@example.org"),
    (Message, "step1@example.org", "author", PersonFactory),
    (Message, "step1@example.org", "date", NEVER),
    (Message, "lunch@example.org", "date", NEVER),
    (Message, "step1@example.org", "dated", False),
    (Message, "step1@example.org", "subject", "x"),
    (Message, "step1@example.org", "ancestors", "x@example.org"),
    (Message, "step1@example.org", "nature", "other"),
    (Message, "lunch@example.org", "nature", "patch"),
    (Message, "step1@example.org", "kind", "other"),
    (Message, "lunch@example.org", "kind", "comment"),
    (Message, "ack@example.org", "kind", "other"),
    (Message, "cover@example.org", "kind", "patch"),
    (Message, "step1@example.org", "version", 3),
    (Message, "step1@example.org", "label", "resend"),
    (Message, "step1@example.org", "number", 2),
    (Message, "step1@example.org", "total", 3),
    (Message, "step1@example.org", "name", "x"),
    (Message, "step1@example.org", "change_id", "x"),
    (Message, "ack@example.org", "trailers", dict),
    (Message, "ack@example.org", "action_required", False),
    (Message, "step1@example.org", "flags", "charset"),
    (Patch, "step1@example.org", "project", ProjectFactory),
    (Patch, "step1@example.org", "name", "x"),
    (Patch, "step1@example.org", "date", NEVER),
    (Patch, "step1@example.org", "submitter", PersonFactory),
    (Patch, "step1@example.org", "pull_url", "git://example.org"),
    (Patch, "step1@example.org", "msgid", "x@example.org"),
    (Patch, "step1@example.org", "series", lambda: get_series("sugar@example.org")),
    (Patch, "step1@example.org", "series", None),
    (Patch, "step1@example.org", "number", 2),
    (Patch, "step1@example.org", "follows_all", False),
    (Patch, "step1@example.org", "hash", "0" * 40),
    (Patch, "step1@example.org", "paths", list),
    (Patch, "step1@example.org", "tags", lambda: {"Acked-by": 2}),
    (Patch, "step1@example.org", "version", 2),
    (Patch, "step1@example.org", "comment_count", 0),
    (Patch, "step2@example.org", "comment_count", 1),
    (Cover, "cover@example.org", "project", ProjectFactory),
    (Cover, "cover@example.org", "name", "x"),
    (Cover, "cover@example.org", "date", NEVER),
    (Cover, "cover@example.org", "submitter", PersonFactory),
    (Cover, "cover@example.org", "pull_url", "git://example.org"),
    (Cover, "cover@example.org", "series", lambda: get_series("sugar@example.org")),
    (Cover, "cover@example.org", "series", None),
    (Comment, "ack@example.org", "patch", lambda: get_message("step2@example.org").patch),
    (Comment, "ack@example.org", "addressed", None),
    (Series, "cover@example.org", "project", ProjectFactory),
    (Series, "cover@example.org", "head", lambda: get_message("step1@example.org")),
    (Series, "cover@example.org", "name", "x"),
    (Series, "cover@example.org", "submitter", PersonFactory),
    (Series, "cover@example.org", "date", NEVER),
    (Series, "cover@example.org", "version", 2),
    (Series, "cover@example.org", "total", 3),
    (Series, "cover@example.org", "received_total", 1),
    (Series, "cover@example.org", "complete", False),
    (Series, "cover@example.org", "partial", True),
    (Series, "cover@example.org", "lineage", "0" * 64),
    (Series, "cover@example.org", "comment_count", 0),
    (Series, "cover@example.org", "tags", dict),
    (Series, "cover@example.org", "previous", lambda: get_series("sugar@example.org")),
    (Series, "v2@example.org", "previous", None),
    (Dependency, "v2@example.org", "message", lambda: get_message("step1@example.org")),
    (Dependency, "v2@example.org", "target", "mid:x@example.org"),
    (Dependency, "v2@example.org", "url", ""),
    (Mail, "step1@example.org", "project", ProjectFactory),
    (Mail, "step1@example.org", "project", None),
    (Mail, "step1@example.org", "shown", False),
    (Mail, "step1@example.org", "size", 7),
    (Mail, "step1@example.org", "content_hash", "0" * 64),
    (Mail, "step1@example.org", "hop_date", NEVER),
    (Mail, "step1@example.org", "outcome", "quarantined"),
    (Mail, "step1@example.org", "outcome", "conflict"),
]
# What no reparsing can mend, because nobody knows better.
BEYOND_REPAIR = [
    (Message, "step1@example.org", "message_id"),
    (Mail, "step1@example.org", "outcome"),
]


def name_of(value: object) -> str:
    if isinstance(value, type):
        return value.__name__
    return str(value) if isinstance(value, str | int | None) else "other"


@pytest.mark.any_database
@pytest.mark.parametrize(("model", "message_id", "column", "value"), COLUMNS, ids=name_of)
def test_a_wrong_column_is_reported(tea, model, message_id, column, value):
    change(model, message_id, column, value)
    assert findings(tea)


@pytest.mark.parametrize(
    ("model", "message_id", "column", "value"),
    [wrong for wrong in COLUMNS if wrong[:3] not in BEYOND_REPAIR],
    ids=name_of,
)
def test_reparsing_mends_a_wrong_column(tea, model, message_id, column, value):
    change(model, message_id, column, value)
    reparse_all(tea)
    assert findings(tea) == []


def test_a_finding_says_what_is_and_what_should_be(tea):
    change(Series, "cover@example.org", "received_total", 1)
    assert findings(tea) == ["cover@example.org: received is 1, not 2"]


def lose_comment() -> None:
    Comment.objects.get().delete()


def lose_patch() -> None:
    Patch.objects.get(message__message_id="step1@example.org").delete()


def lose_cover() -> None:
    Cover.objects.get().delete()


def lose_series() -> None:
    Patch.objects.filter(message__message_id="sugar@example.org").update(series=None)
    get_series("sugar@example.org").delete()


def lose_dependency() -> None:
    Dependency.objects.get().delete()


def add_dependency() -> None:
    Dependency.objects.create(message=get_message("lunch@example.org"), target="mid:x@example.org")


def add_comment() -> None:
    patch = get_message("step1@example.org").patch
    Comment.objects.create(message=get_message("lunch@example.org"), patch=patch)


def add_series() -> None:
    series = get_series("sugar@example.org")
    series.pk, series.head = None, get_message("lunch@example.org")
    series.save()


def lose_event(category: str) -> Callable[[], None]:
    return lambda: Event.objects.filter(category=category).first().delete()


def add_event(category: str, message_id: str) -> Callable[[], None]:
    return lambda: Event.objects.create(
        project=Project.objects.first(), category=category, message=get_message(message_id)
    )


def move_event() -> None:
    Event.objects.filter(category="patch-created").update(project=ProjectFactory())


def move_message() -> None:
    Message.objects.filter(message_id="step1@example.org").update(
        thread=get_message("sugar@example.org").thread
    )


def own_token(mail: bytes):
    message = get_message(parse_mail(mail).message_id)
    return ThreadToken.objects.filter(
        project=message.project, token__in=derive_tokens(parse_mail(mail))
    )


def lead_token_astray() -> None:
    thread = get_message("sugar@example.org").thread
    own_token(CHATTER).update(thread=thread)


def lose_token() -> None:
    own_token(CHATTER).delete()


def show_wrong_copy() -> None:
    shown, hidden = get_message("lunch@example.org").copies.order_by("-shown")
    Mail.objects.filter(id=shown.id).update(shown=False)
    Mail.objects.filter(id=hidden.id).update(shown=True)


def comment_on_the_cover() -> None:
    Comment.objects.update(patch=None, cover=Cover.objects.get())


ROWS = [
    comment_on_the_cover,
    lose_comment,
    lose_patch,
    lose_cover,
    lose_series,
    lose_dependency,
    add_dependency,
    add_comment,
    add_series,
    lose_event("patch-created"),
    lose_event("patch-completed"),
    lose_event("cover-created"),
    lose_event("patch-comment-created"),
    lose_event("series-created"),
    lose_event("series-completed"),
    add_event("patch-created", "lunch@example.org"),
    add_event("cover-comment-created", "ack@example.org"),
    move_event,
    move_message,
    lead_token_astray,
    lose_token,
    show_wrong_copy,
]


@pytest.mark.any_database
@pytest.mark.parametrize("corrupt", ROWS)
def test_a_wrong_row_is_reported(tea, corrupt):
    corrupt()
    assert findings(tea)


@pytest.mark.parametrize("corrupt", ROWS)
def test_reparsing_mends_a_wrong_row(tea, corrupt):
    corrupt()
    reparse_all(tea)
    assert findings(tea) == []


def damage_raw() -> None:
    mail = get_message("step1@example.org").copies.get()
    Mail.objects.filter(id=mail.id).update(raw=bytes(mail.raw)[:-9])


def exchange_raw() -> None:
    other = get_message("step2@example.org").copies.get()
    get_message("step1@example.org").copies.update(raw=other.raw)


def lose_mail() -> None:
    get_message("step1@example.org").copies.all().delete()


def lose_only_mail_of_a_thread() -> None:
    get_message("sugar@example.org").copies.all().delete()


def lose_message_of_mail() -> None:
    get_message("lunch@example.org").copies.filter(shown=False).update(message=None)


def add_event_about_nothing() -> None:
    Event.objects.create(project=Project.objects.first(), category="patch-created")


def add_event_about_the_wrong_thing() -> None:
    Event.objects.create(
        project=Project.objects.first(),
        category="series-created",
        message=get_message("step1@example.org"),
    )


BEYOND_REPAIR_TOO = [
    damage_raw,
    exchange_raw,
    lose_mail,
    lose_only_mail_of_a_thread,
    lose_message_of_mail,
    add_event_about_nothing,
    add_event_about_the_wrong_thing,
]


@pytest.mark.parametrize("corrupt", BEYOND_REPAIR_TOO)
def test_what_cannot_be_mended_is_reported(tea, corrupt):
    corrupt()
    assert findings(tea)


@pytest.mark.parametrize("corrupt", [damage_raw, exchange_raw, lose_mail])
def test_what_was_read_of_a_mail_stays_when_it_cannot_be_read_any_more(tea, corrupt):
    before = list(dump_state(tea))
    corrupt()
    reparse_all(tea)
    assert list(dump_state(tea)) == before


def test_a_damaged_mail_is_named(tea):
    exchange_raw()
    mail = get_message("step1@example.org").copies.get()
    expected = f"step1@example.org: raw is 'mail {mail.id} has not the SHA-256 that it came with'"
    assert findings(tea)[0].startswith(expected)


def test_the_audit_changes_nothing(tea):
    lose_event("patch-created")()
    lose_comment()
    first = findings(tea)
    assert findings(tea) == first != []


def test_other_events_are_not_audited(tea):
    add_event("patch-state-changed", "step1@example.org")()
    assert findings(tea) == []


def test_mails_that_became_no_message_are_not_audited(tea):
    deliver(tea, b"no mail", make_mail(headers={"X-Patchwork-Hint": "ignore"}))
    assert findings(tea) == []
