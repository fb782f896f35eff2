"""The paths of our addresses take whatever stands in them."""

import re
from collections.abc import Iterable, Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import UserFactory

# What stands in the paths beside the ids, by its converter.
_OTHERS = {"slug": "teapot", "msgid": "1@example.org", "str": "jane"}
_PLACE = re.compile("<(slug|msgid|str|id|int):[a-z0-9_]+>")


def find_paths(patterns: Iterable[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """The paths that hold an id; the places stay in brackets. Django's admin has its own, and the
    versions of the API have the same."""
    for one in patterns:
        path = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            if path != "/admin/" and not path.startswith("/api/1."):
                yield from find_paths(one.url_patterns, path)
        elif re.search("<(id|int):", path):
            yield path


def fill(path: str, number: str) -> str:
    return _PLACE.sub(lambda place: _OTHERS.get(place[1], number), path)


@pytest.mark.parametrize("digits", [18, 20])
def test_no_number_is_too_large_for_an_address(client, series, digits):
    client.force_login(UserFactory(username="jane", is_superuser=True, is_staff=True))
    paths = {fill(path, "9" * digits) for path in find_paths(get_resolver().url_patterns)}
    assert len(paths) > 40
    found = {path: {client.get(path).status_code, client.post(path).status_code} for path in paths}
    assert {path: codes for path, codes in found.items() if 200 in codes or max(codes) > 499} == {}
