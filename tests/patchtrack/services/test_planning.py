"""PostgreSQL is told how to join tables, and only while it is needed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patchtrack.services.planning import joining_at_once

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite joins tables in one way only"
)


def read_setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        return cursor.fetchone()[0]


def test_tables_are_joined_at_once_only_meanwhile(transactional_db):
    with joining_at_once():
        assert read_setting() == "off"
    assert read_setting() == "on"


def test_a_list_of_series_by_submitter_joins_people_at_once(client, project):
    with CaptureQueriesContext(connection) as queries:
        client.get("/project/teapot/?order=submitter")
    assert any("enable_nestloop" in query["sql"] for query in queries)
