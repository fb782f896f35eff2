"""Rows are found by long lists of values, whatever these are."""

import pytest

from patchtrack.models import Person
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name", ['"Jane"', "back\\slash", "{a, b}", "NULL", "", "' OR ''='", "é%s"]
)
def test_texts_are_found_as_they_stand(name):
    person = PersonFactory(name=name)
    PersonFactory(name="Joe")
    assert list(Person.objects.filter(name__among_all=[name, "nobody"])) == [person]


def test_ids_are_found():
    one, _, other = (PersonFactory() for _ in range(3))
    found = Person.objects.filter(pk__among_all=[other.pk, one.pk]).order_by("pk")
    assert list(found) == [one, other]


def test_nothing_is_asked_for_no_ids(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert list(Person.objects.filter(pk__among_all=[])) == []
