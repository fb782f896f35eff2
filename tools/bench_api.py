#!/usr/bin/env python3
"""Measures the REST API: `tools/bench_api.py [--database URL] [--patches N] [REQUEST...]`.

Requests are made in this process, through all of Django, one after the other, as
tools/bench_web.py asks for pages, and on the same databases. Times are those of the processors,
ours and the database's. Words choose the requests in whose names they are.

A request for which the database has nothing to ask is named at the end; no bar counts it.

Exit status: 0; 1, a bar is missed; 2, wrong usage; 69, no database can be made.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# This one finds the Python that has Django, so it comes before all that needs it.
from tools.bench_web import (
    PATCHES,
    Bar,
    Browser,
    Figures,
    describe_server,
    explain,
    forbid_parallel_queries,
    format_figures,
    format_heading,
    measure_page,
    run_and_tell,
)

MOST_SECONDS = 0.150
MOST_QUERIES = 10
# The session, and the user.
QUERIES_OF_USERS = 2


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("requests", nargs="*", metavar="REQUEST", help="only those with it in it")
    parser.add_argument("--database", metavar="URL", help="one that tools/make_database.py made")
    parser.add_argument("--patches", type=int, default=PATCHES, metavar="N")
    parser.add_argument("--times", type=int, default=20, metavar="N", help="of each request")
    parser.add_argument(
        "--explain", action="store_true", help="show the slowest query of what is too slow"
    )
    arguments = parser.parse_args()
    if not (arguments.database or os.environ.get("DATABASE_URL", "")).startswith("postgres"):
        parser.error("a PostgreSQL server is needed: tools/postgres -- tools/bench_api.py")
    return arguments


def list_bars(figures: Figures, *, as_user: bool) -> Iterator[Bar]:
    """What a request must come to."""
    if not figures.requests:
        return
    p95, (_, queries) = figures.p(0.95), figures.queries()
    most = MOST_QUERIES + QUERIES_OF_USERS * as_user
    failures = {request.failure for request in figures.requests} - {""}
    limits = {
        "every answer is 200": (", ".join(failures) or "yes", not failures),
        f"p95 under {MOST_SECONDS * 1000:.0f} ms": (f"{p95 * 1000:.0f} ms", p95 < MOST_SECONDS),
        f"at most {most} queries": (str(queries), queries <= most),
    }
    for wanted, (found, is_met) in limits.items():
        yield Bar(wanted=f"{figures.name}: {wanted}", found=found, is_met=is_met)


def run(arguments: argparse.Namespace) -> tuple[list[Bar], list[str]]:
    """All bars, and the names of the requests that there was nothing to ask for of."""
    from django.contrib.auth import get_user_model

    from patchtrack.web.lasting import freeze_what_lasts
    from tools.bench_beyond import list_further_requests
    from tools.bench_pages import find_keys
    from tools.bench_requests import find_rows, list_requests

    # As patchtrack.wsgi does.
    freeze_what_lasts()
    forbid_parallel_queries()
    keys, browser = find_keys(arguments.times), Browser()
    browser.log_in(get_user_model().objects.get(pk=keys.delegates[0][0]))
    bars: list[Bar] = []
    passed_over: list[str] = []
    print(describe_server())
    print(format_heading())
    rows = find_rows(keys, arguments.times)
    for request in chain(list_requests(rows), list_further_requests(rows)):
        if arguments.requests and not any(word in request.name for word in arguments.requests):
            continue
        figures = measure_page(browser, request, keys, arguments.times, by_cpu=True)
        found = list(list_bars(figures, as_user=request.as_user))
        bars += found
        passed_over += [] if figures.requests else [figures.name]
        print(format_figures(figures), flush=True)
        if arguments.explain and not all(bar.is_met for bar in found):
            print(explain(figures.slowest()))
    return bars, passed_over


def main() -> int:
    return run_and_tell("bench_api.py", parse_arguments(), run)


if __name__ == "__main__":
    sys.exit(main())
