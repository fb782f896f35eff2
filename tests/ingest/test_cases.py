"""The cases that must come out right, from the bytes of the mails to what is stored.

Each is tried in every order of arrival (in some shuffles, where there are many mails), mail by
mail and all in one batch; every order must lead to one state.
"""

import json
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection

from ingest.audit import audit
from ingest.dump import dump_state
from patchtrack.models import Cover, Mail, Message, Outcome, Patch, Project, Series
from tests.factories import DATE, ProjectFactory, deliver, make_diff, make_mail
from tests.ingest.keeping import kept_plans

MAILS = Path(__file__).parent / "mails"
BOB = "Bob Pan <bob@example.org>"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

State = dict[str, dict[str, Any]]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _as_in_a_parser_process(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), kept_plans():
        yield


def read_mails(name: str) -> list[bytes]:
    """The mails of a directory, by the names of their files."""
    return [path.read_bytes() for path in sorted((MAILS / name).iterdir())]


def mail(name: str, subject: str, *, to: str = "", at: timedelta = 0 * SECOND, **more) -> bytes:
    """A mail `name@x` that answers the mails named in `to`, nearest first."""
    named = [f"{other}@x" for other in to.split()]
    return make_mail(
        message_id=f"{name}@x",
        subject=subject,
        in_reply_to=named[0] if named else "",
        references=named[::-1],
        date=DATE + at,
        **more,
    )


def patch(name: str, subject: str, **more) -> bytes:
    return mail(name, subject, diff=make_diff(f"{name}.c"), **more)


def sending(prefix: str, total: int, *, tags: str = "PATCH", at=0 * SECOND, to: str = ""):
    """A cover and its patches, as git send-email sends them."""
    head = f"{prefix}0"
    yield mail(head, f"[{tags} 0/{total}] {prefix}", to=to, at=at)
    for n in range(1, total + 1):
        subject = f"[{tags} {n}/{total}] {prefix} part {n}"
        yield patch(f"{prefix}{n}", subject, to=f"{head} {to}", at=at + n * SECOND)


def orders_of(mails: list[bytes]) -> list[list[bytes]]:
    """Every order of up to four mails, or of three where each takes longer; of more, as they are,
    reversed, and some shuffles."""
    if len(mails) <= (4 if connection.vendor == "sqlite" else 3):
        return [list(order) for order in permutations(mails)]
    shuffles = [Random(seed).sample(mails, len(mails)) for seed in range(3)]
    return [mails, mails[::-1], *shuffles]


def read_state(project: Project) -> State:
    """The canonical dump, by the message-ids without their `@x`."""
    rows = [json.loads(line) for line in dump_state(project)]
    return {row["msgid"].removesuffix("@x"): row for row in rows}


def arrive(mails, *, batch: bool) -> State:
    """The state of a new project in which the mails have arrived in this order."""
    project = ProjectFactory()
    if batch:
        deliver(project, *mails)
    else:
        for one in mails:
            deliver(project, one)
    assert not Mail.objects.filter(project=project, outcome=Outcome.QUARANTINED).exists()
    return read_state(project)


def settle(*mails: bytes) -> State:
    """The state in which the mails end in whatever order, by whatever batches they arrive."""
    # What comes alone is a batch by itself.
    batches = (False, True) if mails[1:] else (True,)
    states = [arrive(order, batch=batch) for order in orders_of(list(mails)) for batch in batches]
    assert all(state == states[0] for state in states)
    return states[0]


def kinds(state: State) -> dict[str, str]:
    return {name: row["kind"] for name, row in state.items()}


def series_of(state: State) -> dict[str, str]:
    """The names of each series' mails, by the name of its head."""
    found: dict[str, list[str]] = {}
    for name, row in state.items():
        if row["series"]:
            found.setdefault(row["series"].removesuffix("@x"), []).append(name)
    return {head: " ".join(members) for head, members in found.items()}


def parents(state: State) -> dict[str, str]:
    return {name: r["parent"].removesuffix("@x") for name, r in state.items() if r["parent"]}


def only(state: State) -> dict[str, Any]:
    (row,) = state.values()
    return row


# 1


