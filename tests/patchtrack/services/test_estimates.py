"""How many rows there are is told from what the database knows of them."""

import pytest
from django.db import connection

from patchtrack.models import Person
from patchtrack.services.estimates import estimate_rows

pytestmark = pytest.mark.django_db


def test_about_as_many_as_there_are():
    Person.objects.bulk_create(Person(address=f"{number}@example.org") for number in range(20))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patchtrack_person")
    assert estimate_rows(Person.objects.order_by("name"), 100) == 20
    assert estimate_rows(Person.objects.filter(address="1@example.org"), 100) == 1
    assert estimate_rows(Person.objects.filter(pk__in=[]), 100) == 0
