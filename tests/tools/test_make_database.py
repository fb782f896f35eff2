"""A made-up database is what the parser would have made of its mails."""

import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from ingest.audit import audit
from ingest.mail import parse_mail
from patchtrack.models import (
    ArrivalBlock,
    Bundle,
    Check,
    Comment,
    Event,
    Message,
    Patch,
    Person,
    Project,
    Series,
    Unsearched,
)
from patchtrack.services.cursors import record_cursors
from patchtrack.services.search_index import add_all_unsearched, record_search_texts
from tests.factories import ProjectFactory, deliver, make_diff, make_mail
from tools.made_mails import List, SeriesWriter, head_id
from tools.made_plan import LONG_DISCUSSION, LONG_SERIES, PROJECTS, Amounts, plan_series
from tools.made_rows import Setting, make_rows
from tools.made_words import make_world

ROOT = Path(__file__).resolve().parent.parent.parent
AMOUNTS = Amounts(patches=400, comments=800, series=80, people=20, checks=100)
LISTS = [List(name=name, label=f"{name}-next") for name, _ in PROJECTS]
STATES = "new under-review accepted changes-requested not-applicable rejected deferred rfc".split()
TAGS = frozenset({"Acked-by", "Reviewed-by", "Tested-by", "Fixes"})


def make_plans(seed: int = 1, amounts: Amounts = AMOUNTS):
    world = make_world(seed, datetime(2026, 1, 5, tzinfo=UTC), amounts.people)
    return world, plan_series(world, amounts)


def write_letters(world, plan):
    return list(SeriesWriter(world, plan, LISTS[plan.project]).letters("before@mail.example"))


def make_all_rows(seed: int = 1):
    world, plans = make_plans(seed)
    states = dict.fromkeys([*STATES, "awaiting-upstream", "superseded"], 3) | {"new": 1}
    setting = Setting(
        world=world,
        lists=LISTS,
        projects=[1, 2, 3],
        people={person.address: row for row, person in enumerate(world.people)},
        states=states | {"under-review": 2},
        delegates=[[1, 2]] * 3,
        bot=3,
        tags=TAGS,
    )
    heads = [head_id(plans[plan.previous - 1]) if plan.previous else "" for plan in plans]
    return make_rows(setting, zip(plans, heads, strict=True))


