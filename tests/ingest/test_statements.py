"""A process that stores many mails has its statements planned once."""

import pytest
from django.db import Error, connection

from ingest.lookups import Lookup
from patchtrack.models import Tag
from patchtrack.services.database_errors import is_outage
from tests.ingest.keeping import kept_plans

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite's driver keeps all statements by itself"
    ),
]


@pytest.fixture
def keeping_plans():
    with kept_plans():
        yield


def look_up_often():
    lookup = Lookup(lambda keys: Tag.objects.filter(id__in=keys).values_list("name"))
    for key in range(1, 20):
        lookup.rows([key])


def ask(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


@pytest.mark.usefixtures("keeping_plans")
def test_the_server_keeps_a_statement_that_comes_again():
    look_up_often()
    assert ask("SELECT sum(generic_plans) > 0 FROM pg_prepared_statements")


@pytest.mark.usefixtures("keeping_plans")
@pytest.mark.parametrize(
    "change",
    ["DEALLOCATE ALL", "ALTER TABLE patchtrack_tag ALTER COLUMN name TYPE varchar(60)"],
)
def test_no_mail_is_blamed_for_a_plan_that_the_server_no_longer_has(change):
    look_up_often()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        # As if somebody else did it: the driver would know of its own statements.
        cursor.execute(f"DO $$ BEGIN EXECUTE '{change}'; END $$")
        with pytest.raises(Error) as caught:
            look_up_often()
        connection.close()
    assert is_outage(caught.value)


@pytest.mark.usefixtures("keeping_plans")
def test_a_plan_that_is_kept_suits_a_table_that_has_grown():
    """However small the table was when the plan was made, it goes through an index."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patchtrack_tag")
        cursor.execute("PREPARE kept AS SELECT name FROM patchtrack_tag WHERE id = ANY($1)")
        cursor.execute("EXPLAIN EXECUTE kept(ARRAY[1])")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan


def test_other_processes_keep_nothing():
    look_up_often()
    assert ask("SELECT count(*) FROM pg_prepared_statements") == 0
