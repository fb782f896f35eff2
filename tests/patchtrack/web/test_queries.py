"""Pages read, in a fixed number of queries whatever they show, and change nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patchtrack.models import Series
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.patchtrack.api.shared import project, series

# Fixtures.
__all__ = ["project", "series"]

pytestmark = pytest.mark.django_db

PAGES = {
    "/": 2,
    "/project/teapot/": 6,
    "/project/teapot/list/": 5,
    "/project/teapot/list/?submitter={series.submitter_id}&series={series.pk}&state=*": 5,
    "/series/{series.pk}/": 7,
    "/series/{series.pk}/?from=state%3D*": 8,
    "/series/{series.pk}/mbox/": 4,
    "/project/teapot/patch/1@example.org/": 6,
    "/project/teapot/patch/1@example.org/?view=split": 6,
    "/project/teapot/patch/1@example.org/?from=order%3Dcheck": 8,
    "/project/teapot/patch/1@example.org/?from=submitter%3Da%26state%3D*": 9,
    "/project/teapot/patch/1@example.org/file/1/": 4,
    "/project/teapot/patch/1@example.org/mbox/?series=*": 4,
    "/project/teapot/patch/1@example.org/raw/": 2,
    "/project/teapot/cover/0@example.org/": 4,
    "/project/teapot/cover/0@example.org/mbox/": 2,
    "/project/teapot/mail/a@example.org/raw/": 2,
    "/project/teapot/feed/": 3,
    "/series/{series.pk}/feed/": 6,
    "/person/{series.submitter_id}/": 8,
    "/person/{series.submitter_id}/feed/": 3,
    "/about/": 0,
    "/robots.txt": 0,
    "/project/teapot/mail/a@example.org/": 2,
}


def add_more(project) -> None:
    """Many more of everything that a page might count."""
    ProjectFactory.create_batch(3)
    parts = [
        make_mail(
            subject=f"[PATCH v2 {number}/3] Part {number}",
            sender=f"P{number} <p{number}@example.org>",
            in_reply_to="0@example.org",
            diff=make_diff(),
        )
        for number in range(4, 12)
    ]
    answers = [
        make_mail(subject="Re: more", in_reply_to=f"{to}@example.org", body=f"{number}\n")
        for number in range(4)
        for to in "013"
    ]
    deliver(project, *parts, *answers)


@pytest.mark.parametrize(("page", "number"), PAGES.items())
def test_a_page_takes_a_fixed_number_of_queries(
    client, project, series: Series, django_assert_num_queries, page, number
):
    url = page.format(series=series)
    with django_assert_num_queries(number):
        client.get(url)
    add_more(project)
    with django_assert_num_queries(number):
        assert client.get(url).status_code == 200


FILTERED = (
    "/project/teapot/?delegate=me&order=name",
    "/project/teapot/?delegate=user&submitter=a&order=check",
    "/project/teapot/?older=1000000.1999999999999999&delegate=-",
    "/project/teapot/list/?delegate={user.pk}&submitter=a&older=1000000.1999999999999999",
)


@pytest.mark.parametrize("page", [*PAGES, *FILTERED])
def test_a_page_of_a_maintainer_takes_as_few_whatever_there_is(client, project, series, page):
    user = UserFactory()
    project.maintainers.add(user)
    client.force_login(user)
    numbers = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(page.format(series=series, user=user))
        numbers.append(len(queries))
        add_more(project)
        project.maintainers.add(*UserFactory.create_batch(3))
    assert numbers[0] == numbers[1] <= 12


def test_pages_only_read(client, series: Series):
    with CaptureQueriesContext(connection) as queries:
        for page in PAGES:
            client.get(page.format(series=series))
    assert {query["sql"].lstrip("(").split()[0] for query in queries} == {"SELECT"}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_pages_take_nothing(client, series: Series, method):
    for page in PAGES:
        assert getattr(client, method)(page.format(series=series)).status_code == 405
