"""What the headings of a list lead to can also be chosen where they have no room."""

import re

import pytest

from patchtrack.models import Tag
from patchtrack.web.headings import list_choices, make_headings
from patchtrack.web.ordering import parse_order

TAGS = [Tag(name="Acked-by", abbrev="A")]


def read_choices(order: str, kind: str = "series") -> dict[str, str]:
    return {one.value: one.label for one in list_choices(kind, TAGS, parse_order(order, kind))}


@pytest.mark.parametrize("kind", ["series", "patches"])
@pytest.mark.parametrize("order", ["", "name", "-state", "tag.Acked-by"])
def test_all_that_headings_lead_to_can_be_chosen(kind, order):
    headings = make_headings(kind, {}, parse_order(order, kind))
    wanted = {heading.url.removeprefix("?order=") for heading in headings.values()}
    assert wanted - {"-date"} <= read_choices(order, kind).keys()


def test_choices_tell_which_end_is_first():
    choices = read_choices("-comments")
    assert list(choices.values())[:3] == [
        "Age, newest first",
        "Acked-by, most first",
        "Checks, failed first",
    ]
    assert choices["-comments"] == "Comments, most first"
    assert choices["comments"] == "Comments, fewest first"


@pytest.mark.parametrize("order", ["", "date", "-name", "tag.Reported-by"])
def test_the_order_that_stands_is_chosen(order):
    choices = list_choices("series", TAGS, parse_order(order, "series"))
    assert [one.value for one in choices if one.is_now] == [order]


def test_the_form_of_a_list_keeps_its_order_and_filters(client, series):
    page = client.get("/project/teapot/?q=pot&order=-version").content.decode()
    form = page.partition('<form class="filters"')[2].partition("</form>")[0]
    assert re.search(r'<select name="order">.*<option value="-version" selected>', form, re.DOTALL)
    assert 'name="q" value="pot"' in form
