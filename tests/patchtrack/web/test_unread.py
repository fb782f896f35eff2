"""A list says which of its filters nobody can understand, and then shows nothing."""

import pytest

from patchtrack.models import State
from patchtrack.web.unread import parse_unread
from tests.factories import UserFactory

STATES = [State(pk=1, slug="new"), State(pk=3, slug="accepted")]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({}, []),
        # What old links say.
        ({"state": "1", "q": "", "delegate": "", "page": "2"}, []),
        ({"state": "", "submitter": "12", "archive": "both", "order": "-date"}, []),
        ({"state": "*", "series": "12", "archived": "True"}, []),
        ({"state": "new,3", "check": "fail", "since": "2026-01-31", "archive": "false"}, []),
        ({"state": "nonsense"}, ["State"]),
        ({"state": "new,nonsense"}, ["State"]),
        ({"check": "zzz", "series": "x"}, ["Checks", "Series"]),
        ({"since": "31.12.2019", "before": "2019-13-45"}, ["Sent since", "Sent before"]),
        ({"archive": "perhaps"}, ["Archived"]),
    ],
)
def test_what_is_not_understood_is_named_as_on_the_page(parameters, names):
    assert [one.name for one in parse_unread(parameters, STATES)] == names


@pytest.mark.parametrize("page", ["", "list/"])
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=31.12.2019", "Sent since “<bdi>31.12.2019</bdi>” (a day is written as 2026-01-31)"),
        ("check=<b>zzz", "Checks “<bdi>&lt;b&gt;zzz</bdi>”"),
    ],
)
def test_a_list_with_such_a_filter_says_so_and_is_empty(client, series, page, query, said):
    client.force_login(UserFactory())
    text = client.get(f"/project/teapot/{page}?{query}&state=*").content.decode()
    assert f"Not understood: {said}. So no" in text
    assert '<a href="?state=%2A">Leave this out.</a>' in text
    assert "Part " not in text


def test_a_list_in_an_order_that_there_is_not_says_so_and_is_shown(client, series):
    text = client.get("/project/teapot/list/?order=nonsense").content.decode()
    assert "Not understood: Sort by “<bdi>nonsense</bdi>”." in text
    assert "Part 1" in text


@pytest.mark.parametrize("query", ["", "order=-name", "order=tag.Acked-by", "order=-date"])
def test_a_list_that_is_understood_says_nothing(client, series, query):
    assert "Not understood" not in client.get(f"/project/teapot/?{query}").content.decode()
