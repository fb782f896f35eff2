#!/usr/bin/env python3
"""Measures pages: `tools/bench_web.py [--database URL] [--patches N] [PAGE...]`.

Pages are asked for in this process, through all of Django, one after the other, under other
addresses each time. `tools/postgres -- tools/bench_web.py` makes a database of its own, by
tools/make_database.py; `--database` names one that was made before. A server with memory, as
docs/deploy.md advises, is `tools/postgres --set shared_buffers=2GB`. Words choose the pages in
whose names they are.

A page for which the database has nothing to ask is named at the end; no bar counts it.

Exit status: 0; 1, a bar is missed; 2, wrong usage; 69, no database can be made.
"""

import argparse
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv/bin/python"
# Started by another Python than the one that tools/serve and tools/test have made.
if find_spec("django") is None and VENV_PYTHON.exists():
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606
sys.path.insert(0, str(ROOT))

from tools.bench_figures import Bar, print_bars, quantile  # noqa: E402
from tools.bench_machine import connected, read_exact_cpu  # noqa: E402
from tools.scratch import ScratchError  # noqa: E402

PATCHES = 1_000_000
MOST_SECONDS = 0.100
MOST_QUERIES = 12
MOST_LIST_KB = 150
MOST_ASSETS_KB = 60
WARMING = 2
WIDTH = 40
NOTHING = "this database has nothing to ask for"
# Measures what the arguments name: all bars, and the names of what there was nothing to ask for of.
Run = Callable[[argparse.Namespace], tuple[list[Bar], list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One statement that a page has run."""

    seconds: float
    sql: str
    parameters: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What one request took and brought: `cpu` are CPU seconds, our own ones and those of the
    database's process. `failure` says which answer it was if it is no page."""

    seconds: float
    cpu: tuple[float, float]
    queries: Sequence[Query]
    html: bytes
    failure: str = ""


@dataclass(slots=True, kw_only=True)
class Figures:
    """The requests of one page. `by_cpu` says that their time is that of the processors."""

    name: str
    is_list: bool
    by_cpu: bool = False
    requests: list[Request] = field(default_factory=list)

    def time(self, request: Request) -> float:
        return sum(request.cpu) if self.by_cpu else request.seconds

    def p(self, share: float) -> float:
        """The seconds within which that share of the answers came."""
        return quantile([self.time(request) for request in self.requests], share)

    def slowest(self) -> Query:
        """The slowest query of the slowest request."""
        request = max(self.requests, key=self.time)
        return max(request.queries, key=lambda query: query.seconds)

    def largest(self) -> bytes:
        return max((request.html for request in self.requests), key=len)

    def queries(self) -> tuple[int, int]:
        """The least and the greatest number of queries."""
        counts = [len(request.queries) for request in self.requests]
        return min(counts), max(counts)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="only those with it in the name")
    parser.add_argument("--database", metavar="URL", help="one that tools/make_database.py made")
    parser.add_argument("--patches", type=int, default=PATCHES, metavar="N")
    parser.add_argument("--requests", type=int, default=40, metavar="N", help="of each page")
    parser.add_argument(
        "--by-cpu",
        action="store_true",
        help="count the seconds of the processors, ours and the database's on this machine, and no"
        " parallel queries: for a machine that others use too",
    )
    parser.add_argument(
        "--explain", action="store_true", help="show the slowest query of pages that are too slow"
    )
    arguments = parser.parse_args()
    if not (arguments.database or os.environ.get("DATABASE_URL", "")).startswith("postgres"):
        parser.error("a PostgreSQL server is needed: tools/postgres -- tools/bench_web.py")
    return arguments


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[None]:
    """Django set up on the database that is measured."""
    if arguments.database:
        os.environ["DATABASE_URL"] = arguments.database
        os.environ["DJANGO_SETTINGS_MODULE"] = "patchtrack.settings"
        import django

        django.setup()
        yield
        return
    with connected(os.environ["DATABASE_URL"]):
        command = [sys.executable, ROOT / "tools/make_database.py"]
        if subprocess.run([*command, f"--patches={arguments.patches}"], check=False).returncode:
            raise ScratchError("the database could not be filled")
        yield


# Measuring.


class Browser:
    """Asks for pages, as nobody in particular or as the user who is delegate of most patches."""

    def __init__(self) -> None:
        from django.test import Client

        self._anybody, self._user = (
            # A page that fails is a result, no reason to stop.
            Client(raise_request_exception=False, SERVER_NAME="localhost")
            for _ in range(2)
        )

    def log_in(self, user: Any) -> None:
        self._user.force_login(user)

    def get(self, address: str, as_user: bool) -> Any:
        return (self._user if as_user else self._anybody).get(address)


class Backend:
    """The database's process that serves us, to ask for its CPU seconds."""

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._pid = cursor.fetchone()[0]

    def cpu(self) -> float:
        """0 where it runs on another machine, or under another system than Linux."""
        try:
            return read_exact_cpu(self._pid)
        except OSError:
            return 0.0


def measure_page(
    browser: Browser, page: Any, keys: Any, requests: int, *, by_cpu: bool = False
) -> Figures:
    figures = Figures(name=page.name, is_list=page.is_list, by_cpu=by_cpu)
    addresses = page.find(keys)
    for address in islice(cycle(addresses), min(WARMING, requests)):
        browser.get(address, page.as_user)
    backend = Backend()
    # Each address is asked for equally often, as far as that goes.
    for address in islice(cycle(addresses), max(requests, len(addresses))):
        figures.requests.append(measure_request(browser, backend, page, address))
    return figures


def measure_request(browser: Browser, backend: Backend, page: Any, address: str) -> Request:
    from django.db import connection

    queries: list[Query] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            seconds = time.perf_counter() - started
            queries.append(Query(seconds=seconds, sql=sql, parameters=parameters))

    with connection.execute_wrapper(note):
        started = time.perf_counter(), time.process_time(), backend.cpu()
        answer = browser.get(address, page.as_user)
        ended = time.perf_counter(), time.process_time(), backend.cpu()
    seconds, ours, theirs = (end - start for start, end in zip(started, ended, strict=True))
    return Request(
        seconds=seconds,
        cpu=(ours, theirs),
        queries=queries,
        html=answer.content,
        failure="" if answer.status_code == 200 else f"{answer.status_code} for {address}",
    )


class Assets(HTMLParser):
    """The addresses of a page's style sheets and scripts."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        if tag == "link" and said.get("rel") == "stylesheet":
            self.found.append(said.get("href") or "")
        elif tag == "script" and "src" in said:
            self.found.append(said["src"] or "")


def measure_assets(html: bytes) -> int:
    """The bytes of a page's style sheets and scripts, each of them compressed."""
    from django.conf import settings
    from django.contrib.staticfiles import finders

    paths = [finders.find(one.removeprefix(settings.STATIC_URL)) for one in Assets(html).found]
    return sum(len(gzip.compress(Path(path).read_bytes())) for path in paths)


# Telling.


def list_bars(figures: Figures) -> Iterator[Bar]:
    """What a page must come to."""
    if not figures.requests:
        return
    p95, (_, queries), size = figures.p(0.95), figures.queries(), len(figures.largest()) / 1000
    failures = {request.failure for request in figures.requests} - {""}
    limits = {
        "every answer is a page": (", ".join(failures) or "yes", not failures),
        f"p95 under {MOST_SECONDS * 1000:.0f} ms": (f"{p95 * 1000:.0f} ms", p95 < MOST_SECONDS),
        f"at most {MOST_QUERIES} queries": (str(queries), queries <= MOST_QUERIES),
    }
    if figures.is_list:
        limits[f"HTML under {MOST_LIST_KB} KB"] = (f"{size:.0f} KB", size < MOST_LIST_KB)
    for wanted, (found, is_met) in limits.items():
        yield Bar(wanted=f"{figures.name}: {wanted}", found=found, is_met=is_met)


def list_asset_bars(size: int) -> Iterator[Bar]:
    yield Bar(
        wanted=f"CSS and JS of the first page under {MOST_ASSETS_KB} KB compressed",
        found=f"{size / 1000:.1f} KB",
        is_met=size < MOST_ASSETS_KB * 1000,
    )


def describe_server() -> str:
    """Which PostgreSQL it is, and the memory that it is to use."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('shared_buffers')"
        )
        version, memory = cursor.fetchone()
    return f"PostgreSQL {version}, shared_buffers {memory}"


def format_heading() -> str:
    columns = ("p50", "p95", "our CPU", "database", "queries", "HTML", "gzip")
    return f"{'page':<{WIDTH}}" + "".join(f"{column:>9}" for column in columns)


def format_figures(figures: Figures) -> str:
    if not figures.requests:
        return f"{figures.name:<{WIDTH}}{NOTHING}"
    least, most = figures.queries()
    html = figures.largest()
    ours, theirs = (
        quantile([request.cpu[which] for request in figures.requests], 0.95) for which in (0, 1)
    )
    seconds = (figures.p(0.5), figures.p(0.95), ours, theirs)
    columns = [
        *(f"{each * 1000:.0f} ms" for each in seconds),
        str(most) if least == most else f"{least} to {most}",
        f"{len(html) / 1000:.0f} KB",
        f"{len(gzip.compress(html)) / 1000:.1f} KB",
    ]
    return f"{figures.name:<{WIDTH}}" + "".join(f"{column:>9}" for column in columns)


def explain(query: Query) -> str:
    """A query, and how the database runs it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query.sql}", query.parameters)
        plan = "\n".join(row for (row,) in cursor.fetchall())
    return f"{query.seconds * 1000:.0f} ms: {query.sql}\n{query.parameters}\n{plan}"