def test_two_series_of_one_shape_eight_minutes_apart():
    first = list(sending("a", 9))
    second = list(sending("b", 9, at=timedelta(minutes=8)))
    early = [second[7], *first, *second[:7], *second[8:]]
    state = settle(*first, *second)
    assert series_of(state) == {
        "a0": "a0 a1 a2 a3 a4 a5 a6 a7 a8 a9",
        "b0": "b0 b1 b2 b3 b4 b5 b6 b7 b8 b9",
    }
    assert arrive(early, batch=False) == state
    assert "series-completed" in state["a0"]["events"]
    assert "series-completed" in state["b0"]["events"]


# 2


def test_the_second_patch_of_a_new_version_answers_the_first_patch_of_the_old():
    state = settle(
        patch("a1", "[PATCH 1/2] Boil"),
        patch("b2", "[PATCH v2 2/2] Pour", to="a1", at=7 * DAY),
    )
    assert series_of(state) == {"a1": "a1", "b2": "b2"}
    revisions = Series.objects.filter(head__message_id="b2@x")
    assert set(revisions.values_list("previous__head__message_id", flat=True)) == {"a1@x"}


def test_unlabelled_patches_answer_their_labelled_cover():
    state = settle(
        mail("a0", "[PATCH v3 0/4] Tea"),
        *(patch(f"a{n}", f"[PATCH {n}/4] Step", to="a0", at=n * SECOND) for n in (1, 2, 3, 4)),
    )
    assert series_of(state) == {"a0": "a0 a1 a2 a3 a4"}
    assert {row["version"] for row in state.values()} == {3}


# Of many people's series the cover has no number.


def test_a_letter_that_nobody_numbered_is_the_cover_of_the_patches_that_answer_it():
    state = settle(
        mail("a0", "[tea] Hotter tea"),
        *(patch(f"a{n}", f"[PATCH v2 {n}/2] Step", to="a0", at=n * SECOND) for n in (1, 2)),
        mail("re", "Re: Hotter tea", to="a0", at=DAY),
    )
    assert series_of(state) == {"a0": "a0 a1 a2"}
    assert (state["a0"]["kind"], state["a0"]["name"]) == ("cover", "[tea] Hotter tea")
    assert (state["a0"]["version"], parents(state)) == (2, {"re": "a0"})
    assert set(Cover.objects.values_list("submitter__address", flat=True)) == {"alice@example.org"}


def test_a_letter_whose_patches_have_a_numbered_cover_is_talk():
    state = settle(
        mail("talk", "Hotter tea"),
        mail("a0", "[PATCH 0/2] Tea", to="talk", at=SECOND),
        patch("a1", "[PATCH 1/2] Step", to="talk", at=2 * SECOND),
        patch("a2", "[PATCH 2/2] Step", to="talk", at=3 * SECOND),
    )
    assert series_of(state) == {"a0": "a0 a1 a2"}
    assert (state["talk"]["kind"], state["talk"]["events"]) == ("other", [])


# 3

SUBJECTS = {
    "[PATCHv3 1/2] x": (3, 1, 2),
    "[RFCv2 PATCH 1/3] x": (2, 1, 3),
    "[PATCH-v2 1/2] x": (2, 1, 2),
    "[PATCH v2-resend 1/2] x": (2, 1, 2),
    "PATCH1/8 x": (1, 1, 8),
    "[PATCH 1 of 3] x": (1, 1, 3),
    "[PATCH][v2][1/2] x": (2, 1, 2),
    "[PATCH] 1/2: x": (1, 1, 2),
    "[PATCH 1 / 3] x": (1, 1, 3),
    "[PATCH nft 2/2,v2] x": (2, 2, 2),
    "[LTP] [PATCH v2 1/4] x": (2, 1, 4),
    "[PATCH 3/4/5] x": (1, 3, 4),
    "[PATCH 0.5/5] x": (1, None, 1),
    "[PATCH v5.1 10/12] x": (5, 10, 12),
}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subjects_as_people_write_them(subject):
    row = only(settle(patch("a", subject)))
    assert (row["kind"], row["version"], row["number"], row["total"]) == (
        "patch",
        *SUBJECTS[subject],
    )


