"""The table of permissions has all addresses and methods, and no other method does anything."""

import re

import pytest

from patchtrack.api.urls import urlpatterns
from tests.patchtrack.api.shared import patch, project, series
from tests.patchtrack.api.test_permissions import TABLE, ids, people

METHODS = "GET POST PUT PATCH DELETE".split()
# Fixtures, which the table's own tests use.
__all__ = ["ids", "patch", "people", "project", "series"]


def shape(path: str) -> str:
    """An address without what differs from one row to another, and without its query."""
    return re.sub("<[^>]*>|{[^}]*}|(?<=projects/)teapot", "*", path.partition("?")[0])


def find_views() -> dict[str, type]:
    """The views of the API without a version, by the shape of their addresses."""
    latest = urlpatterns[-1].url_patterns
    return {
        shape(str(pattern.pattern)): pattern.callback.cls
        for pattern in latest
        # The page about it is none of them.
        if str(pattern.pattern) != "docs/"
    }


def test_every_method_of_every_address_is_in_the_table():
    asked = {(method, shape(path)) for method, path, _ in TABLE}
    answered = {
        (method, path)
        for path, view in find_views().items()
        for method in METHODS
        if hasattr(view, method.lower())
    }
    assert answered - asked == set()


def find_missing() -> list[tuple[str, str]]:
    """The addresses of the table with the methods that they do not have."""
    views = find_views()
    paths = {path for _, path, _ in TABLE if shape(path) in views and "?" not in path}
    return [
        (path, method)
        for path in sorted(paths)
        for method in METHODS
        if not hasattr(views[shape(path)], method.lower())
    ]


@pytest.mark.parametrize("who", ["anonymous", "maintainer", "superuser"])
def test_no_other_method_does_anything(api, people, ids, who):
    if who in people:
        api.force_login(people[who])
    missing = find_missing()
    assert len(missing) > 40
    for path, method in missing:
        url = f"/api/{path.format(**ids)}"
        answer = api.generic(method, url, "{}", content_type="application/json")
        refused = 403 if who == "anonymous" and path.startswith(("users/", "people/")) else 405
        assert (method, path, answer.status_code) == (method, path, refused)
