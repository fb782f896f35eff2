"""`manage.py` with small batches, so that few mails make an import of several of them."""

import sys
from pathlib import Path

BATCH_MESSAGES = 10

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

    import manage
    from ingest import batches

    batches.BATCH_MESSAGES = BATCH_MESSAGES
    manage.main()