def test_the_link_name_of_its_project_is_not_part_of_a_patch_s_name():
    project = ProjectFactory(linkname="tea")
    deliver(project, patch("a1", "[Tea] [PATCH cups v2 1/2] Tea: Pour"))
    deliver(ProjectFactory(), patch("a1", "[Tea] [PATCH cups v2 1/2] Tea: Pour"))
    names = Patch.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["[cups,v2,1/2] Tea: Pour", "[Tea,cups,v2,1/2] Tea: Pour"]
    assert list(audit(project)) == []


# 4


def test_a_cover_with_an_unindented_interdiff_is_a_cover():
    state = settle(*read_mails("04-interdiff"))
    assert series_of(state) == {"cover": "1 cover"}
    assert kinds(state)["cover"] == "cover"


def test_a_pull_request_of_ten_patches_is_a_series_with_its_cover():
    text = (MAILS / "04-pull" / "cover.eml").read_bytes()
    patches = [
        patch(f"p{n:02}", f"[PULL {n:02}/10] Part {n}", to="pull", at=n * SECOND)
        for n in range(1, 11)
    ]
    state = settle(text, *patches)
    assert series_of(state) == {"pull": " ".join([*(f"p{n:02}" for n in range(1, 11)), "pull"])}
    urls = set(Cover.objects.values_list("pull_url", flat=True))
    assert urls == {"https://git.example.org/tea.git tags/pull-tea-20260105"}


# 5


def test_the_same_cover_in_two_projects_and_an_unlabelled_reroll():
    projects = [ProjectFactory(), ProjectFactory()]
    for project in projects:
        deliver(project, *sending("a", 2))
    reroll = list(sending("b", 2, at=DAY))
    reroll[0] = mail("b0", "[PATCH 0/2] a", to="a0", at=DAY)
    deliver(projects[0], *reroll)
    assert series_of(read_state(projects[0])) == {"a0": "a0 a1 a2", "b0": "b0 b1 b2"}
    assert series_of(read_state(projects[1])) == {"a0": "a0 a1 a2"}
    assert not Message.objects.filter(kind="comment").exists()


# 6


@pytest.mark.parametrize(
    ("name", "word"), [("06-ascii-is-utf8", "Grün"), ("06-utf8-is-latin1", "Grün")]
)
def test_a_charset_that_lies_is_readable_and_flagged(name, word):
    state = settle(*read_mails(name))
    message = Message.objects.filter(message_id=only(state)["msgid"]).first()
    assert (message.kind, message.flags) == ("patch", "charset")
    assert word in " ".join(message.trailers["Acked-by"])


# 7


@pytest.mark.parametrize(
    "name", ["07-underlined-title", "07-signature-in-the-middle", "07-prose-like-a-diff"]
)
def test_nothing_of_the_message_is_cut(name):
    state = settle(*read_mails(name))
    assert only(state)["kind"] == "patch"
    assert only(state)["trailers"] == {"Acked-by": 1}


# 8


def test_a_binary_patch_and_a_rename():
    settle(*read_mails("08-binary-and-rename"))
    paths = Patch.objects.values_list("paths", flat=True)[0]
    assert paths == ["cup.bin", "new.c", "old.c"]


@pytest.mark.parametrize(
    "name", ["08-rename-only", "08-mode-only", "08-binary-only", "08-empty-file"]
)
def test_a_diff_without_hunks_is_a_patch(name):
    assert only(settle(*read_mails(name)))["kind"] == "patch"


# 9


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("09-octet-stream", ["kettle.c"]),
        ("09-whole-mail", ["kettle.c"]),
        ("09-two-patches", ["cup.c", "kettle.c"]),
    ],
)
def test_attached_patches_count(name, paths):
    assert only(settle(*read_mails(name)))["kind"] == "patch"
    assert Patch.objects.values_list("paths", flat=True)[0] == paths


# 10

LIST = "tea@lists.example.org"
SENDERS = {
    "Miles <o'brien@x.org>": "o'brien@x.org",
    "Root <x@localhost>": "x@localhost",
    "Ann <a@x.org >": "a@x.org",
    "Zoë <zoë@x.org>": "zoë@x.org",
    '"Ann" <"ann smith"@x.org>': '"ann smith"@x.org',
    "Ann <ann@[192.0.2.1]>": "ann@[192.0.2.1]",
}


@pytest.mark.parametrize("sender", SENDERS)
def test_addresses_as_people_have_them(sender):
    assert only(settle(patch("a", "[PATCH] x", sender=sender)))["submitter"] == SENDERS[sender]


