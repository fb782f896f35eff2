#!/usr/bin/env python3
"""Measures what is written to stall a reader: `tools/bench_hostile.py [NAME]`.

Each hostile mail and text of the tests is read at a quarter of a mebibyte and at a whole one,
in processor seconds, the best of several runs. Bars: a mebibyte within a second, and within
2.5 * 2.5 times the time of a quarter; a square would take 16 times. Exits 1 if one is missed.
"""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ingest.mail import NotMail, parse_mail  # noqa: E402
from tests.ingest.mail.hostile import MAILS  # noqa: E402
from tests.ingest.mail.hostile_texts import TEXTS, fill  # noqa: E402

MIB = 2**20
MOST_SECONDS = 1.0
MOST_GROWTH = 6.25
# What is over so soon tells nothing by its growth.
LEAST_SECONDS = 0.02
RUNS = 4

# Reads a hostile input of so many bytes that it prepares, and takes so many seconds.
Case = Callable[[int], float]


def time_it(read: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    read()
    return time.process_time() - start


def read_mail(make: Callable[[int], bytes], size: int) -> float:
    raw = make(size)

    def read() -> None:
        try:
            parse_mail(raw)
        except NotMail:
            return

    return time_it(read)


def read_text(read: Callable[[str], object], start: str, unit: str, size: int) -> float:
    return time_it(partial(read, fill(start, unit, size)))


def list_cases() -> Iterator[tuple[str, Case]]:
    for name, make in MAILS.items():
        yield name, partial(read_mail, make)
    for read, start, unit in TEXTS:
        name = getattr(read, "__name__", "") or read.func.__name__
        yield f"{name} {start[:12]!r} {unit[:12]!r}", partial(read_text, read, start, unit)


def measure(case: Case) -> tuple[float, float]:
    """Seconds for a quarter and for a mebibyte; in turn, as the machine may be busy meanwhile."""
    runs = [(case(MIB // 4), case(MIB)) for _ in range(RUNS)]
    return min(short for short, _ in runs), min(long for _, long in runs)


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    missed = 0
    for name, case in list_cases():
        if wanted not in name:
            continue
        short, long = measure(case)
        is_met = long <= MOST_SECONDS and long <= MOST_GROWTH * short + LEAST_SECONDS
        missed += not is_met
        growth = f"{long / short:5.1f}" if short else "    -"
        print(f"{long:7.3f} s {growth} times  {name}{'' if is_met else '  MISSED'}", flush=True)
    print(f"{missed} bars missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
