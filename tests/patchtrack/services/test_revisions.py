"""The revisions of many series at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patchtrack.models import Series
from patchtrack.services import revisions
from patchtrack.services.revisions import find_all_revisions
from tests.factories import ProjectFactory, deliver, make_diff, make_mail


@pytest.fixture
def works(project) -> list[Series]:
    """Three versions of "Pour", the last one called otherwise but sent in reply to the first,
    one version of "Boil", and "Pour" in another project; by their ids."""
    mails = [
        make_mail(subject="[PATCH] Pour", message_id="1@example.org", diff=make_diff()),
        make_mail(subject="[PATCH v2] Pour", diff=make_diff()),
        make_mail(subject="[PATCH v3] Fill", in_reply_to="1@example.org", diff=make_diff()),
        make_mail(subject="[PATCH] Boil", diff=make_diff()),
    ]
    for mail in mails:
        deliver(project, mail)
    deliver(ProjectFactory(), mails[0])
    return list(Series.objects.order_by("pk"))


def find_versions(rows: list[Series]) -> list[list[int]]:
    found = find_all_revisions(rows)
    return [[series.version for series in found[row.pk]] for row in rows]


def test_each_series_has_those_of_its_own_work(works):
    with CaptureQueriesContext(connection) as queries:
        assert find_versions(works) == [[1, 2, 3], [1, 2], [1, 3], [1], [1]]
    assert len(queries) == 1


def test_of_very_many_the_newest_and_itself_are_told(works, monkeypatch):
    monkeypatch.setattr(revisions, "MOST_REVISIONS", 1)
    assert find_versions(works[:2]) == [[1, 2, 3], [2]]
