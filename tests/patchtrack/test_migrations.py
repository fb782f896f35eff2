"""Migrations can be undone and done again, with rows in the tables."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from patchtrack.models import Patch
from patchtrack.services.naming import filter_named
from tests.factories import ProjectFactory, deliver, make_diff, make_mail

APP = "patchtrack"


def migrate(*names: str) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([(APP, name) for name in names] or executor.loader.graph.leaf_nodes(APP))


def find(text: str) -> list[str]:
    return list(filter_named(Patch.objects.order_by("pk"), [text]).values_list("name", flat=True))


@pytest.mark.django_db(transaction=True)
def test_names_are_found_after_the_way_back_and_forth():
    project = ProjectFactory()
    deliver(project, make_mail(subject="[PATCH] Warm the teapot", diff=make_diff("a")))
    migrate("0020_letters")
    migrate()
    deliver(project, make_mail(subject="[PATCH] Mend the spout", diff=make_diff("b")))
    assert find("eapo") == ["Warm the teapot"]
    assert find("pout") == ["Mend the spout"]


@pytest.mark.django_db(transaction=True)
def test_patches_that_are_stored_get_their_message_ids():
    deliver(ProjectFactory(), make_mail(message_id="tea@example.org", diff=make_diff("a")))
    migrate("0023_words_in_rows")
    migrate()
    assert Patch.objects.get().msgid == "tea@example.org"
