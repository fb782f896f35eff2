"""Counts what became of the mails of a run, so that every one is accounted for."""

from array import array
from collections import Counter
from collections.abc import Iterable

from django.db.models import Count

from ingest.receive import Receipt
from patchtrack.models import Kind, Message, Outcome

_CHUNK = 5000


class Tally:
    """Counts receipts. Of stored mails it remembers the row (8 bytes each), because what kind
    a message is may still change when the mail that it answers arrives."""

    def __init__(self) -> None:
        self.read = 0
        self._outcomes: Counter[str] = Counter()
        self._stored = array("q")

    def add(self, receipts: Iterable[Receipt]) -> None:
        for receipt in receipts:
            self.read += 1
            if receipt.outcome == Outcome.STORED:
                stored = (e for e in receipt.recorded if e.outcome == Outcome.STORED)
                self._stored.append(next(stored).message or 0)
            else:
                self._outcomes[receipt.outcome] += 1

    def summary(self) -> dict[str, int]:
        """Counts that add up to `read`: stored mails by kind, the others by outcome."""
        kinds: Counter[str] = Counter()
        for start in range(0, len(self._stored), _CHUNK):
            rows = Message.objects.filter(id__in=self._stored[start : start + _CHUNK])
            kinds.update(dict(rows.values_list("kind").annotate(Count("id"))))
        others = (outcome for outcome in Outcome if outcome != Outcome.STORED)
        return (
            {"read": self.read}
            | {kind.value: kinds[kind] for kind in Kind}
            | {outcome.value: self._outcomes[outcome] for outcome in others}
        )
