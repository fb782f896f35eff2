"""Lets pollers see the events of what was stored: gives them their cursors, after the commit."""

import logging

from django.db import DatabaseError, connection

from ingest.errors import TryAgain
from patchtrack.services.cursors import BATCH, record_cursors

log = logging.getLogger(__name__)


def number_batch() -> int:
    """Give cursors to some events; how many, and BATCH if there may be more. Raises TryAgain."""
    try:
        return record_cursors()
    except DatabaseError as error:
        connection.close()
        raise TryAgain(f"the newest events have no cursors: {error}") from error


def number_stored(*, all_of_it: bool = False) -> None:
    """Give cursors to the events of what was just stored. What was stored is safe, so whatever
    keeps this from ending is only logged: others will do it.

    Who has stored little does not do all the work that somebody else may have left.
    """
    try:
        may_be_more = True
        while may_be_more:
            may_be_more = number_batch() == BATCH and all_of_it
    except Exception as error:  # noqa: BLE001  as it says
        log.warning("pollers see the newest events later: %s", error)
