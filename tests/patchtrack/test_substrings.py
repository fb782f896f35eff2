"""Patches are found by any part of their names, also where an index is asked first."""

import pytest
from django.db import connection

from patchtrack.models import Patch
from patchtrack.models.substrings import TABLES
from patchtrack.services import naming
from patchtrack.services.naming import filter_named
from tests.factories import ProjectFactory, deliver, make_diff, make_mail

LONG = "and so on " * 100
NAMES = {
    "water": "Pour: hot_water, 100% of it",
    "tea": "Boil the 茶 and wäter\\n",
    "c": "[x] a.(d|e)*'\"{}, c",
    "long": f"steep {LONG}to the end",
}


@pytest.fixture(scope="module")
def patches(module_db) -> None:
    project = ProjectFactory()
    deliver(project, *(make_mail(subject="[PATCH] x", diff=make_diff(name)) for name in NAMES))
    for patch, name in zip(Patch.objects.order_by("pk"), NAMES.values(), strict=True):
        Patch.objects.filter(pk=patch.pk).update(name=name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("Pour: hot_water, 100% of it", ["water"]),
        ("our", ["water"]),
        ("r: h", ["water"]),
        ("OT_WAT", ["water"]),
        ("hot.water", []),
        ("hot water", []),
        ("100%", ["water"]),
        ("0% OF", ["water"]),
        ("1%", []),
        ("ter", ["water", "tea"]),
        ("wäter", ["tea"]),
        ("茶", ["tea"]),
        ("e 茶 a", ["tea"]),
        ("r\\n", ["tea"]),
        ("[X]", ["c"]),
        ("(d|e)*'\"{},", ["c"]),
        ("c", ["c"]),
        ("", list(NAMES)),
        (" ", list(NAMES)),
        ("steep and so", ["long"]),
        ("water, 100% of it and", []),
        ("a\nb\nc", []),
    ],
)
def test_what_has_a_part(patches, part, expected):
    wanted = [NAMES[name] for name in expected]
    for lookup in ("has_part", "has_rare_part"):
        found = Patch.objects.filter(**{f"name__{lookup}": part}).values_list("name", flat=True)
        # In an order they are looked for in another way.
        assert list(found.order_by("pk")) == wanted
        assert sorted(found.order_by()) == sorted(wanted)


@pytest.mark.django_db
@pytest.mark.parametrize("share", [0, 1, 10**9])
def test_it_is_the_same_for_frequent_and_rare_ones(patches, monkeypatch, share):
    whole = naming._FREQUENT.replace("SYSTEM (0.3)", "SYSTEM (100)")
    monkeypatch.setattr(naming, "_FREQUENT", whole)
    monkeypatch.setattr(naming, "_ONE_OF", share)
    found = filter_named(Patch.objects.order_by("pk"), ["ter", "WATER"])
    assert list(found.values_list("name", flat=True)) == [NAMES["water"]]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite goes through all names")
def test_what_is_frequent(patches, monkeypatch):
    whole = naming._FREQUENT.replace("SYSTEM (0.3)", "SYSTEM (100)")
    monkeypatch.setattr(naming, "_FREQUENT", whole)
    monkeypatch.setattr(naming, "_ONE_OF", 3)
    assert naming._find_frequent(Patch.objects.all(), ["Ter", "the", "茶", "x"]) == {"Ter", "the"}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite goes through the rows")
@pytest.mark.parametrize("table", TABLES)
def test_an_index_is_asked(db, table):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT 1 FROM {table}"
            " WHERE patchtrack_grams(name) @> patchtrack_whole_grams('water')"
        )
        assert f"{table}_name_grams" in str(cursor.fetchall())
