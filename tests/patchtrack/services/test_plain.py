"""Plain rows say what Django's rows would, under the same names."""

import pytest
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext

from patchtrack.models import Patch, Project
from patchtrack.services.plain import PlainRows, Shape

SHAPE = Shape("pk", "name", "project_id", submitter=Shape("address"), delegate=Shape("pk"))


@pytest.fixture
def rows(series) -> PlainRows:
    return PlainRows(shape=SHAPE, query=Patch.objects.order_by("pk"))


def test_a_row_has_what_it_refers_to(rows):
    for row, patch in zip(rows, Patch.objects.order_by("pk"), strict=True):
        assert (row.pk, row.name, row.project) == (patch.pk, patch.name, patch.project)
        assert row.submitter.address == patch.submitter.address


def test_what_refers_to_nothing_has_none(rows):
    assert [row.delegate for row in rows] == [None, None]


def test_a_column_may_be_added(rows):
    assert [row.cups for row in rows.annotate(cups=Value(3))] == [3, 3]


def test_projects_are_read_together(rows, django_assert_num_queries):
    with django_assert_num_queries(2):
        list(rows)


def test_projects_that_are_known_are_not_read_again(rows, project):
    known = PlainRows(shape=SHAPE, query=rows.query, projects={project.pk: project})
    with CaptureQueriesContext(connection) as queries:
        assert [row.project is project for row in known] == [True, True]
    assert len(queries) == 1


def test_the_first_is_that_of_the_order(rows):
    assert rows.first() == next(iter(rows))
    assert rows.order_by("-pk").first().pk == Patch.objects.latest("pk").pk
    assert rows.filter(project=Project(pk=0)).first() is None
