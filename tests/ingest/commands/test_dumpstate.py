"""`dumpstate` prints what follows from a project's mails, and nothing else."""

import json
import os
from datetime import timedelta

import pytest

from tests.factories import DATE, ProjectFactory, deliver, make_diff, make_mail

from .running import run

pytestmark = pytest.mark.django_db

KEYS = (
    "msgid kind submitter name date series number version total parent state trailers events"
).split()
COVER = make_mail(subject="[PATCH v2 0/2] Tea", message_id="cover@example.org")
PATCHES = [
    make_mail(
        subject=f"[PATCH v2 {number}/2] Step {number}",
        message_id=f"patch{number}@example.org",
        in_reply_to="cover@example.org",
        date=DATE + timedelta(seconds=number),
        diff=make_diff(f"step{number}.c"),
    )
    for number in (1, 2)
]
ACK = make_mail(
    subject="Re: [PATCH v2 1/2] Step 1",
    sender="Bob Cup <bob@example.org>",
    message_id="Ack@example.org",
    in_reply_to="patch1@example.org",
    date=DATE + timedelta(hours=1),
    body="Nice.\n\nAcked-by: Bob Cup <bob@example.org>\n",
)
CHATTER = make_mail(subject="Lunch?", message_id="lunch@example.org", date=None)
ALL = [COVER, *PATCHES, ACK, CHATTER]


def dump(*mails: bytes, batch: int = 1) -> str:
    project = ProjectFactory()
    for start in range(0, len(mails), batch):
        deliver(project, *mails[start : start + batch])
    return run("dumpstate", "--project", project.linkname).out


def test_the_keys_are_exactly_these_in_their_order():
    for line in dump(*ALL).splitlines():
        assert list(json.loads(line)) == KEYS


def test_lines_are_sorted_by_the_bytes_of_message_ids():
    ids = [json.loads(line)["msgid"] for line in dump(*ALL).splitlines()]
    assert ids == sorted(ids)
    assert ids[0] == "Ack@example.org"


def test_a_patch_in_a_series():
    lines = {row["msgid"]: row for row in map(json.loads, dump(*ALL).splitlines())}
    assert lines["patch1@example.org"] == {
        "msgid": "patch1@example.org",
        "kind": "patch",
        "submitter": "alice@example.org",
        "name": "[v2,1/2] Step 1",
        "date": "2026-01-05T09:00:01+00:00",
        "series": "cover@example.org",
        "number": 1,
        "version": 2,
        "total": 2,
        "parent": None,
        "state": "new",
        "trailers": {},
        "events": ["patch-completed", "patch-created"],
    }


def test_a_cover_carries_the_events_of_its_series():
    lines = {row["msgid"]: row for row in map(json.loads, dump(*ALL).splitlines())}
    cover = lines["cover@example.org"]
    assert (cover["kind"], cover["series"], cover["total"]) == ("cover", "cover@example.org", 2)
    assert cover["events"] == ["cover-created", "series-completed", "series-created"]


def test_a_comment_names_its_parent_and_counts_its_trailers():
    lines = {row["msgid"]: row for row in map(json.loads, dump(*ALL).splitlines())}
    comment = lines["Ack@example.org"]
    assert (comment["kind"], comment["parent"]) == ("comment", "patch1@example.org")
    assert comment["trailers"] == {"Acked-by": 1}
    assert comment["events"] == ["patch-comment-created"]
    assert comment["state"] is None


def test_a_mail_without_a_date_has_none():
    lines = {row["msgid"]: row for row in map(json.loads, dump(*ALL).splitlines())}
    assert (lines["lunch@example.org"]["kind"], lines["lunch@example.org"]["date"]) == (
        "other",
        None,
    )


@pytest.mark.parametrize("order", [ALL[::-1], ALL[2:] + ALL[:2], ALL + ALL])
@pytest.mark.parametrize("batch", [1, 3])
def test_the_order_of_arrival_does_not_show(order, batch):
    assert dump(*order, batch=batch) == dump(*ALL)


def test_another_mail_shows():
    assert dump(*ALL[:-1]) != dump(*ALL)


def test_an_empty_project_prints_nothing():
    assert dump() == ""


def test_an_unknown_project_is_wrong_usage():
    assert run("dumpstate", "--project", "coffee").status == os.EX_USAGE
