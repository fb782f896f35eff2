"""What a benchmark runs on: a database for it alone, and what processes cost, as Linux's /proc
tells it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.scratch import open_scratch


@contextmanager
def connected(url: str) -> Iterator[None]:
    """Django set up on a new database beside `url`, also for the processes that are started."""
    with open_scratch(url) as scratch:
        os.environ["DATABASE_URL"] = scratch.make("bench")
        os.environ["DJANGO_SETTINGS_MODULE"] = "patchtrack.settings"
        import django
        from django.db import connections

        django.setup()
        try:
            yield
        finally:
            connections.close_all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes: what a process has allocated now, and the most that it ever had resident, mapped
    files included."""

    allocated: int
    peak: int


def read_memory(pid: int) -> Memory:
    """Raises OSError when the process is gone."""
    fields = {}
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        fields[name] = value.split()
    # A process that has ended but was not waited for yet has no memory and no such lines.
    allocated, peak = (int(fields.get(name, ["0"])[0]) for name in ("RssAnon", "VmHWM"))
    return Memory(allocated=allocated * 1024, peak=peak * 1024)


def read_cpu(pid: int) -> float:
    """CPU seconds of a process so far. Raises OSError when it is gone."""
    return _seconds(_stat(pid)[11:13])


def read_exact_cpu(pid: int) -> float:
    """As `read_cpu`, to the nanosecond and not to the tick. Raises OSError."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def find_server_cpu() -> float | None:
    """CPU seconds of all processes of a PostgreSQL server on this machine, or None."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    try:
        postmaster = int(_stat(backend)[1])
    except OSError:
        return None
    seconds = 0.0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = _stat(int(entry.name))
        except OSError:
            continue
        if int(entry.name) == postmaster:
            # With those of its children that have ended.
            seconds += _seconds(stat[11:15])
        elif int(stat[1]) == postmaster:
            seconds += _seconds(stat[11:13])
    return seconds


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name: state, ppid, ..."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _seconds(ticks: list[str]) -> float:
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
