"""JSON is written as REST framework does it, byte for byte."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from rest_framework import renderers
from rest_framework.exceptions import ErrorDetail

from patchtrack.api.renderers import JSONRenderer
from patchtrack.models import Check, Event

ASCII = "".join(map(chr, range(128)))


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"text": ASCII, "ends": "a\u2028b\u2029c", "other": "é\u00a0\u200b茶🫖\ufffd\x85"},
        {"numbers": [0, -1, 2**63, 2**64, 10**40, 1.5], "flags": [True, False, None]},
        {"detail": [ErrorDetail("no", code="x")], "states": Counter(["new"]), "pair": (1, 2)},
        {1: "a key", None: "another"},
        {"date": datetime(2026, 1, 2, tzinfo=UTC), "kinds": [Check.Result.FAIL, *Event.Category]},
    ],
)
def test_the_same_bytes(data):
    assert JSONRenderer().render(data) == renderers.JSONRenderer().render(data)


def test_who_asks_for_lines_gets_them():
    asked = "application/json; indent=4"
    assert JSONRenderer().render({"a": 1}, asked) == b'{\n    "a": 1\n}'
