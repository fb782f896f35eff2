"""What can go wrong while mail is stored."""


class IngestError(Exception):
    """The root of all errors that ingest raises on purpose."""


class TryAgain(IngestError):
    """The mail is not stored and nothing is known to be wrong with it: deliver it again later."""


class LostRace(IngestError):
    """Another writer has changed what this transaction was about to decide on; run it again.

    Its text is the cause, as retries are counted by.
    """
