"""Has the search's index brought up to date while no mail waits."""

import asyncio
import logging
from typing import NoReturn

from ingest.daemon.pool import Pool
from ingest.daemon.work import INDEXED_TOGETHER, index_mail

log = logging.getLogger(__name__)

# Mail that others store (an import, the pipe) is found after so long; after a failure, the next
# try is made then, too.
SECONDS = 30.0


async def keep_index(pool: Pool) -> NoReturn:
    """Let the search find what is stored, until this is cancelled: a little at a time, and only
    while nothing is queued or at work."""
    while True:
        await pool.rest(-1, SECONDS)
        finished = pool.finished
        try:
            number = await pool.ask(index_mail)
        except Exception as error:  # noqa: BLE001  whatever it is, mail comes in all the same
            log.warning("the search's index is left for later: %s", error)
            await asyncio.sleep(SECONDS)
            continue
        if number < INDEXED_TOGETHER:
            await pool.rest(finished, SECONDS)
