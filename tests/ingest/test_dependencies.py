"""What mails say that they need is kept: the same for the same mails, whatever their order."""

from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingest.parity import find_facts
from patchtrack.models import Dependency
from tests.factories import ProjectFactory, deliver, make_diff, make_mail

pytestmark = pytest.mark.django_db

NEEDS = "Depends-on: <kettle@example.org>, https://lore.example.org/all/cup@example.org/\n"
# The topmost Received line decides which copy is shown.
RECEIVED = b"Received: by mx; Sun, 4 Jan 2026 09:05:00 +0000\n"
TEA = RECEIVED + make_mail(
    subject="[PATCH] Tea", message_id="tea@example.org", body=NEEDS, diff=make_diff()
)
KETTLE = make_mail(subject="[PATCH] Kettle", message_id="kettle@example.org", diff=make_diff())
COPY = TEA.replace(b"09:05:00", b"09:00:00").replace(b"<kettle@", b"<pot@")


def find_said() -> list[tuple[str, str]]:
    return sorted(Dependency.objects.values_list("message__message_id", "target"))


def test_what_a_mail_needs_is_kept():
    deliver(ProjectFactory(), TEA)
    assert sorted(Dependency.objects.values_list("target", "url")) == [
        ("mid:cup@example.org", "https://lore.example.org/all/cup@example.org/"),
        ("mid:kettle@example.org", ""),
    ]


@pytest.mark.parametrize("mails", [*permutations([TEA, KETTLE, COPY])])
def test_the_order_of_mails_does_not_matter(mails):
    one, other = ProjectFactory(), ProjectFactory()
    deliver(one, TEA, KETTLE, COPY)
    for mail in mails:
        deliver(other, mail)
    assert find_facts(one) == find_facts(other)


def test_what_the_shown_copy_says_counts():
    project = ProjectFactory()
    deliver(project, TEA)
    deliver(project, COPY)
    assert find_said() == [
        ("tea@example.org", "mid:cup@example.org"),
        ("tea@example.org", "mid:pot@example.org"),
    ]


def test_mails_that_need_nothing_cost_no_statement():
    with CaptureQueriesContext(connection) as queries:
        deliver(ProjectFactory(), KETTLE)
    assert not [query for query in queries if "dependency" in query["sql"]]
