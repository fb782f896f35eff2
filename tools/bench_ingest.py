#!/usr/bin/env python3
"""Measures an import: `tools/bench_ingest.py ARCHIVE [--database URL] [--jobs N]`.

The cost is printed as a multiple of the time that Python's own `email.message_from_bytes` takes
for the same mails in the same run, which does not depend on the machine. The mails go into a
scratch database, which is removed afterwards; `tools/postgres -- tools/bench_ingest.py ARCHIVE`
measures on a fresh PostgreSQL.
"""

import argparse
import email
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv/bin/python"
# Started by another Python than the one that tools/serve and tools/test have made.
if find_spec("django") is None and VENV_PYTHON.exists():
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606
sys.path.insert(0, str(ROOT))

from tools.bench_machine import connected, find_server_cpu  # noqa: E402
from tools.bench_mails import read_raws  # noqa: E402
from tools.scratch import PROJECT  # noqa: E402


@dataclass(slots=True, kw_only=True)
class Costs:
    """What an import took; seconds, bytes. `times` tells how many messages were stored at which
    time, and how often the yardstick was read by then; `yardstick` is what it took each time."""

    messages: int
    wall: float
    own_cpu: float
    server_cpu: float | None
    memory: int
    times: list[tuple[int, float, int]]
    yardstick: list[float]

    def per_message(self, seconds: float) -> str:
        return f"{seconds / self.messages * 1000:.3f} ms"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("archive", type=Path, metavar="ARCHIVE")
    parser.add_argument("--database", metavar="URL", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N messages")
    parser.add_argument(
        "--repeat",
        type=int,
        default=1,
        metavar="K",
        help="import the archive K times, each time under other message-ids and senders",
    )
    return parser.parse_args()


class Yardstick:
    """The same few mails parsed by the standard library now and then while an import runs,
    because a machine's speed changes meanwhile."""

    MAILS = 50
    EVERY = 1000

    def __init__(self) -> None:
        self._mails: list[bytes] = []
        self.seconds: list[float] = []

    def see(self, number: int, raw: bytes) -> None:
        """Told of every mail that is read."""
        if number <= self.MAILS:
            self._mails.append(raw)
        if number % self.EVERY == self.MAILS:
            self.seconds.append(measure_stdlib(self._mails)[1])


class RepeatedArchive:
    """An archive read `repeat` times over, at most `limit` messages each time."""

    unit = "messages"

    def __init__(self, path: Path, limit: int | None, repeat: int) -> None:
        self._path, self._limit, self._repeat = path, limit, repeat
        self.yardstick = Yardstick()

    def raws(self) -> Iterator[bytes]:
        return read_raws(self._path, self._limit, self._repeat)

    def read(self, after: str = "") -> Iterator[object]:  # noqa: ARG002
        from ingest.archive import ArchivedMail

        for number, raw in enumerate(self.raws(), start=1):
            self.yardstick.see(number, raw)
            yield ArchivedMail(raw=raw, position=str(number), where="", progress=number)

    def total(self) -> None:
        return None


def measure_stdlib(raws: Iterable[bytes]) -> tuple[int, float]:
    """How many mails there are, and the seconds that the standard library takes to parse them."""
    count, seconds = 0, 0.0
    for raw in raws:
        started = time.perf_counter()
        email.message_from_bytes(raw)
        seconds += time.perf_counter() - started
        count += 1
    return count, seconds


def own_cpu() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def measure_import(archive: RepeatedArchive, jobs: int) -> Costs:
    from ingest.importer import Importer
    from patchtrack.models import Project

    project = Project.objects.get(linkname=PROJECT)
    measured = archive.yardstick.seconds
    times: list[tuple[int, float, int]] = []

    def note(messages: int, _progress: int) -> None:
        times.append((messages, time.perf_counter(), len(measured)))

    importer = Importer(project, "", jobs, note)
    cpu_before, server_before = own_cpu(), find_server_cpu()
    note(0, 0)
    started = time.perf_counter()
    importer.run(Path("bench"), archive, "")
    wall = time.perf_counter() - started
    server_after = find_server_cpu()
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return Costs(
        messages=importer.tally.read,
        wall=wall,
        own_cpu=own_cpu() - cpu_before,
        server_cpu=None if server_before is None else server_after - server_before,
        memory=peak * 1024,
        times=times,
        yardstick=measured,
    )


def third_costs(costs: Costs) -> tuple[float, float]:
    """The cost per message in the first and in the last third of an import, in multiples of
    what the yardstick took in that third."""

    def point_at(messages: float) -> tuple[int, float, int]:
        return min(costs.times, key=lambda point: abs(point[0] - messages))

    def cost(begin: tuple[int, float, int], end: tuple[int, float, int]) -> float:
        readings = costs.yardstick[begin[2] : end[2]] or costs.yardstick
        seconds = end[1] - begin[1] - sum(costs.yardstick[begin[2] : end[2]])
        return seconds / max(end[0] - begin[0], 1) / median(readings)

    first, last = point_at(costs.messages / 3), point_at(costs.messages * 2 / 3)
    return cost(costs.times[0], first), cost(last, costs.times[-1])


def print_costs(costs: Costs, stdlib: float, say: Callable[[str], None] = print) -> None:
    say(f"messages            {costs.messages}")
    say(f"rate                {costs.messages / costs.wall:.0f} messages/s")
    say(f"wall                {costs.per_message(costs.wall)} per message")
    say(f"CPU, ours           {costs.per_message(costs.own_cpu)} per message")
    if costs.server_cpu is not None:
        say(f"CPU, server         {costs.per_message(costs.server_cpu)} per message")
    say(f"peak memory         {costs.memory / 1e6:.0f} MB (largest process)")
    say(f"stdlib parse        {costs.per_message(stdlib)} per message")
    say(f"cost                {costs.wall / stdlib:.2f} times the stdlib parse")
    first, last = third_costs(costs)
    # An import of few batches has no thirds.
    if first:
        say(f"last third / first  {last / first:.2f}")


def main() -> None:
    arguments = parse_arguments()
    with connected(arguments.database):
        archive = RepeatedArchive(arguments.archive, arguments.limit, arguments.repeat)
        # Before and after, because a machine's speed changes while we measure.
        _, before = measure_stdlib(archive.raws())
        costs = measure_import(archive, arguments.jobs)
        _, after = measure_stdlib(archive.raws())
        print_costs(costs, (before + after) / 2)


if __name__ == "__main__":
    main()
