"""What stands in the paths of our addresses."""


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
