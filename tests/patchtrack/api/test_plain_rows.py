"""Lists make none of Django's rows of what they tell of by the hundred."""

import pytest

from patchtrack.models import Comment, Cover, Event, Message, Patch, Person, Series
from patchtrack.services.cursors import record_cursors
from tests.patchtrack.api.shared import project, series

# Fixtures.
__all__ = ["project", "series"]

pytestmark = pytest.mark.django_db

TABLES = (Comment, Cover, Event, Message, Patch, Person, Series)


@pytest.mark.parametrize(
    "path",
    [
        "patches/",
        "covers/",
        "series/",
        "series/?expand=patches,cover_letter,comments",
        "events/",
        "events/?after=0",
    ],
)
def test_a_list_makes_none(client, series, monkeypatch, path):
    record_cursors()

    def refuse(*_: object) -> None:
        raise AssertionError

    for table in TABLES:
        monkeypatch.setattr(table, "from_db", refuse)
    assert client.get(f"/api/{path}").json() != []
