"""The benchmark of the API asks for what there is, and tells which request misses a bar."""

from itertools import chain

import pytest

from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tools.bench_api import list_bars
from tools.bench_beyond import list_further_requests
from tools.bench_pages import find_keys
from tools.bench_requests import find_rows, list_requests
from tools.bench_web import Figures, Query, Request


def make_figures(*, seconds: float = 0.1, queries: int = 10, failure: str = "") -> Figures:
    """A request that meets all bars, unless it is told otherwise."""
    query = Query(seconds=0.001, sql="SELECT 1", parameters=())
    request = Request(
        seconds=9, cpu=(seconds, 0.01), queries=[query] * queries, html=b"", failure=failure
    )
    return Figures(name="teas", is_list=False, by_cpu=True, requests=[request])


def find_missed(figures: Figures, *, as_user: bool = False) -> list[str]:
    return [bar.wanted for bar in list_bars(figures, as_user=as_user) if not bar.is_met]


def test_a_request_that_meets_all_bars():
    assert find_missed(make_figures()) == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"seconds": 0.14}, "p95 under 150 ms"),
        ({"queries": 11}, "at most 10 queries"),
        ({"failure": "500 for /api/"}, "every answer is 200"),
    ],
)
def test_a_missed_bar(changed, wanted):
    assert find_missed(make_figures(**changed)) == [f"teas: {wanted}"]


def test_who_is_logged_in_may_take_two_queries_more():
    assert find_missed(make_figures(queries=12), as_user=True) == []


def test_every_request_is_answered(client, db):
    project, user = ProjectFactory(), UserFactory(is_superuser=True)
    deliver(
        project,
        *(make_mail(subject=f"[PATCH] pour {name}", diff=make_diff(name)) for name in "abc"),
    )
    client.force_login(user)
    keys = find_keys(3)
    asked = 0
    rows = find_rows(keys, 3)
    for request in chain(list_requests(rows), list_further_requests(rows)):
        for address in request.find(keys)[:2]:
            assert (address, client.get(address).status_code) == (address, 200)
            asked += 1
    assert asked > 80
