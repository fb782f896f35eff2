"""The project, its series and part 1 of it, made once for all tests of the module that imports
these fixtures."""

import pytest

from patchtrack.models import Patch, Project, Series
from tests.patchtrack.conftest import add_series, add_teapot


@pytest.fixture(scope="module")
def project(module_db) -> Project:
    return add_teapot()


@pytest.fixture(scope="module")
def series(project) -> Series:
    return add_series(project)


@pytest.fixture(scope="module")
def patch(series) -> Patch:
    return Patch.objects.get(number=1)
