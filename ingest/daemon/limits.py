"""How much the daemon takes on, as the settings say."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes of one mail and of all mails that are held at once; the rest are counts, seconds."""

    message_bytes: int
    held_bytes: int
    connections: int
    recipients: int
    waiting: int
    idle_seconds: float
    stop_seconds: float


@dataclass(slots=True, kw_only=True)
class Room:
    """How many bytes of mail are held in memory now, of `most` at once."""

    most: int
    held: int = field(default=0)

    def take(self, size: int) -> bool:
        """Note that so many bytes are to be kept, if there is room for them."""
        if self.held + size > self.most:
            return False
        self.held += size
        return True

    def give_back(self, size: int) -> None:
        self.held -= size
