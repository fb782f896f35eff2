"""What the tests of the API share: a patch, somebody to change it, and requests in JSON."""

import pytest
from rest_framework.test import APIClient

from patchtrack.models import Patch
from tests.factories import UserFactory


@pytest.fixture
def api() -> APIClient:
    return make_api()


def make_api() -> APIClient:
    """A client that sends JSON, unless it is told otherwise."""
    client = APIClient()
    client.default_format = "json"
    return client


@pytest.fixture
def maintainer(project):
    user = UserFactory(username="maintainer")
    project.maintainers.add(user)
    return user


@pytest.fixture
def patch(series) -> Patch:
    """Part 1 of the series."""
    return Patch.objects.get(number=1)