def split_half(rows):
    return rows[: len(rows) // 2], rows[len(rows) // 2 :]


# What is planned.


def test_there_is_as_much_as_was_asked_for():
    _, plans = make_plans()
    sums = (len(plans), sum(plan.size for plan in plans), sum(plan.comments for plan in plans))
    assert sums == (80, 400, 800)


@pytest.mark.parametrize("patches", [1, 20, 100])
def test_few_patches(patches):
    amounts = Amounts(patches=patches, comments=3, series=max(patches // 5, 1), people=2, checks=5)
    _, plans = make_plans(amounts=amounts)
    assert sum(plan.size for plan in plans) == patches


def test_one_series_is_long_and_one_patch_is_busy():
    world, plans = make_plans()
    assert [plan.size for plan in plans if plan.size >= LONG_SERIES] == [LONG_SERIES]
    [busy] = [plan for plan in plans if plan.busy]
    parents = Counter(letter.parent for letter in write_letters(world, busy))
    assert LONG_DISCUSSION in parents.values()


def test_all_of_it_happens_in_ten_years_and_more_in_each():
    _, plans = make_plans()
    years = Counter(plan.date.year for plan in plans)
    assert min(years) >= 2016
    assert max(plan.date for plan in plans) <= datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert sum(years[year] for year in range(2021, 2027)) > len(plans) / 2


def test_few_patches_wait_and_most_of_them_are_new():
    amounts = Amounts(patches=20_000, comments=0, series=4000, people=20, checks=0)
    _, plans = make_plans(amounts=amounts)
    old, new = (sum(plan.openness * plan.size for plan in half) for half in split_half(plans))
    assert 0.05 < (old + new) / 20_000 < 0.10
    assert 0 < old < new / 2


# What is written.


def test_each_mail_reads_as_its_rows_say():
    world, plans = make_plans()
    letters = [letter for plan in plans for letter in write_letters(world, plan)]
    assert len(letters) > 1200
    for letter in letters:
        assert parse_mail(letter.raw, TAGS) == letter.parsed


def test_revisions_keep_the_names_of_their_patches():
    world, plans = make_plans()
    names = defaultdict(list)
    for plan in plans:
        subjects = [letter.parsed.subject for letter in write_letters(world, plan)]
        names[plan.work].append({subject.name for subject in subjects})
    revised = [first & second for first, second, *_ in filter(lambda n: n[1:], names.values())]
    assert len(revised) > 5
    assert all(revised)


def test_equal_seeds_make_equal_rows():
    assert make_all_rows(seed=1) == make_all_rows(seed=1)
    assert make_all_rows(seed=1) != make_all_rows(seed=2)


def test_checks_come_to_the_worst_of_them():
    rows = make_all_rows()
    results = defaultdict(dict)
    for check in rows[Check]:
        results[check["patch_id"]][check["context"]] = check["state"]
    states = {row["message_id"]: row["check_state"] for row in rows[Patch]}
    failed = {patch for patch, said in results.items() if Check.Result.FAIL in said.values()}
    assert failed
    assert failed == {patch for patch, state in states.items() if state == Check.Result.FAIL}


# What is in the database.


@pytest.fixture
def make_database(child_environment):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, ROOT / "tools/make_database.py", *arguments],
            env=child_environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def find_guards():
    """The names of all indexes and of all constraints."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
            " UNION ALL SELECT conname FROM pg_constraint WHERE convalidated"
        )
        return sorted(name for (name,) in cursor.fetchall())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")
def test_an_audit_finds_nothing(make_database):
    guards = find_guards()
    done = make_database("--patches=300", "--jobs=2")
    assert (done.returncode, done.stdout) == (0, "")
    assert [list(audit(project)) for project in Project.objects.all()] == [[], [], []]
    tables = (Patch, Comment, Series, Person, Bundle)
    assert [table.objects.count() for table in tables] == [300, 600, 60, 10, 200]
    assert find_guards() == guards


def find_index():
    with connection.cursor() as cursor:
        cursor.execute("SELECT message_id, date, words::text FROM patchtrack_searchtext ORDER BY 1")
        return cursor.fetchall()


def find_arrivals():
    return sorted(ArrivalBlock.objects.values_list("day", "block"))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")
def test_the_search_finds_all_of_it_as_if_it_had_been_delivered(make_database):
    make_database("--patches=20")
    made, arrivals = find_index(), find_arrivals()
    assert not Unsearched.objects.exists()
    ArrivalBlock.objects.all().delete()
    add_all_unsearched()
    assert record_search_texts(1000) == len(made) == Message.objects.count()
    assert (find_index(), find_arrivals()) == (made, arrivals)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")
def test_mail_goes_on_where_the_made_up_mail_ends(make_database):
    make_database("--patches=20")
    assert not Event.objects.filter(cursor=None).exists()
    new = make_mail(subject="[PATCH] x", message_id="new@example.org", diff=make_diff())
    deliver(Project.objects.first(), new)
    assert Message.objects.order_by("-pk")[0].message_id == "new@example.org"
    assert record_cursors() == 4


@pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")
def test_a_database_that_holds_mail_is_left_alone(make_database):
    deliver(ProjectFactory(), make_mail())
    assert make_database("--patches=20").returncode == 65
    assert Message.objects.count() == 1


def test_sqlite_is_refused(make_database):
    done = make_database("sqlite:///x.sqlite3")
    assert done.returncode == 2
    assert "PostgreSQL" in done.stderr
