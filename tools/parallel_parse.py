#!/usr/bin/env python3
"""Shows that the same mails give the same state, however they arrive.

Parses an archive mail by mail in one process into a scratch database, then into fresh ones with
many processes that race for the mails: first in the archive's order, then shuffled, with a share
of the mails delivered twice. Compares what the databases hold in the end: the canonical dump of
`manage.py dumpstate`, and what else follows from the mails.

Exit status: 0, all are equal; 1, something differs, was refused for good, or broke off; 2, wrong
usage; 66, ARCHIVE cannot be read; 69, no database can be made.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv/bin/python"
# Started by another Python than the one that tools/serve and tools/test have made.
if find_spec("django") is None and VENV_PYTHON.exists():
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606
sys.path.insert(0, str(ROOT))

from django.core.exceptions import ImproperlyConfigured  # noqa: E402

from ingest.archive import ArchiveError  # noqa: E402
from patchtrack.environment import parse_database_url  # noqa: E402
from tools.racing import (  # noqa: E402
    GAPS,
    ParserError,
    Result,
    Run,
    Spool,
    run_parsers,
    write_spool,
)
from tools.scratch import Scratch, ScratchError, open_scratch  # noqa: E402

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SHOWN_DIFFERENCES = 5
ROW = "{:<8}{:<10}{:>8}{:>10}{:>12}{:>13}  {}"


class Stopped(KeyboardInterrupt):
    """A signal came that ends this script as Ctrl-C does: with nothing left behind."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number


def main() -> int:
    arguments = parse_arguments()
    for number in STOPPING:
        signal.signal(number, stop)
    try:
        return run_all(arguments)
    except ArchiveError as error:
        return fail(os.EX_NOINPUT, error)
    except ScratchError as error:
        return fail(os.EX_UNAVAILABLE, error)
    except Stopped as error:
        return fail(128 + error.number, error)


def stop(number: int, _frame: object) -> None:
    # Once is enough: what is to be cleaned up is cleaned up.
    for other in STOPPING:
        signal.signal(other, signal.SIG_IGN)
    raise Stopped(number)


def fail(status: int, error: BaseException) -> int:
    print(f"parallel_parse.py: {error}", file=sys.stderr)
    return status


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path, metavar="ARCHIVE", help="as parsearchive reads it")
    add_database(parser)
    add_counts(parser)
    parser.add_argument(
        "--without",
        choices=GAPS,
        help="leave a protection out, and have the processes meet where it is missing, to see "
        "that what goes wrong then is found",
    )
    arguments = parser.parse_args()
    vendor = "postgresql" if (arguments.database or "").startswith("postgres") else "sqlite"
    if arguments.without and GAPS[arguments.without].vendor != vendor:
        fitting = ", ".join(name for name, gap in GAPS.items() if gap.vendor == vendor)
        parser.error(f"--without {arguments.without}: of {vendor} can be left out: {fitting}")
    return arguments


def add_database(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database",
        type=database_url,
        metavar="URL",
        help="make the scratch databases beside this one (on PostgreSQL by CREATE DATABASE); "
        "by default they are SQLite files in a temporary directory; all are dropped in the end",
    )


def add_counts(parser: argparse.ArgumentParser) -> None:
    for option, kind, default, text in (
        ("--workers", positive, 8, "processes that race"),
        ("--orders", positive, 3, "runs: one in the archive's order, the others shuffled"),
        ("--duplicates", share, 0.02, "share of the mails that are delivered twice"),
        ("--batch", positive, 1, "mails that a process takes and stores at once"),
        ("--seed", int, 1, "of all that is random"),
    ):
        parser.add_argument(
            option, type=kind, default=default, metavar="N", help=f"{text} (default: {default})"
        )
    parser.add_argument("--limit", type=positive, metavar="N", help="only the first N mails")


def database_url(text: str) -> str:
    try:
        parse_database_url(text, ROOT)
    except ImproperlyConfigured as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and 1")
    return value


