"""Delivers mails at once, each by a `manage.py parsemail` of its own: `at_once.py LINKNAME FILE...`

The processes are copies of one that has loaded all they need, and none begins before the last is
there: that they start does not keep them from racing. Prints how often each exit status came.
"""

import multiprocessing
import sys
from collections import Counter
from multiprocessing.synchronize import Barrier
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import django  # noqa: E402
from django.core.management import load_command_class  # noqa: E402

import manage  # noqa: E402


def main(linkname: str, files: list[str]) -> None:
    django.setup()
    load_command_class("ingest", "parsemail")
    context = multiprocessing.get_context("fork")
    start = context.Barrier(len(files))
    processes = [context.Process(target=parse_mail, args=(start, linkname, file)) for file in files]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(dict(Counter(process.exitcode for process in processes)))


def parse_mail(start: Barrier, linkname: str, file: str) -> None:
    sys.argv = ["manage.py", "parsemail", "--project", linkname, file]
    start.wait()
    manage.main()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
