"""Which messages arrived on which days, roughly."""

from django.db import models


class ArrivalBlock(models.Model):
    """On a day (UTC) there came a mail of a message whose id divided by SIZE is `block`.

    It is known of all messages that do not wait for the index of the search. A message may be
    known to have come on days on which it did not, and a day's block twice: whoever notes it
    waits for nobody.
    """

    SIZE = 1024

    day = models.DateField()
    block = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["day", "block"], name="arrival_block_by_day")]

    def __str__(self) -> str:
        return f"block {self.block} on {self.day}"
