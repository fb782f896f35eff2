"""`indextrailers` keeps an index for each trailer that was added, and none besides."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, connections, transaction

from patchtrack.models import Patch, Series, Tag
from patchtrack.services.trailer_indexes import keep_trailer_indexes
from patchtrack.web.ordering import OF_TAG, parse_order
from tests.waiting import SECONDS

from .running import run

pytestmark = pytest.mark.django_db(transaction=True)
postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)


@pytest.fixture(autouse=True)
def no_index_stays(transactional_db) -> Iterator[None]:
    yield
    Tag.objects.filter(name="Reported-by").delete()
    keep()


def keep() -> dict[str, int]:
    return run("indextrailers", "--json").summary


def explain(table) -> str:
    """How the rows at one place of a list are found that is sorted by the trailer."""
    order = parse_order(f"{OF_TAG}Reported-by", "patches")
    rows = table.objects.filter(project=1).annotate(place=order.expression)
    with transaction.atomic(), connection.cursor() as cursor:
        # The tables are empty, and to read all of nothing costs nothing.
        cursor.execute("SET LOCAL enable_seqscan = off")
        return rows.filter(place=7).values_list("pk").explain()


def keep_in_thread() -> tuple[int, int]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 1")
        return keep_trailer_indexes()
    finally:
        connections.close_all()


def wait_until_blocked(kept: Future) -> None:
    pause = Event()
    for _ in range(SECONDS * 100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if kept.done() or cursor.fetchone()[0]:
                return
        pause.wait(0.01)
    raise AssertionError("it neither ends nor waits")


def lock_to_write(table: str) -> None:
    """As whoever writes rows does."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE patchtrack_{table} IN ROW EXCLUSIVE MODE NOWAIT")


@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite sees no index of an expression in which Django has parameters",
)
@pytest.mark.parametrize("table", [Patch, Series])
def test_lists_are_sorted_by_the_index_of_a_trailer_that_was_added(table):
    Tag.objects.create(name="Reported-by", abbrev="P")
    assert "_trailer_" not in explain(table)
    assert keep() == {"made": 2, "removed": 0}
    assert "_trailer_" in explain(table)


def test_what_is_there_stays_until_its_trailer_goes():
    tag = Tag.objects.create(name="Reported-by", abbrev="P")
    assert [keep(), keep()] == [{"made": 2, "removed": 0}, {"made": 0, "removed": 0}]
    tag.delete()
    assert [keep(), keep()] == [{"made": 0, "removed": 2}, {"made": 0, "removed": 0}]


@pytest.mark.parametrize("name", ["Acked-by", "x'); --", "%s", "Zoë-by"])
def test_what_has_an_index_or_is_no_trailer_gets_none(name):
    Tag.objects.get_or_create(name=name, defaults={"abbrev": "P"})
    assert keep() == {"made": 0, "removed": 0}


@postgresql
@pytest.mark.parametrize(("first", "second"), [("patch", "series"), ("series", "patch")])
def test_who_writes_meanwhile_does_not_wait(first, second):
    Tag.objects.create(name="Reported-by", abbrev="P")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_to_write(first)
            kept = pool.submit(keep_in_thread)
            wait_until_blocked(kept)
            lock_to_write(second)
        assert kept.result(SECONDS) == (2, 0)


@postgresql
def test_an_index_that_was_not_finished_is_made_again():
    Tag.objects.create(name="Reported-by", abbrev="P")
    keep()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false FROM pg_class "
            "WHERE pg_class.oid = indexrelid AND relname LIKE 'patch_trailer_%'"
        )
    assert [keep(), keep()] == [{"made": 1, "removed": 0}, {"made": 0, "removed": 0}]
