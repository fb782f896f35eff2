"""A daemon that breaks its promise: it answers 250 before the mail is committed."""

import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))


def answer_early() -> None:
    from ingest.daemon.pool import Pool
    from ingest.daemon.values import Answer

    store = Pool.store
    storing = set()

    async def store_later(self, letter):
        storing.add(asyncio.create_task(store(self, letter)))
        return Answer(outcome="stored")

    Pool.store = store_later


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "patchtrack.settings"
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    answer_early()
    execute_from_command_line(["manage.py", "lmtpd", *sys.argv[1:]])
