"""Lets pollers see events soon after their mail is stored, also while mail keeps coming."""

import asyncio
import logging
from typing import NoReturn

from ingest.daemon.pool import Pool
from ingest.daemon.work import number_events

log = logging.getLogger(__name__)

# The events of all batches that are stored meanwhile are numbered together.
PAUSE_SECONDS = 0.25
# What others have left undone (an import, a page's process that was killed) is found after so long;
# after a failure, the next try is made then, too.
IDLE_SECONDS = 5.0


async def keep_numbering(pool: Pool) -> NoReturn:
    """Give events their cursors, until this is cancelled."""
    while True:
        finished = pool.finished
        try:
            may_be_more = await pool.ask(number_events)
        except Exception as error:  # noqa: BLE001  whatever it is, mail comes in all the same
            log.warning("the newest events are left for later: %s", error)
            await asyncio.sleep(IDLE_SECONDS)
            continue
        if not may_be_more:
            await pool.progress(finished, IDLE_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)