def run_all(arguments: argparse.Namespace) -> int:
    """Raises ArchiveError and ScratchError."""
    with tempfile.TemporaryDirectory(prefix="patchtrack-mails-") as directory:
        spool = write_spool(Path(directory) / "mails", arguments.archive, arguments.limit)
        if not spool.ends:
            raise ArchiveError(arguments.archive, None, "there is no mail in it")
        runs = plan_runs(arguments, len(spool.ends))
        with open_scratch(arguments.database) as scratch:
            results = ((run, do_run(scratch, spool, run)) for run in runs)
            return 0 if print_results(results) else 1


def plan_runs(arguments: argparse.Namespace, count: int) -> Iterator[Run]:
    """The run that the others are compared with, then the others."""
    yield Run(name="serial", order="in order", workers=1, deliveries=tuple(range(count)))
    for number in range(1, arguments.orders + 1):
        choice = random.Random(f"{arguments.seed}/{number}")
        deliveries = derive_deliveries(choice, count, arguments.duplicates, arguments.workers)
        if number > 1:
            choice.shuffle(deliveries)
        yield Run(
            name=str(number),
            order="shuffled" if number > 1 else "in order",
            workers=arguments.workers,
            deliveries=tuple(deliveries),
            batch=arguments.batch,
            gap=GAPS.get(arguments.without),
        )


def derive_deliveries(choice: random.Random, count: int, twice: float, workers: int) -> list[int]:
    """The mails in their order, some of them again while the first may still be under way."""
    again = choice.sample(range(count), round(count * twice))
    places = [(float(mail), mail) for mail in range(count)]
    places += [(mail + choice.uniform(0, 2 * workers), mail) for mail in again]
    return [mail for _, mail in sorted(places)]


def do_run(scratch: Scratch, spool: Spool, run: Run) -> Result | ParserError:
    url = scratch.make(run.name)
    try:
        return run_parsers(url, spool, run)
    except ParserError as error:
        return error
    finally:
        scratch.drop(run.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A fact that two databases do not share; None is one that a database does not hold."""

    subject: str
    expected: str | None
    found: str | None


def find_differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[Difference]:
    return [
        Difference(subject=subject, expected=expected.get(subject), found=found.get(subject))
        for subject in dict.fromkeys([*expected, *found])
        if expected.get(subject) != found.get(subject)
    ]


def print_results(results: Iterable[tuple[Run, Result | ParserError]]) -> bool:
    """Print a line for each run when it is done, then what is wrong; whether nothing is."""
    print(
        ROW.format("run", "order", "workers", "mails", "mails/s", "differences", "begun again"),
        flush=True,
    )
    wrong: list[str] = []
    expected: Mapping[str, str] = {}
    for run, result in results:
        if isinstance(result, ParserError):
            print(format_row(run, "", "broke off", ""), flush=True)
            wrong.append(f"run {run.name} broke off: {result}")
            continue
        expected = expected or result.facts
        differences = find_differences(expected, result.facts)
        rate = f"{len(run.deliveries) / result.seconds:.0f}"
        print(format_row(run, rate, len(differences), format_counts(result.again)), flush=True)
        wrong += describe(run, result, differences)
    print("\n" + "\n\n".join(wrong or ["All runs are equal."]))
    return not wrong


def format_row(run: Run, rate: str, differences: int | str, again: str) -> str:
    columns = (run.name, run.order, run.workers, len(run.deliveries), rate, differences, again)
    return ROW.format(*columns).rstrip()


def format_counts(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {cause}" for cause, count in counts.most_common()) or "-"


def describe(run: Run, result: Result, differences: Sequence[Difference]) -> Iterator[str]:
    """What is wrong with a run, in full as far as there is not too much of it."""
    if result.refused:
        yield f"run {run.name}: refused for good: {len(result.refused)} mails, {result.refused[:9]}"
    if differences:
        yield f"run {run.name}: {len(differences)} differences, the first of them:"
    for difference in differences[:SHOWN_DIFFERENCES]:
        yield (
            f"{difference.subject}\n"
            f"  serial: {difference.expected or 'missing'}\n"
            f"  run {run.name}:  {difference.found or 'missing'}"
        )


if __name__ == "__main__":
    sys.exit(main())
