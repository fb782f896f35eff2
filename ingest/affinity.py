"""Sends the mails of one thread to one worker, so that workers do not wait for each other.

Only speed depends on this: what belongs together is decided under the locks of the database.
"""

from collections import OrderedDict

from ingest.mail.header import NotMail, split_header
from ingest.mail.ids import read_ancestors, read_message_id

_REMEMBERED = 50_000


class ThreadAffinity:
    """Remembers which worker was given the mails that were named last."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._next = 0
        self._worker_of: OrderedDict[str, int] = OrderedDict()

    def choose(self, raw: bytes) -> int:
        """The number of the worker for a mail: the one that has the mails it names."""
        try:
            header, _ = split_header(raw)
        except NotMail:
            return 0
        names = (read_message_id(header), *read_ancestors(header))
        known = (self._worker_of[name] for name in names if name in self._worker_of)
        worker = next(known, None)
        if worker is None:
            worker = self._next
            self._next = (self._next + 1) % self._workers
        for name in names:
            self._worker_of[name] = worker
            self._worker_of.move_to_end(name)
        while len(self._worker_of) > _REMEMBERED:
            self._worker_of.popitem(last=False)
        return worker
