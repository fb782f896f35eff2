"""The words in which the schema says what records hold: shapes, as JSON Schema 2020-12 and OpenAPI
3.1 have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patchtrack.api.versions import has_field
from patchtrack.models import Check

Shape = dict[str, Any]

ID: Shape = {"type": "integer"}
NUMBER: Shape = {"type": "integer"}
TEXT: Shape = {"type": "string"}
FLAG: Shape = {"type": "boolean"}
URL: Shape = {"type": "string", "format": "uri"}
DATE: Shape = {"type": "string", "description": "ISO 8601 in UTC, without an offset."}
SLUG: Shape = {"type": "string", "description": "A state's slug, such as under-review."}
RESULT: Shape = {"type": "string", "enum": [result.label for result in Check.Result]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a kind of record holds, in the order in which it tells of it. `kind` is the name under
    which the tables of versions know it; `optional` fields are not always told."""

    kind: str
    fields: Mapping[str, Shape]
    optional: frozenset[str] = frozenset()


def refer(name: str) -> Shape:
    """A reference to a kind of record."""
    return {"$ref": f"#/components/schemas/{name_record(name)}"}


def name_record(name: str) -> str:
    """The schema's name for a kind of record: "embedded patch" is EmbeddedPatch."""
    return "".join(word.capitalize() for word in name.split())


def many(shape: Shape) -> Shape:
    return {"type": "array", "items": shape}


def or_null(shape: Shape) -> Shape:
    return {"anyOf": [shape, {"type": "null"}]}


def derive_shape(record: Record, version: int) -> Shape:
    """The record as a version has it."""
    known = {
        name: dict(shape)
        for name, shape in record.fields.items()
        if has_field(record.kind, name, version)
    }
    required = [name for name in known if name not in record.optional]
    return {"type": "object", "properties": known, "required": required}
