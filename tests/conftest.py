"""What every test can use: one database, the same for threads and for other processes."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.contenttypes.management import create_contenttypes
from django.core.management.color import no_style
from django.db import connections, transaction
from django.db.models.signals import post_migrate
from hypothesis import settings

from tests.database_url import format_database_url

# How long a test takes on a busy machine says nothing about the code.
settings.register_profile("patchtrack", deadline=None)
settings.load_profile("patchtrack")

# Tests reach the database through one of these.
DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server"})
TESTS = Path(__file__).resolve().parent
# Where no test depends on the kind of database: the pure rooms use none, and what a browser makes
# of a page is the same whatever the page was read from.
ANY_DATABASE = frozenset(TESTS / name for name in ("browser", "ingest/mail", "ingest/threads"))


def pytest_addoption(parser):
    parser.addoption(
        "--database-only",
        action="store_true",
        help="run only the tests that use the database: the others do not depend on its kind",
    )


# What may take longer than this begins first: much of it waits, while others can work.
LONG_SECONDS = 120


def pytest_configure() -> None:
    # Of what is made while tests are collected, nothing is garbage.
    gc.disable()


def pytest_ignore_collect(collection_path, config) -> bool | None:
    if config.getoption("--database-only") and collection_path in ANY_DATABASE:
        return True
    return None


def pytest_collection_finish() -> None:
    # It stays to the end. To look through it for garbage took a twentieth of the time.
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


def pytest_collection_modifyitems(config, items):
    items.sort(key=lambda item: not is_long(item))
    for item in items:
        # pytest-django makes a database only if some test has this mark.
        if "module_db" in item.fixturenames:
            item.add_marker("django_db")
    if config.getoption("--database-only"):
        config.hook.pytest_deselected(items=[one for one in items if not uses_database(one)])
        items[:] = filter(uses_database, items)


def is_long(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("timeout")
    return marker is not None and marker.args[0] > LONG_SECONDS


def uses_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("any_database"):
        return False
    fixtures = DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, tmp_path_factory
) -> None:
    """SQLite's test database becomes a file: in memory it would be one process's own."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        path = tmp_path_factory.mktemp("database") / "patchtrack.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(path)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Keeps the rows that migrations put in (states, tags, permissions) for every test, and new
    ones off their ids.

    A test with real transactions ends with a flush of all tables; Django then sends
    post_migrate, and the rows come back, all at once instead of one by one as Django makes its
    own.
    """
    with django_db_blocker.unblock():
        rows = {model: list(model._base_manager.all()) for model in apps.get_models()}
    rows = {model: found for model, found in rows.items() if found}

    def restore(using: str, **_) -> None:
        ids = connections[using].ops.sequence_reset_sql(no_style(), rows)
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            for model, found in rows.items():
                model._base_manager.using(using).bulk_create(found)
            for statement in ids:
                cursor.execute(statement)

    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.connect(restore, sender=apps.get_app_config("patchtrack"), weak=False)
    # To delete the few rows of a test is a tenth of the work of truncating every table. In which
    # order does not matter: constraints are looked at when all is done.
    ops = connections["default"].ops
    ops.sql_flush = lambda style, tables, **_: [f"DELETE FROM {ops.quote_name(t)}" for t in tables]


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database for rows that a module makes once and all its tests see.

    What a test changes is gone after it, what the module made after the last. None of its tests
    may be one with real transactions.
    """
    rows = transaction.atomic()
    # As Django's TestCase has it: what is to be a transaction of its own may be within this one.
    rows._from_testcase = True
    with django_db_blocker.unblock(), rows:
        yield
        transaction.set_rollback(True)


@pytest.fixture
def database_url(transactional_db) -> str:
    """The test database as a DATABASE_URL, for other processes; they see committed rows only."""
    return format_database_url(connections["default"].settings_dict)


@pytest.fixture
def child_environment(database_url: str) -> dict[str, str]:
    """The environment for a `manage.py` of its own process on the test database."""
    return os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "patchtrack.settings",
    }