def forbid_parallel_queries() -> None:
    """Have one process of the database do all that a query costs."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")


def run(arguments: argparse.Namespace) -> tuple[list[Bar], list[str]]:
    """All bars, and the names of the pages that there was nothing to ask for of."""
    from django.contrib.auth import get_user_model

    from patchtrack.web.lasting import freeze_what_lasts
    from tools.bench_pages import find_keys, list_pages

    # As patchtrack.wsgi does.
    freeze_what_lasts()
    if arguments.by_cpu:
        forbid_parallel_queries()
    keys, browser = find_keys(arguments.requests), Browser()
    browser.log_in(get_user_model().objects.get(pk=keys.delegates[0][0]))
    bars: list[Bar] = []
    passed_over: list[str] = []
    print(describe_server())
    print(format_heading())
    for page in list_pages():
        if arguments.pages and not any(word in page.name for word in arguments.pages):
            continue
        figures = measure_page(browser, page, keys, arguments.requests, by_cpu=arguments.by_cpu)
        if not bars and figures.requests:
            bars += list_asset_bars(measure_assets(figures.largest()))
        found = list(list_bars(figures))
        bars += found
        passed_over += [] if figures.requests else [figures.name]
        print(format_figures(figures), flush=True)
        if arguments.explain and not all(bar.is_met for bar in found):
            print(explain(figures.slowest()))
    return bars, passed_over


def run_and_tell(name: str, arguments: argparse.Namespace, run: Run) -> int:
    """Measure on the database that was asked for, and tell which bars were missed; the exit
    status of the tool of that name."""
    try:
        with opened(arguments):
            bars, passed_over = run(arguments)
    except ScratchError as error:
        print(f"tools/{name}: {error}", file=sys.stderr)
        return os.EX_UNAVAILABLE
    missed = [bar for bar in bars if not bar.is_met]
    print(f"{len(bars) - len(missed)} of {len(bars)} bars met")
    print_bars(missed)
    for left_out in passed_over:
        print(f"NOT MEASURED  {left_out}: {NOTHING}")
    return 1 if missed else 0


def main() -> int:
    return run_and_tell("bench_web.py", parse_arguments(), run)


if __name__ == "__main__":
    sys.exit(main())
