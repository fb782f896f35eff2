"""Letters that wait for a parser process: those of one thread for the same one, in batches."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from ingest.affinity import ThreadAffinity
from ingest.daemon.values import Answer, Letter

BATCH_LETTERS = 250
BATCH_BYTES = 8 * 1024 * 1024
_SUSPECTS = 1000
# More than any header but a hostile one, which must not keep the event loop busy.
_HEAD_BYTES = 64 * 1024


class Busy(Exception):
    """So many letters wait that no further one is taken; deliver it again later."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter, and where its answer is awaited."""

    letter: Letter
    answer: asyncio.Future[Answer] = field(repr=False)

    def settle(self, answer: Answer) -> None:
        # A client that went away has cancelled its future; its mail is stored or comes again.
        if not self.answer.done():
            self.answer.set_result(answer)


class LetterQueue:
    """A bounded queue with a lane for each process.

    Two processes that store mail of one thread at once would wait for each other, and one
    might have to begin again; so a letter waits in the lane of the thread that it names. A
    process that has nothing to do takes from the others' lanes all the same.
    """

    def __init__(self, lanes: int, most: int) -> None:
        self._lanes: list[deque[Waiting]] = [deque() for _ in range(lanes)]
        self._most = most
        self._affinity = ThreadAffinity(lanes)
        # Mails that a process died with. One of them may have killed it: they go alone now.
        self._suspects: deque[str] = deque(maxlen=_SUSPECTS)

    def __len__(self) -> int:
        return sum(map(len, self._lanes))

    def put(self, waiting: Waiting) -> None:
        """Raises Busy."""
        if len(self) >= self._most:
            raise Busy(f"{self._most} letters wait")
        head = waiting.letter.raw[:_HEAD_BYTES]
        self._lanes[self._affinity.choose(head)].append(waiting)

    def take(self, lane: int) -> list[Waiting]:
        """What waits in the lane, or else in the fullest one, as far as it goes into one batch."""
        queue = self._lanes[lane] or max(self._lanes, key=len)
        if not queue:
            return []
        batch = [queue.popleft()]
        size = len(batch[0].letter.raw)
        while queue and len(batch) < BATCH_LETTERS and not self._is_suspect(batch[0].letter):
            size += len(queue[0].letter.raw)
            if size > BATCH_BYTES or self._is_suspect(queue[0].letter):
                break
            batch.append(queue.popleft())
        return batch

    def take_all(self) -> list[Waiting]:
        """All that waits; the queue is empty then."""
        everything = [waiting for queue in self._lanes for waiting in queue]
        for queue in self._lanes:
            queue.clear()
        return everything

    def suspect(self, letter: Letter) -> None:
        """From now on this mail goes in a batch of its own."""
        self._suspects.append(letter.digest())

    def _is_suspect(self, letter: Letter) -> bool:
        return bool(self._suspects) and letter.digest() in self._suspects
