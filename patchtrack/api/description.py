"""Tells people what a schema says."""

from collections.abc import Mapping
from typing import Any

# The methods of addresses, in the order in which people read of them.
_METHODS = ("get", "post", "put", "patch", "delete")


def describe_operations(paths: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations of a schema by their tags."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in paths.items():
        for method in _METHODS:
            if method in operations:
                shown = _describe(path, method, operations[method])
                groups.setdefault(operations[method]["tags"][0], []).append(shown)
    return groups


def _describe(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    told = next(iter(operation["responses"].values()))
    content = told.get("content", {}).get("application/json", {})
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "name": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "said": operation.get("description", ""),
        # Those of the path are seen in it.
        "parameters": [one for one in operation.get("parameters", ()) if one["in"] == "query"],
        "tells": describe_type(content.get("schema", {})),
        "reads": describe_type(body.get("schema", {})),
        "for_all": {} in operation.get("security", ()),
    }


def describe_records(schemas: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The records of a schema by their names, with their fields."""
    return [_describe_record(name, schema) for name, schema in sorted(schemas.items())]


def _describe_record(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    fields = [
        {
            "name": field,
            "type": describe_type(shape),
            "said": shape.get("description", ""),
            "required": field in required,
        }
        for field, shape in schema.get("properties", {}).items()
    ]
    return {"name": name, "said": schema.get("description", ""), "fields": fields}


def describe_type(shape: Mapping[str, Any]) -> dict[str, str]:
    """A type in words: the `text` around, and the `record` that it refers to if it does."""
    if "$ref" in shape:
        return {"text": "", "record": shape["$ref"].rpartition("/")[2]}
    if shape.get("type") == "array":
        inner = describe_type(shape.get("items", {}))
        return {**inner, "text": f"list of {inner['text']}".strip()}
    if "anyOf" in shape:
        some = [describe_type(one) for one in shape["anyOf"] if one.get("type") != "null"]
        texts = " or ".join(one["text"] for one in some if one["text"])
        return {"text": f"null or {texts}".strip(), "record": some[0]["record"]}
    if "enum" in shape:
        return {"text": ", ".join(map(str, shape["enum"])), "record": ""}
    kinds = shape.get("type", "")
    return {"text": kinds if isinstance(kinds, str) else " or ".join(kinds), "record": ""}
