"""`indextrailers` keeps an index for each trailer that was added, and none besides."""

import pytest
from django.db import connection

from patchtrack.models import Patch, Series, Tag
from patchtrack.web.ordering import OF_TAG, parse_order

from .running import run

pytestmark = pytest.mark.django_db


def keep() -> dict[str, int]:
    return run("indextrailers", "--json").summary


def explain(table) -> str:
    """How the rows at one place of a list are found that is sorted by the trailer."""
    order = parse_order(f"{OF_TAG}Reported-by", "patches")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # The tables are empty, and to read all of nothing costs nothing.
            cursor.execute("SET LOCAL enable_seqscan = off")
    rows = table.objects.filter(project=1).annotate(place=order.expression)
    return rows.filter(place=7).values_list("pk").explain()


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
