"""What a sender asks of the tracker by X-Patchwork-* headers."""

from ingest.mail.header import Header
from ingest.mail.values import Hints

_LONGEST_HINT = 255


def read_hints(header: Header) -> Hints:
    """The hint headers as Patchwork documents them; absent ones are empty."""
    return Hints(
        ignore=header.first("x-patchwork-hint").lower() == "ignore",
        state=header.text("x-patchwork-state")[:_LONGEST_HINT].lower(),
        delegate=header.text("x-patchwork-delegate")[:_LONGEST_HINT].lower(),
        action_required="x-patchwork-action-required" in header,
    )
