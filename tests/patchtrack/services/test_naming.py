"""Patches, series and cover letters are found by any part of their names, rare or frequent."""

import pytest
from django.db import connection

from patchtrack.models import Cover, Patch, Series
from patchtrack.services import naming
from patchtrack.services.naming import filter_named
from tests.factories import ProjectFactory, deliver, make_diff, make_mail

pytestmark = pytest.mark.django_db
postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite goes through all names"
)
NAMES = {
    "water": "Pour: hot_water, 100% of it",
    "tea": "Boil the 茶 and wäter\\n",
    "c": "[x] a.(d|e)*'\"{}, c/12",
    "commit": 'Undo "3e6b1a2d9f04"',
    "long": "steep " + "and so on " * 100,
}


@pytest.fixture(scope="module")
def patches(module_db) -> None:
    """Patches that were renamed, all but the last, which is of a series with a cover letter."""
    project = ProjectFactory()
    deliver(project, *(make_mail(subject="[PATCH] x", diff=make_diff(name)) for name in NAMES))
    for patch, name in zip(Patch.objects.order_by("pk"), NAMES.values(), strict=True):
        Patch.objects.filter(pk=patch.pk).update(name=name)
    deliver(
        project,
        make_mail(subject="[PATCH 0/1] Warm the pot", message_id="cover@example.org"),
        make_mail(
            subject="[PATCH 1/1] Rinse", in_reply_to="cover@example.org", diff=make_diff("r")
        ),
    )


@pytest.fixture(params=["rare", "frequent"])
def share(request, monkeypatch) -> None:
    """Whatever is looked for counts as rare, or as frequent."""
    monkeypatch.setattr(naming, "_ONE_OF", 0 if request.param == "rare" else 10**9)
    monkeypatch.setattr(naming, "_FIND", naming._FIND.replace("SYSTEM (0.3)", "SYSTEM (100)"))


def names(*texts: str) -> list[str]:
    rows = filter_named(Patch.objects.exclude(name__contains="Rinse").order_by("pk"), texts)
    return list(rows.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Pour: hot_water, 100% of it"], ["water"]),
        (["our"], ["water"]),
        (["r: h"], ["water"]),
        (["OT_WAT"], ["water"]),
        (["hot.water"], []),
        (["hot water"], []),
        (["ho_water"], []),
        (["100%"], ["water"]),
        (["0% OF"], ["water"]),
        (["1%"], []),
        (["ter"], ["water", "tea"]),
        (["ter", "BOIL"], ["tea"]),
        (["ter", "warm"], []),
        (["wäter"], ["tea"]),
        (["茶"], ["tea"]),
        (["e 茶 a"], ["tea"]),
        (["r\\n"], ["tea"]),
        (["[X]"], ["c"]),
        (["(d|e)*'\"{},"], ["c"]),
        (["c/1"], ["c"]),
        (["c"], ["c"]),
        (["/", "c"], ["c"]),
        (["_"], ["water"]),
        (["3e6b1a2d9f04"], ["commit"]),
        (["3E6B"], ["commit"]),
        (["b1a2d"], ["commit"]),
        (["6b"], ["commit"]),
        (["steep and so on and"], ["long"]),
        (["a\nb\nc"], []),
        ([], list(NAMES)),
    ],
)
def test_what_has_a_part(patches, share, texts, expected):
    assert names(*texts) == [NAMES[name] for name in expected]


def test_what_many_words_have_is_found_by_the_rest(patches, share, monkeypatch):
    monkeypatch.setattr(naming, "_MOST_WORDS", 1)
    assert names("ter", "Pour") == [NAMES["water"]]
    assert names("ter") == [NAMES["water"], NAMES["tea"]]


def test_the_parts_beyond_the_longest_are_seen_in_the_names(patches, share, monkeypatch):
    monkeypatch.setattr(naming, "_MOST_PARTS", 1)
    assert names("ter", "of") == [NAMES["water"]]


@pytest.mark.parametrize(("rows", "text"), [(Series, "M THE P"), (Cover, "arm"), (Patch, "inse")])
def test_all_that_has_names_is_found(patches, share, rows, text):
    assert filter_named(rows.objects.all(), [text]).count() == 1


@postgresql
def test_the_words_are_asked(patches, share):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM patchtrack_nameword WHERE word = 'pour'")
    assert names("our") == []


@postgresql
@pytest.mark.parametrize(("one_of", "is_frequent"), [(3, False), (4, True)])
def test_what_is_frequent(patches, share, monkeypatch, one_of, is_frequent):
    """Two of six patches have it."""
    monkeypatch.setattr(naming, "_ONE_OF", one_of)
    assert naming._find_asked(Patch.objects.all(), ["TER"]).is_frequent is is_frequent


@postgresql
def test_a_word_is_learned_once(patches):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM patchtrack_nameword WHERE word = 'x'")
        assert cursor.fetchall() == [(1,)]


@postgresql
def test_words_are_learned_also_where_no_schema_is_searched(patches, share):
    """As while a dump is restored."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = ''")
        cursor.execute("UPDATE public.patchtrack_patch SET name = 'Descale' WHERE name ~ 'Pour'")
        cursor.execute("RESET search_path")
    assert names("scal") == ["Descale"]
