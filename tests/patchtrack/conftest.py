"""What the tests of pages and services share."""

import pytest

from tests.factories import ProjectFactory
from tests.patchtrack.git import Repository


@pytest.fixture
def project(db):
    return ProjectFactory(linkname="teapot", name="Teapot")


@pytest.fixture
def repository(tmp_path) -> Repository:
    return Repository(tmp_path / "repository")
