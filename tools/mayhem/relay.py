"""Brings mail through a real Postfix, which then does what `courier` only imitates."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.mayhem.courier import Ledger, Parcel, PostOffice
from tools.mayhem.postfix import Postfix, running_postfix

# As docs/mta.md has it, but for all addresses of all domains that are tried.
MAIN = """\
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:all
virtual_transport = lmtp:unix:{socket}
lmtp_destination_concurrency_limit = {connections}
lmtp_destination_recipient_limit = 50
lmtp_destination_concurrency_failed_cohort_limit = 10
lmtp_line_length_limit = 0
maximal_queue_lifetime = 30d
"""
LOOK_SECONDS = 0.2
REPLY = re.compile(r" status=(?:deferred|SOFTBOUNCE) \((.*)\)$", re.MULTILINE)
TAKEN = re.compile(r"^.*/cleanup\[\d+\]: \w+: message-id=", re.MULTILINE)
BOUNCED = re.compile(r"^.* status=(?:bounced|expired) .*$", re.MULTILINE)


@contextmanager
def running_relay(directory: Path, socket: Path, connections: int) -> Iterator[Postfix]:
    """A Postfix that hands over what it gets to the daemon's Unix socket. Raises PostfixError."""
    main = MAIN.format(socket=socket, connections=connections)
    with running_postfix(directory, main=[main]) as postfix:
        yield postfix


class Relay:
    """Brings parcels to Postfix, and follows in its log what becomes of them."""

    def __init__(
        self,
        postfix: Postfix,
        mails: Sequence[bytes],
        parcels: Sequence[Parcel],
        *,
        choice: random.Random,
    ) -> None:
        """The ledger counts each recipient of a parcel."""
        self.ledger = Ledger()
        self._postfix = postfix
        self._office = PostOffice(postfix.connect, mails, parcels, choice=choice, greeting="EHLO")
        self._is_over = False

    async def run(self, couriers: int) -> None:
        """Bring everything; returns when Postfix has it no more."""
        bringing = asyncio.create_task(self._office.run(couriers))
        try:
            while not bringing.done() or self._postfix.find_queue():
                self._look()
                await asyncio.sleep(LOOK_SECONDS)
            await bringing
        finally:
            bringing.cancel()
            self._is_over = True
        self._look()
        self.ledger.refused |= self._office.ledger.refused
        self.ledger.hangs += self._office.ledger.hangs

    def _look(self) -> None:
        log = self._postfix.read_log()
        self.ledger.accepted = self._postfix.count_statuses().get("sent", 0)
        self.ledger.made_over = len(TAKEN.findall(log))
        self.ledger.refused = dict(enumerate(BOUNCED.findall(log)))
        self.ledger.deferred = Counter(_shorten(reply) for reply in REPLY.findall(log))

    async def wait_for_accepted(self, count: int) -> None:
        """Wait until the daemon has accepted so many, or none is left."""
        while self.ledger.accepted < count and not self._is_over:
            await asyncio.sleep(LOOK_SECONDS)

    def cut(self) -> None:
        """Cut the connections over which mail comes to Postfix; those to the daemon are its own."""
        self._office.cut()


def _shorten(reply: str) -> str:
    """What a deferral is about, without what is different each time."""
    said = re.search(r"said: (\d{3})", reply)
    return said[1] if said else "connection lost"
