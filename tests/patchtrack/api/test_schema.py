"""The schema says what is answered, in each version, and people can read it."""

from typing import Any

import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import validate

from patchtrack.api.description import describe_type
from patchtrack.api.record_shapes import RECORDS, derive_records
from patchtrack.api.versions import LATEST
from patchtrack.models import Comment, Cover, Patch
from patchtrack.services.bundles import BundleWish, make_bundle
from patchtrack.services.changes import change_patches
from patchtrack.services.checks import NewCheck, add_check

pytestmark = pytest.mark.any_database

VERSIONS = [f"1.{number}" for number in range(LATEST + 1)]


def find_schema(client, version: str) -> dict[str, Any]:
    return client.get(f"/api/{version}/schema/", {"format": "json"}).json()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_schema_is_openapi_3_1(client, db, version):
    schema = find_schema(client, version)
    validate(schema)
    assert (schema["openapi"], schema["info"]["version"]) == ("3.1.0", version)
    assert all(path.startswith(f"/api/{version}/") for path in schema["paths"])


def test_without_a_version_it_is_that_of_the_latest(client, db):
    schema = client.get("/api/schema/", {"format": "json"}).json()
    assert schema["info"]["version"] == VERSIONS[-1]
    assert "/api/patches/{id}/" in schema["paths"]


def test_who_does_not_say_otherwise_gets_yaml(client, db):
    answer = client.get("/api/1.0/schema/")
    assert answer.headers["Content-Type"].startswith("application/vnd.oai.openapi")
    assert yaml.safe_load(answer.content)["openapi"] == "3.1.0"


def test_a_version_has_what_it_had(client, db):
    old, new = (find_schema(client, version) for version in ("1.0", "1.4"))
    assert "/api/1.0/patches/{id}/comments/" not in old["paths"]
    assert list(old["paths"]["/api/1.0/bundles/"]) == ["get"]
    assert set(new["paths"]["/api/1.4/bundles/"]) == {"get", "post"}
    filters = {said["name"] for said in old["paths"]["/api/1.0/patches/"]["get"]["parameters"]}
    assert {"state", "q", "order", "page"} <= filters
    assert not {"msgid", "hash"} & filters


def test_who_has_to_log_in_is_said(client, db):
    paths = find_schema(client, "1.4")["paths"]
    assert {} in paths["/api/1.4/patches/"]["get"]["security"]
    assert {} not in paths["/api/1.4/people/"]["get"]["security"]
    assert {} not in paths["/api/1.4/patches/{id}/"]["patch"]["security"]


@pytest.fixture
def furnished(client, project, patch, maintainer) -> dict[str, int]:
    """Something of every kind; who asks is the maintainer."""
    client.force_login(maintainer)
    decided = {"state_id": 2, "delegate_id": maintainer.pk}
    change_patches(maintainer, project, [patch.pk], decided)
    return {
        "patch": patch.pk,
        "check": add_check(maintainer, patch.pk, NewCheck(state=1)).pk,
        "comment": Comment.objects.filter(patch=patch).first().pk,
        "cover": Cover.objects.get().pk,
        "series": patch.series_id,
        "person": patch.submitter_id,
        "user": maintainer.pk,
        "bundle": make_bundle(maintainer, BundleWish(name="b", patches=[patch.pk])).pk,
        "other": Patch.objects.get(number=3).pk,
    }


# What each kind of record is found at; those that stand in others are checked with them.
TOLD = {
    "index": "",
    "project": "projects/",
    "user": "users/",
    "own user": "users/{user}/",
    "person": "people/",
    "patch": "patches/",
    "whole patch": "patches/{patch}/",
    "series": "series/",
    "cover": "covers/",
    "whole cover": "covers/{cover}/",
    "comment": "patches/{patch}/comments/",
    "check": "patches/{patch}/checks/",
    "series check": "series/{series}/checks/",
    "bundle": "bundles/",
    "event": "events/",
}


# In which versions some of them came.
FIRST = {"comment": 1, "series check": 5}


def allow_nothing_else(records: dict[str, Any]) -> dict[str, Any]:
    return {name: {**record, "additionalProperties": False} for name, record in records.items()}


@pytest.mark.parametrize("version", range(LATEST + 1))
def test_answers_hold_what_the_schema_says_and_nothing_else(client, furnished, version):
    schemas = allow_nothing_else(derive_records(version))
    for name, path in TOLD.items():
        if version < FIRST.get(name, 0):
            continue
        told = client.get(f"/api/1.{version}/{path.format(**furnished)}").json()
        rows = told if isinstance(told, list) else [told]
        assert rows
        record = "".join(word.capitalize() for word in name.split())
        document = {**schemas[record], "components": {"schemas": schemas}}
        validator = jsonschema_rs.Draft202012Validator(document)
        assert [str(error) for row in rows for error in validator.iter_errors(row)] == []


def test_each_kind_of_record_is_looked_at():
    embedded = {name for name in RECORDS if name.startswith("embedded ")}
    assert RECORDS.keys() - embedded == TOLD.keys()


@pytest.mark.parametrize(
    ("shape", "text", "record"),
    [
        ({"type": "string"}, "string", ""),
        ({"type": ["integer", "null"]}, "integer or null", ""),
        ({"$ref": "#/components/schemas/Patch"}, "", "Patch"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Patch"}}, "list of", "Patch"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "null or string", ""),
        ({"enum": ["a", "b"]}, "a, b", ""),
        ({}, "", ""),
    ],
)
def test_types_in_words(shape, text, record):
    assert describe_type(shape) == {"text": text, "record": record}


@pytest.mark.parametrize("prefix", ["", "/1.0"])
def test_people_read_what_there_is(client, db, prefix):
    answer = client.get(f"/api{prefix}/docs/")
    page = answer.content.decode()
    assert f"GET /api{prefix}/patches/{{id}}/" in page
    assert ("WholeCover" in page, "dependents" in page) == (True, not prefix)
    assert "https://" not in page
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_schema_is_the_same_for_all_and_may_be_kept(client, db):
    answer = client.get("/api/schema/", headers={"Authorization": "Token nonsense"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/api/1.2/schema/", "patchtrack-1.2.yaml"),
        ("/api/1.4/schema/?format=json", "patchtrack-1.4.json"),
    ],
)
def test_who_keeps_a_schema_has_a_name_for_it(client, db, url, name):
    assert client.get(url).headers["Content-Disposition"] == f'inline; filename="{name}"'
