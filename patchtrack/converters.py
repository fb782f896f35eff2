"""What stands in the paths of our addresses, as `<msgid:…>` and `<id:…>` once this is imported."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class MessageIdConverter:
    """A message-id without its angle brackets; it may hold slashes, sent as %2F or as they are."""

    regex = ".+"

    def to_python(self, value: str) -> str:
        """Raises ValueError, which means "not found", for what no database stores."""
        if "\0" in value:
            raise ValueError("no message-id holds a NUL")
        return value

    def to_url(self, value: str) -> str:
        return value


class IdConverter(IntConverter):
    """A number that a database can hold."""

    regex = "[0-9]{1,18}"


register_converter(MessageIdConverter, "msgid")
register_converter(IdConverter, "id")