@pytest.mark.parametrize(
    "headers",
    [
        {"Reply-To": "jane@x.org"},
        {"Reply-To": '"Doe, Jane" <jane@x.org>'},
        {"X-Original-Sender": "jane@x.org"},
        {"X-Original-From": "Jane Doe <jane@x.org>"},
    ],
)
def test_the_true_sender_behind_the_list(headers):
    sent = patch(
        "a",
        "[PATCH] x",
        sender=f'"Jane Doe via Tea" <{LIST}>',
        headers={"List-Id": "Tea <tea.lists.example.org>"} | headers,
    )
    assert only(settle(sent))["submitter"] == "jane@x.org"


def test_the_true_sender_within_the_lists_address():
    sent = patch("a", "[PATCH] x", sender="Jane Doe via groups.io <jane=x.org@groups.io>")
    assert only(settle(sent))["submitter"] == "jane@x.org"


# 11


def test_replies_that_come_first_are_attached_at_the_end():
    state = settle(
        patch("a", "[PATCH] x"),
        mail("r", "Re: [PATCH] x", to="a", at=SECOND, sender=BOB),
        mail("q", "Re: [PATCH] x", to="r", at=2 * SECOND),
    )
    assert parents(state) == {"r": "a", "q": "a"}
    assert state["q"]["events"] == ["patch-comment-created"]


def test_references_that_are_cut_short_are_mended_by_the_mails_between():
    state = settle(
        *list(sending("a", 1)),
        mail("r", "Re: x", to="a1 a0", at=60 * SECOND, sender=BOB),
        mail("q", "Re: x", to="missing r", at=70 * SECOND),
    )
    assert parents(state) == {"r": "a1", "q": "a1"}


# 12

REPLIES = ["AW: [PATCH] x", "SV: [PATCH] x", "Antw: [PATCH] x", "回复: [PATCH] x"]
REPLIES += ["RE：[PATCH] x", "Re[2]: [PATCH] x", "Re: AW: [PATCH] x", "[tea] Re: [PATCH] x"]


@pytest.mark.parametrize("subject", REPLIES)
def test_replies_in_every_language_are_comments_even_with_a_diff(subject):
    state = settle(patch("a", "[PATCH] x"), patch("r", subject, to="a", at=SECOND))
    assert parents(state) == {"r": "a"}


def test_a_patch_whose_name_begins_with_re_is_a_patch():
    assert only(settle(patch("a", "[PATCH] re: foo")))["kind"] == "patch"


# 13


def test_two_threads_merged_by_a_late_message():
    state = settle(
        patch("a", "[PATCH] x"),
        patch("b", "[PATCH] y", sender=BOB),
        mail("r", "Re: x", to="a", at=SECOND, sender=BOB),
        mail("late", "Re: both", to="b a", at=DAY),
    )
    assert parents(state) == {"r": "a", "late": "b"}
    project = Project.objects.latest("id")
    assert Message.objects.filter(project=project).values("thread").distinct().count() == 1


def test_a_thread_of_a_thousand_messages():
    replies = [
        mail(f"r{n:03}", "Re: x", to=f"r{n - 1:03}" if n else "a", at=n * SECOND)
        for n in range(999)
    ]
    state = arrive([*replies[::-1], patch("a", "[PATCH] x")], batch=True)
    assert set(parents(state).values()) == {"a"}
    assert len(parents(state)) == 999


# 14


def received(minute: int) -> dict[str, str]:
    return {"Received": f"from x by mx.example.org; Mon, 05 Jan 2026 10:{minute:02}:00 +0000"}


def test_two_mails_under_one_id_in_both_orders():
    first = patch("a", "[PATCH] The first", headers=received(1))
    second = mail("a", "[PATCH] The second", headers=received(2), diff=make_diff("evil.c"))
    state = settle(first, second)
    assert state["a"]["name"] == "The first"
    project = Project.objects.latest("id")
    copies = Mail.objects.filter(project=project)
    assert sorted(copies.values_list("outcome", flat=True)) == ["conflict", "stored"]
    assert list(Patch.objects.filter(project=project).values_list("paths", flat=True)) == [["a.c"]]


