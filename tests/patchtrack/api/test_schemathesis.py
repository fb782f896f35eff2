"""Whatever schemathesis makes of the schema, the API answers as the schema says, and never fails.

API_EXAMPLES is how many requests of each kind are made for each operation, API_VERSION the version
that is asked, such as 4 for 1.4: by default the latest, which has all that the others have.
"""

import os
from contextlib import suppress

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from patchtrack.api.schema import find_schema
from patchtrack.api.versions import LATEST
from patchtrack.models import Comment, Cover
from patchtrack.services.accounts import add_token
from patchtrack.services.bundles import BundleWish, make_bundle
from patchtrack.services.checks import NewCheck, add_check

EXAMPLES = int(os.environ.get("API_EXAMPLES", "1"))
VERSION = int(os.environ.get("API_VERSION", LATEST))
load_all_checks()
# What a schema forbids may well be taken ("yes" for true), and what it lets through refused (a
# state that there is not): that is how clients know it. And a bad cookie beside a good token is
# no reason to refuse; who may do what is tested in test_permissions.py.
TOO_STRICT = [
    checks.negative_data_rejection,
    checks.positive_data_acceptance,
    checks.ignored_auth,
]
OPTIONS = settings(
    max_examples=EXAMPLES,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def known(patch, maintainer) -> dict[str, dict[str, object]]:
    """What stands in the paths of rows that there are, by the beginning of the path."""
    wish = BundleWish(name="b", public=True, patches=[patch.pk])
    answer = Comment.objects.get(message__message_id="c@example.org")
    return {
        "/projects/": {"key": "teapot"},
        "/users/": {"id": maintainer.pk},
        "/people/": {"id": patch.submitter_id},
        "/patches/": {
            "id": patch.pk,
            "check": add_check(maintainer, patch.pk, NewCheck(state=1)).pk,
            "comment": Comment.objects.filter(patch=patch).first().pk,
        },
        "/covers/": {"id": Cover.objects.get().pk, "comment": answer.pk},
        "/series/": {"id": patch.series_id},
        "/bundles/": {"id": make_bundle(maintainer, wish).pk},
    }


@pytest.fixture
def application():
    """All of Django, in this process and in the test's own transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in signals:
        signal.connect(close_old_connections)


def find_known(known: dict, operation: APIOperation) -> dict[str, object]:
    path = operation.path.removeprefix(f"/api/1.{VERSION}")
    rows = next((rows for start, rows in known.items() if path.startswith(start)), {})
    return {name: row for name, row in rows.items() if f"{{{name}}}" in path}


def ask(operation: APIOperation, mode: GenerationMode, headers: dict, where: dict) -> None:
    chosen = {"path_parameters": where} if where else {}

    @OPTIONS
    @given(case=operation.as_strategy(mode, **chosen))
    def run(case):
        case.call_and_validate(headers=headers, excluded_checks=TOO_STRICT)

    # Of an operation that asks for nothing, nothing wrong can be asked.
    with suppress(Unsatisfiable):
        run()


def test_the_api_does_what_its_schema_says(application, known, maintainer):
    schema = schemathesis.openapi.from_dict(find_schema(VERSION, f"/1.{VERSION}"))
    schema.app = application
    headers = {"Authorization": f"Token {add_token(maintainer)}"}
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 20
    for operation in operations:
        where = find_known(known, operation)
        for mode in GenerationMode:
            ask(operation, mode, headers, where)
