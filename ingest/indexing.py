"""Has the search's index brought up to date: what deliveries and imports have noted for it."""

from django.db import DatabaseError, connection

from ingest.errors import TryAgain
from ingest.retry import run_queries
from patchtrack.services.search_index import record_search_texts


def index_batch() -> int:
    """Put some messages into the index; how many, and 0 when none waits. Raises TryAgain."""
    return run_queries(record_search_texts)


def index_at_once(most: int) -> int:
    """Put at most so many messages into the index, without trying twice; how many. Raises
    TryAgain."""
    try:
        return record_search_texts(most)
    except DatabaseError as error:
        connection.close()
        raise TryAgain(f"the search's index is not up to date: {error}") from error