def test_a_forged_copy_with_an_older_date_is_not_shown():
    first = patch("a", "[PATCH] The true one", headers=received(1))
    forged = patch("a", "[PATCH] The forged one", headers=received(2), at=-DAY)
    assert settle(first, forged)["a"]["name"] == "The true one"


def test_a_copy_that_is_no_patch_any_more_takes_its_events_and_comments_along():
    later = patch("a", "[PATCH] x", headers=received(2))
    first = mail("a", "A question", headers=received(1))
    state = settle(later, first, mail("r", "Re: x", to="a", at=SECOND))
    assert kinds(state) == {"a": "other", "r": "other"}
    assert {event for row in state.values() for event in row["events"]} == set()


def test_a_series_keeps_its_id_when_its_first_patch_turns_out_to_be_none():
    project = ProjectFactory()
    deliver(project, *(patch(f"a{n}", f"[PATCH {n}/2] x", headers=received(9)) for n in (1, 2)))
    before = Series.objects.get(project=project).id
    deliver(project, mail("a1", "A question", headers=received(1)))
    assert Series.objects.get(project=project).id == before


# 15


def test_an_unthreaded_cover_may_come_last():
    patches = [patch(f"a{n}", f"[PATCH {n}/3] x", at=n * SECOND) for n in (1, 2, 3)]
    state = settle(*patches, mail("a0", "[PATCH 0/3] x"))
    assert series_of(state) == {"a0": "a0 a1 a2 a3"}
    assert state["a0"]["events"] == ["cover-created", "series-completed", "series-created"]


def test_no_series_stays_behind_empty():
    patches = [patch(f"a{n}", f"[PATCH {n}/3] x", at=n * SECOND) for n in (3, 1, 2)]
    arrive([*patches, mail("a0", "[PATCH 0/3] x")], batch=False)
    assert Series.objects.count() == 1


def test_a_series_that_became_part_of_an_older_one_can_still_be_found():
    project = ProjectFactory()
    deliver(project, patch("a2", "[PATCH 2/3] x", to="a1", at=2 * SECOND))
    deliver(project, patch("a3", "[PATCH 3/3] x", to="a9", at=3 * SECOND))
    old, young = Series.objects.order_by("id").values_list("id", flat=True)
    deliver(project, patch("a1", "[PATCH 1/3] x", to="a9", at=SECOND))
    series = Series.objects.get()
    assert (series.id, list(series.aliases.values_list("id", flat=True))) == (old, [young])


def test_a_stale_file_stands_beside_the_good_one():
    state = settle(*sending("a", 2), patch("s2", "[PATCH 2/2] stale", to="a0", at=3 * SECOND))
    assert series_of(state) == {"a0": "a0 a1 a2 s2"}


# 16


def test_a_mail_in_html_only_is_readable_and_its_patch_counts():
    assert only(settle(*read_mails("16-html-only")))["kind"] == "patch"


def test_a_flowed_mail_is_readable_and_its_patch_counts():
    state = settle(*read_mails("16-flowed"))
    assert (only(state)["kind"], only(state)["trailers"]) == ("patch", {"Acked-by": 1})


# What belongs to every case: one name for each person, in whatever order their mails came.


@pytest.mark.parametrize("names", [("Jane", ""), ("", "Jane"), ("Jane", "Jane Doe")])
def test_a_person_has_the_name_of_the_newest_mail_that_tells_one(names):
    def name_after(order):
        project = ProjectFactory()
        address = f"{project.linkname}@example.org"
        mails = [
            patch(f"m{i}", "[PATCH] x", sender=f"{names[i]} <{address}>", at=i * DAY) for i in order
        ]
        for one in mails:
            deliver(project, one)
        return Message.objects.filter(project=project).first().author.name

    assert name_after([0, 1]) == name_after([1, 0]) == (names[1] or names[0])


def test_undated_mails_name_a_person_in_whatever_order_they_come():
    def name_after(order):
        project = ProjectFactory()
        address = f"{project.linkname}@example.org"
        sent = {
            name: make_mail(
                subject="[PATCH] x", date=None, sender=f"{name} <{address}>", diff=make_diff()
            )
            for name in ("Ann", "Jane")
        }
        for name in order:
            deliver(project, sent[name])
        return Message.objects.filter(project=project).first().author.name

    assert name_after(["Ann", "Jane"]) == name_after(["Jane", "Ann"])
