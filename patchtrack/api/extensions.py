"""What drf-spectacular cannot know of our own fields and of how our users log in."""

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema

from patchtrack.api.shapes import Shape


class PasswordScheme(OpenApiAuthenticationExtension):
    """A user's name and password (RFC 7617)."""

    target_class = "patchtrack.api.authentication.BasicAuthentication"
    name = "basicAuth"

    def get_security_definition(self, auto_schema: AutoSchema) -> Shape:  # noqa: ARG002
        return {"type": "http", "scheme": "basic"}


class StateShape(OpenApiSerializerFieldExtension):
    """A state as requests name it."""

    target_class = "patchtrack.api.inputs.StateField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Shape:  # noqa: ARG002
        return {"type": "string", "description": "A slug or a name, in any case."}


class PatchesShape(OpenApiSerializerFieldExtension):
    """Patches as requests name them."""

    target_class = "patchtrack.api.inputs.PatchesField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Shape:  # noqa: ARG002
        return {"type": "array", "items": {"type": "integer"}, "description": "Ids of patches."}
