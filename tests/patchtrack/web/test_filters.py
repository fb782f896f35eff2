"""A list's filters are its address, under Patchwork's names."""

from datetime import UTC, datetime

import pytest

from patchtrack.models import State
from patchtrack.services.filtering import PatchFilter
from patchtrack.web.filters import find_chips, format_filter, parse_filter
from tests.factories import PersonFactory, UserFactory

STATES = [
    State(pk=1, name="New", slug="new", action_required=True),
    State(pk=3, name="Accepted", slug="accepted", action_required=False),
]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, PatchFilter()),
        ({"state": "*"}, PatchFilter(any_state=True)),
        ({"state": "3"}, PatchFilter(states=("accepted",))),
        ({"state": "new,accepted,bogus"}, PatchFilter(states=("new", "accepted"))),
        ({"submitter": "12"}, PatchFilter(submitter=12)),
        ({"submitter": " jane "}, PatchFilter(submitter="jane")),
        ({"series": "12"}, PatchFilter(series=12)),
        ({"series": "bogus"}, PatchFilter()),
        ({"delegate": "-"}, PatchFilter(delegate="-")),
        ({"delegate": "Nobody"}, PatchFilter(delegate="-")),
        ({"archive": "both"}, PatchFilter(archived=None)),
        ({"archived": "True"}, PatchFilter(archived=True)),
        ({"q": "a\0b", "page": "7"}, PatchFilter(text="ab")),
        (
            {"prefix": "net-next", "path": "/drivers/net/"},
            PatchFilter(prefix="net-next", path="drivers/net"),
        ),
        ({"check": "fail", "tag": "Acked-by"}, PatchFilter(check=3, tag="Acked-by")),
        ({"check": "none"}, PatchFilter(check=PatchFilter.NO_CHECKS)),
        ({"check": "bogus", "since": "bogus"}, PatchFilter()),
        ({"since": "2026-01-31"}, PatchFilter(since=datetime(2026, 1, 31, tzinfo=UTC))),
        ({"submitter": "9" * 30}, PatchFilter(submitter="9" * 30)),
        ({"submitter": "²"}, PatchFilter(submitter="²")),
    ],
)
def test_parameters_are_read(parameters, expected):
    assert parse_filter(parameters, STATES) == expected


@pytest.mark.parametrize(
    "wanted",
    [
        PatchFilter(),
        PatchFilter(states=("new", "accepted"), text="a b", submitter=3, series=4),
        PatchFilter(any_state=True, delegate="-", archived=None),
        PatchFilter(archived=True, submitter="jane", delegate=7),
        PatchFilter(prefix="net-next", path="drivers/net", tag="Acked-by", check=-1),
        PatchFilter(
            since=datetime(2026, 1, 31, tzinfo=UTC), before=datetime(2026, 2, 1, tzinfo=UTC)
        ),
    ],
)
def test_a_written_filter_is_read_as_the_same(wanted):
    assert parse_filter(format_filter(wanted), STATES) == wanted


def test_a_chip_names_its_filter_and_leads_to_the_list_without_it(db):
    jane = PersonFactory(name="Jane Cup")
    (state, person) = find_chips(PatchFilter(any_state=True, submitter=jane.pk), STATES)
    assert (state.name, state.value, state.remove) == ("state", "any", f"?submitter={jane.pk}")
    assert (person.name, person.value, person.remove) == ("submitter", "Jane Cup", "?state=%2A")


def test_a_chip_names_a_user(db):
    jane = UserFactory(username="jane")
    (chip,) = find_chips(PatchFilter(delegate=jane.pk), STATES)
    assert chip.value == "jane"


def test_a_chip_for_somebody_unknown_shows_the_number(db):
    (chip,) = find_chips(PatchFilter(submitter=4711), STATES)
    assert chip.value == "#4711"


def test_me_is_who_looks(db):
    jane = UserFactory()
    assert parse_filter({"delegate": "me"}, STATES, jane) == PatchFilter(delegate=jane.pk)
    assert parse_filter({"delegate": "me"}, STATES) == PatchFilter(delegate="me")


def test_a_chip_keeps_the_order(db):
    [chip] = find_chips(PatchFilter(text="x"), STATES, {"order": "name"})
    assert chip.remove == "?order=name"
